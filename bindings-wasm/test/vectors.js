// Runs vectors against the package, in any runtime: it needs nothing but what it is passed, which
// is what both of its entries export.

import { readBodies } from "./json.js";
import { fuzzReentrancy } from "./reentrancy.js";

/** The number of random bodies that are read too. */
const BODIES = 1000;
/** The number of calls with arguments that run code. */
const CALLS = 500;

const RUNNERS = {
  sign_link,
  sign_return,
  template,
  verify_link,
  verify_return,
  verify_return_pairs,
  webhook,
  webhook_delivery,
  webhook_receive,
};

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
  sig: "signature",
};

/**
 * Runs every case of `files`, reads random bodies, and makes calls whose arguments run code;
 * returns what failed, the number of cases run by group, of how many bodies a number was a bigint,
 * and how those calls ended.
 */
export function runVectors(visiono, files) {
  const { failures, bigints } = readBodies(visiono, BODIES);
  const { failures: wrong, outcomes } = fuzzReentrancy(visiono, CALLS);
  failures.push(...wrong);
  const ran = {};
  for (const { group, cases } of files) {
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
  return { failures, ran, bigints, outcomes };
}

/** Counts the cases of each group. */
export function count(files) {
  const counts = {};
  for (const { group, cases } of files) {
    counts[group] = (counts[group] ?? 0) + cases.length;
  }
  return counts;
}

/** Throws unless exactly the cases of `counts` ran, and passed. */
export function check(where, { failures, ran, bigints, outcomes }, counts) {
  for (const [group, cases] of Object.entries(counts)) {
    if (ran[group] !== cases || cases === 0) {
      failures.push(`${group}: ${ran[group]} of ${cases} cases ran`);
    }
  }
  if (!(bigints > 0 && bigints < BODIES)) {
    failures.push(`${bigints} of ${BODIES} bodies had a bigint`);
  }
  if (!Object.values(outcomes).every((calls) => calls > 0)) {
    failures.push(`calls ended too much alike: ${JSON.stringify(outcomes)}`);
  }
  if (failures.length > 0) {
    throw new Error(`${where}:\n${failures.join("\n")}`);
  }
  const total = Object.values(ran).reduce((sum, cases) => sum + cases, 0);
  const groups = Object.keys(ran).join(", ");
  console.log(
    `${where}: ${total} vectors (${groups}), ${BODIES} bodies (${bigints} with bigints), ` +
      `${CALLS} calls with code in their arguments`,
  );
}

function expected({ result, names, output }) {
  if (output === undefined) {
    return { result, names: names?.toSorted() ?? null, output: null };
  }
  // The declarations alone say which events are documented.
  const { documented, ...rest } = output;
  return { result, names: names ?? null, output: sorted(rest) };
}

function answer(visiono, run, { input, names }) {
  try {
    return { result: "ok", names: null, output: sorted(run(visiono, input)) };
  } catch (error) {
    if (!(error instanceof visiono.WorkflowError)) {
      return { result: `thrown: ${error}`, names: null, output: null };
    }
    const { code, parameters } = error;
    return { result: code, names: names === undefined ? null : parameters.toSorted(), output: null };
  }
}

/** The same, with the members of all objects in the order of their names. */
function sorted(value) {
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map(sorted);
  }
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, sorted(member)]));
}

function workflow({ Workflow }, { secret, secrets, max_age, leeway }) {
  return new Workflow(secret ?? secrets, { maxAge: max_age, leeway });
}

/**
 * Uses an object of these secrets. A program makes it before it has a message, so it hears of a bad
 * secret first; the order of the checks is that of the core, which hears of everything at once.
 */
function withSecrets(make, input, use) {
  let object;
  try {
    object = make(input);
  } catch (error) {
    try {
      use(make({ ...input, secrets: ["a-secret-that-is-one"] }));
    } catch (other) {
      if (other.code === "invalid_argument") {
        throw other;
      }
    }
    throw error;
  }
  return use(object);
}

function settings({ now, expect }) {
  if (expect === undefined) {
    return { now };
  }
  // A name that no field has is passed as it is.
  const entries = Object.entries(expect).map(([name, value]) => [SHORT_NAMES[name] ?? name, value]);
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
  const signing = workflow(visiono, input);
  const template = new visiono.RedirectTemplate(input.template);
  const fields = {
    submissionId: input.sub,
    uniqueValue: input.uv,
    reference: input.ref,
    photoCount: input.cnt,
    timestamp: input.ts,
  };
  const url = signing.signReturn(template, fields);
  // Not every template carries the signature, so it is read where one does.
  const sig = signature(signing.signReturn("https://a.example/?{signature}", fields).replace("?", "?="));
  for (const made of [template.expand({ ...fields, signature: sig }), signing.signReturn(input.template, fields)]) {
    if (made !== url) {
      throw new Error(`otherwise it made ${made}`);
    }
  }
  return { url, sig };
}

function template({ RedirectTemplate }, input) {
  const { missing } = new RedirectTemplate(input.template);
  return { missing: missing.map((name) => LONG_NAMES[name]) };
}

function verify_link(visiono, input) {
  const link = withSecrets(workflow.bind(null, visiono), input, (signing) =>
    signing.verifyLink(input.url, settings(input)),
  );
  return {
    uv: link.uniqueValue,
    src: link.source,
    ref: link.reference,
    ts: String(link.timestamp),
    secret_index: link.secretIndex,
  };
}

function verify_return(visiono, input) {
  const { template, url } = input;
  return withSecrets(workflow.bind(null, visiono), input, (signing) => {
    const verify = (template) => signing.verifyReturn(url, { ...settings(input), template });
    if (template === undefined) {
      return returned([verify()]);
    }
    let object;
    try {
      object = new visiono.RedirectTemplate(template);
    } catch {
      // The text is refused likewise, unless something else is wrong, too.
      return returned([verify(template)]);
    }
    return returned(alike([() => verify(template), () => verify(object)]));
  });
}

function verify_return_pairs(visiono, input) {
  const { pairs } = input;
  const forms = [
    pairs,
    Object.assign(Object.create(null), pairs),
    new Map(Object.entries(pairs)),
    Object.entries(pairs),
  ];
  return withSecrets(workflow.bind(null, visiono), input, (signing) =>
    returned(alike(forms.map((form) => () => signing.verifyReturn(form, settings(input))))),
  );
}

function returned([done]) {
  return {
    sub: done.submissionId,
    uv: done.uniqueValue,
    ref: done.reference,
    cnt: String(done.photoCount),
    ts: String(done.timestamp),
    secret_index: done.secretIndex,
  };
}

function webhook({ Webhook }, { secrets, body_hex, header }) {
  const receiver = new Webhook(secrets);
  const { secretIndex } = inEachForm(body_hex, (body) => receiver.verify(body, header));
  return { secret_index: secretIndex };
}

function webhook_delivery(visiono, input) {
  const delivery = receive(visiono, input);
  const { link } = delivery;
  const output = {
    event: delivery.event,
    time: delivery.eventTime,
    dedup_key: delivery.dedupKey,
    secret_index: delivery.secretIndex,
    is_test: delivery.isTest,
    delivery_id: delivery.unauthenticatedDeliveryId,
    tenant_id: delivery.unauthenticatedTenantId,
    link: link && { sub: link.submissionId, ...linkFields(link) },
    data: delivery.data,
  };
  if (input.return !== undefined) {
    output.matches = link !== null && link.matches(verifiedReturn(visiono, input.return));
  }
  return output;
}

function webhook_receive(visiono, input) {
  const { event, eventTime, dedupKey, secretIndex, link } = receive(visiono, input);
  return {
    event,
    event_time: eventTime,
    dedup_key: dedupKey,
    secret_index: secretIndex,
    link: link && linkFields(link),
  };
}

function receive({ Webhook }, input) {
  const make = ({ secrets, max_age, leeway, require_timestamp }) =>
    new Webhook(secrets, { maxAge: max_age, leeway, requireTimestamp: require_timestamp });
  const { body_hex, headers, now } = input;
  return withSecrets(make, input, (receiver) =>
    inEachForm(body_hex, (body) => receiver.receive(body, headers, { now })),
  );
}

function linkFields({ uniqueValue, source, reference }) {
  return { uv: uniqueValue, src: source, ref: reference };
}

/** A return of these fields that really was verified. */
function verifiedReturn({ Workflow }, { sub, uv, ref }) {
  const signing = new Workflow("0123456789abcdef");
  const fields = { submissionId: sub, uniqueValue: uv, reference: ref, photoCount: 1 };
  return signing.verifyReturn(signing.signReturn("https://a.example/", fields));
}

/** Calls `receive` with a body as bytes and, if it is UTF-8, as text. Both must agree. */
function inEachForm(hexadecimal, receive) {
  const bytes = new Uint8Array(hexadecimal.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = Number.parseInt(hexadecimal.slice(2 * i, 2 * i + 2), 16);
  }
  const [first] = alike(forms(bytes).map((body) => () => receive(body)));
  return first;
}

/** Returns the result of these calls, or throws their error. They must agree. */
function alike(calls) {
  const results = calls.map((call) => {
    try {
      return { returned: call() };
    } catch (error) {
      return { error, text: `${error.code} ${error.message}` };
    }
  });
  const [first] = results;
  const shown = (value) => JSON.stringify(value, (_name, one) => (typeof one === "bigint" ? `${one}n` : one));
  if (results.some((result) => shown(result) !== shown(first))) {
    throw new Error(`these differ: ${shown(results)}`);
  }
  if (first.error !== undefined) {
    throw first.error;
  }
  return results.map(({ returned }) => returned);
}

function forms(bytes) {
  try {
    return [bytes, new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)];
  } catch {
    return [bytes];
  }
}
