// Runs vectors against the package, in any runtime: it needs nothing but what it is passed.

/** The groups that the package has no operation for yet. */
export const NOT_YET = ["webhook"];

const RUNNERS = { sign_link, sign_return, template, verify_link, verify_return };

const LONG_NAMES = {
  submissionId: "submission_id",
  uniqueValue: "unique_value",
  source: "source",
  reference: "reference",
  photoCount: "photo_count",
  timestamp: "timestamp",
  signature: "signature",
};

const SHORT_NAMES = {
  sub: "submissionId",
  uv: "uniqueValue",
  src: "source",
  ref: "reference",
  cnt: "photoCount",
  ts: "timestamp",
};

/** Runs every case of `files`; returns what failed, and the number of cases run by group. */
export function runVectors(visiono, files) {
  const failures = [];
  const ran = {};
  for (const { group, cases } of files) {
    if (NOT_YET.includes(group)) {
      continue;
    }
    const run = RUNNERS[group];
    if (run === undefined) {
      failures.push(`no runner for the vectors of group ${group}`);
      continue;
    }
    for (const vector of cases) {
      const got = JSON.stringify(answer(visiono, run, vector));
      const wanted = JSON.stringify(expected(vector));
      if (got !== wanted) {
        failures.push(`${group} ${vector.id}, ${vector.comment}:\n  wanted ${wanted}\n  got    ${got}`);
      }
      ran[group] = (ran[group] ?? 0) + 1;
    }
  }
  return { failures, ran };
}

/** How many cases of each group `files` have. */
export function count(files) {
  const counts = {};
  for (const { group, cases } of files) {
    counts[group] = (counts[group] ?? 0) + cases.length;
  }
  return counts;
}

/** Throws unless exactly the cases of `counts` ran, and passed. */
export function check(where, { failures, ran }, counts) {
  for (const [group, cases] of Object.entries(counts)) {
    if (!NOT_YET.includes(group) && (ran[group] !== cases || cases === 0)) {
      failures.push(`${group}: ${ran[group]} of ${cases} cases ran`);
    }
  }
  if (failures.length > 0) {
    throw new Error(`${where}:\n${failures.join("\n")}`);
  }
  const total = Object.values(ran).reduce((sum, cases) => sum + cases, 0);
  const groups = Object.keys(ran).join(", ");
  console.log(`${where}: ${total} vectors (${groups}; not in this package yet: ${NOT_YET.join(", ")})`);
}

function expected({ result, names, output }) {
  return { result, names: names ?? null, output: output === undefined ? null : sorted(output) };
}

function answer(visiono, run, { input, names }) {
  try {
    return { result: "ok", names: null, output: sorted(run(visiono, input)) };
  } catch (error) {
    if (!(error instanceof visiono.WorkflowError)) {
      return { result: `thrown: ${error}`, names: null, output: null };
    }
    return { result: error.code, names: names === undefined ? null : error.parameters, output: null };
  }
}

function sorted(object) {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function workflow({ Workflow }, { secret, secrets, max_age, leeway }) {
  return new Workflow(secret ?? secrets, { maxAge: max_age, leeway });
}

function settings({ now, expect }) {
  if (expect === undefined) {
    return { now };
  }
  const entries = Object.entries(expect).map(([name, value]) => [SHORT_NAMES[name], value]);
  return { now, expect: Object.fromEntries(entries) };
}

function signature(url) {
  return /[=/]([0-9a-f]{64})(?![0-9a-f])/.exec(url)?.[1];
}

function sign_link(visiono, input) {
  const url = workflow(visiono, input).signLink({
    slug: input.slug,
    link: input.link,
    uniqueValue: input.uv,
    source: input.src,
    reference: input.ref,
    timestamp: input.ts,
  });
  return { url, sig: signature(url) };
}

function sign_return(visiono, input) {
  const template = new visiono.RedirectTemplate(input.template);
  const fields = {
    submissionId: input.sub,
    uniqueValue: input.uv,
    reference: input.ref,
    photoCount: input.cnt,
    timestamp: input.ts,
  };
  const signing = workflow(visiono, input);
  const url = signing.signReturn(template, fields);
  // Not every template carries the signature, so it is read where one does.
  const sig = signature(signing.signReturn("https://a.example/?{signature}", fields).replace("?", "?="));
  const expanded = template.expand({ ...fields, signature: sig });
  if (expanded !== url) {
    throw new Error(`expand made ${expanded}`);
  }
  return { url, sig };
}

function template({ RedirectTemplate }, input) {
  const { missing } = new RedirectTemplate(input.template);
  return { missing: missing.map((name) => LONG_NAMES[name]) };
}

function verify_link(visiono, input) {
  const link = workflow(visiono, input).verifyLink(input.url, settings(input));
  return {
    uv: link.uniqueValue,
    src: link.source,
    ref: link.reference,
    ts: String(link.timestamp),
    secret_index: link.secretIndex,
  };
}

function verify_return(visiono, input) {
  const template =
    input.template === undefined ? undefined : new visiono.RedirectTemplate(input.template);
  const done = workflow(visiono, input).verifyReturn(input.url, { ...settings(input), template });
  return {
    sub: done.submissionId,
    uv: done.uniqueValue,
    ref: done.reference,
    cnt: String(done.photoCount),
    ts: String(done.timestamp),
    secret_index: done.secretIndex,
  };
}
