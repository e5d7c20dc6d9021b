// The panes that inspect a link, a return and a webhook.

import { CANCELLED, call, stop } from "./client.js";
import { area, choice, line, secret, tick } from "./controls.js";
import { EXAMPLES } from "./examples.js";
import { FIELDS } from "./tables.js";
import { asNode, bdi, block, coloredUrl, duration, exact, h, hexView, languages, moment, shareOf, shown, split, textBlock, valueTable } from "./view.js";

/**
 * The milliseconds from a key press to the inspection, and from the start of a search to its
 * progress bar.
 */
const PAUSE = 200;
const PATIENCE = 500;

const TITLES = { link: "link", return: "return", webhook: "webhook" };
const PLACEHOLDERS = {
  link: "https://visiono.io/s/…?uv=…&src=…&ref=…&ts=…&sig=…",
  return: "https://app.example/done?sub=…&uv=…&ref=…&cnt=…&ts=…&sig=…",
};
const CERTAINTY = { proof: "Proved", hint: "A hint", note: "A note" };
const CERTAINTY_HINT = {
  proof: "the signature matches under this change",
  hint: "it looks like this mistake",
  note: "not the cause, although it looks like one",
};
const ICONS = { passed: "✓", failed: "✗", not_reached: "–" };
const WORDS = { passed: "passed", failed: "failed", not_reached: "not reached" };

const RELATIONS = [
  ["rotated", "the old one, from before a rotation"],
  ["other_endpoint", "that of another Smart Link or endpoint"],
  ["other_kind", "one of another kind: an API key, or the other of the two secrets"],
];

/** Returns the controls of a kind of message. */
function makeControls(kind) {
  const isWebhook = kind === "webhook";
  const message = isWebhook
    ? [
        area("headers", { label: "Headers", rows: 4, placeholder: "X-Visiono-Signature: sha256=…", hint: "One on each line, as they arrived." }),
        area("body", { label: "Raw body", rows: 7, hasFiles: true, hint: "The bytes as they arrived. A text field makes a line feed of CR LF: use Base64 or a file if the body has one." }),
        choice("format", { label: "The body is written as", options: [["text", "text"], ["base64", "Base64"], ["hex", "hexadecimal digits"]] }),
      ]
    : [area("message", { label: kind === "link" ? "Signed link" : "Return URL", rows: 5, placeholder: PLACEHOLDERS[kind], hint: kind === "link" ? "The URL that your code made, or ? and its query." : "The URL that the browser came back to, or ? and its query." })];
  const template = area("template", { label: "Redirect template", rows: 3, hint: "As it is set at Visiono. Leave it empty if it has no {placeholder}." });
  const own = secret("secret", {
    label: isWebhook ? "Webhook secret" : "Workflow secret",
    hint: "As Visiono shows it. It stays in this tab, and is wiped when you leave.",
  });
  const expected = isWebhook
    ? []
    : FIELDS[kind].filter(({ short }) => short !== "sig").map(({ camel, long }) => line(`expect.${camel}`, { label: `Expected ${long}` }));
  const more = [
    line("computed", { label: "The signature that your own code computed", hint: kind === "link" ? "If it differs from the link's." : "Visiono signs this, so your check may be what is wrong: Explain looks for the mistake in it." }),
    secret("previous", { label: "A second secret that is accepted", hint: "During a rotation." }),
    secret("other", { label: "Another secret that may have been used by mistake" }),
    choice("relation", { label: "It is", options: RELATIONS }),
    ...(isWebhook ? [line("endpoint", { label: "URL of your endpoint", hint: "Other schemes sign it." })] : []),
    line("now", { label: "Time of the check", inputmode: "numeric", placeholder: "now", hint: "Unix seconds, if not now." }),
    line("maxAge", { label: "Maximum age in seconds", inputmode: "numeric", placeholder: "the library’s default" }),
    line("leeway", { label: "Leeway in seconds", inputmode: "numeric", placeholder: "the library’s default" }),
    ...(isWebhook ? [tick("requireTimestamp", { label: "Refuse an event without a timestamp" })] : []),
  ];
  return { message, template: kind === "return" ? [template] : [], own, expected, more };
}

const DECODERS = {
  text: (text) => text,
  base64: (text) => Uint8Array.from(atob(text.replaceAll(/\s/g, "").replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0)),
  hex: (text) => {
    const digits = text.replaceAll(/\s/g, "");
    if (digits.length % 2 || /[^\da-f]/i.test(digits)) throw new Error("odd");
    return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  },
};

/** Parses headers that are written one per line. */
function parseHeaders(text) {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  return lines.map((line) => {
    const at = line.indexOf(":");
    return at < 0 ? [line.trim(), ""] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
  });
}

const given = (text) => (text === "" ? undefined : text);
const number = (text) => (/^\s*$/.test(text) ? undefined : Number(text));

/**
 * Returns a pane: its element, its controls, and its handlers for showing, leaving and clearing.
 */
export function inspectPane(kind) {
  const isWebhook = kind === "webhook";
  const groups = makeControls(kind);
  const controls = [...groups.message, groups.own, ...groups.template, ...groups.expected, ...groups.more];
  const find = (key) => controls.find((control) => control.key === key);
  const read = (key) => find(key)?.get() ?? "";

  // The clock next to the status is not announced.
  const status = h("div", { role: "status" });
  const beside = h("div", {});
  const banner = h("div", { class: "banner" }, status, beside);
  const result = h("div", { class: "result" });
  const explained = h("section", { class: "explained", "aria-label": "Explanation" });
  const output = h("div", { class: "output" }, banner, result);
  const examples = EXAMPLES.filter((example) => example.kind === kind);

  const form = h(
    "div",
    { class: "form" },
    groups.message.map(({ element }) => element),
    groups.own.element,
    groups.template.map(({ element }) => element),
    groups.expected.length > 0 &&
      h("details", {}, h("summary", {}, "Values that you expect"), h("p", { class: "hint" }, "What your code knows, such as the ticket of the session. An expected value also replaces one that the message lacks."), h("div", { class: "grid" }, groups.expected.map(({ element }) => element))),
    h("details", {}, h("summary", {}, "Your own signature, time, more secrets"), h("div", { class: "grid" }, groups.more.map(({ element }) => element))),
  );

  /** Returns the arguments of the library, or throws a text about a control that can't be read. */
  function readParameters() {
    const secrets = [read("secret"), given(read("previous"))];
    const others = read("other") === "" ? [] : [{ secret: read("other"), relation: read("relation") }];
    const options = {
      secrets,
      others,
      computed: given(read("computed").trim()),
      now: number(read("now")) ?? Math.floor(Date.now() / 1000),
      maxAge: number(read("maxAge")),
      leeway: number(read("leeway")),
    };
    for (const name of ["now", "maxAge", "leeway"]) {
      if (options[name] !== undefined && !Number.isSafeInteger(options[name])) {
        throw `${name === "now" ? "The time of the check" : name === "maxAge" ? "The maximum age" : "The leeway"} must be a whole number of seconds.`;
      }
    }
    if (isWebhook) {
      const body = read("body");
      let message = body;
      try {
        message = typeof body === "string" ? DECODERS[read("format")](body) : body;
      } catch {
        throw `The body is not ${read("format") === "hex" ? "hexadecimal digits" : "Base64"}.`;
      }
      const headers = parseHeaders(text(read("headers")));
      return { kind, message, options: { ...options, headers, endpoint: given(read("endpoint")), requireTimestamp: read("requireTimestamp") } };
    }
    const entries = groups.expected.map(({ key, get }) => [key.slice(7), get()]).filter(([, value]) => value !== "");
    const expect = entries.length > 0 ? Object.fromEntries(entries) : undefined;
    const message = oneLine(read("message"));
    return { kind, message, options: { ...options, expect, ...(kind === "return" && { template: given(oneLine(read("template"))) }) } };
  }

  let latest = 0;
  let timer;
  let clock;
  let isSearching = false;

  function say(tone, title, text, ...others) {
    banner.className = `banner ${tone}`;
    status.replaceChildren(h("p", { class: "verdict" }, title), h("p", {}, text));
    beside.replaceChildren(...others);
  }

  /** Inspects the message again, shortly after the last change. */
  function changed() {
    clearTimeout(timer);
    latest++;
    if (isSearching) stop();
    timer = setTimeout(update, PAUSE);
  }

  async function update() {
    clearTimeout(timer);
    clearInterval(clock);
    const own = ++latest;
    explained.replaceChildren();
    let parameters;
    try {
      parameters = readParameters();
    } catch (problem) {
      say("bad", "This can’t be checked.", String(problem));
      result.replaceChildren();
      return;
    }
    const isEmpty = isWebhook ? parameters.message.length === 0 && parameters.options.headers.length === 0 : parameters.message === "";
    if (isEmpty) {
      say("", isWebhook ? "Paste the headers and the body of a webhook." : `Paste a ${TITLES[kind]}.`, "Or try an example:", exampleButtons());
      result.replaceChildren();
      return;
    }
    if (read("secret") === "") {
      say("", "Type the secret to check it.", `Below is what the ${TITLES[kind]} says. None of it is verified.`);
      result.replaceChildren(...messageView(parameters));
      return;
    }
    try {
      const answer = await call("inspect", parameters);
      if (own === latest) show(parameters, answer);
    } catch (error) {
      if (error === CANCELLED || own !== latest) return;
      say("bad", "This can’t be checked.", [h("code", {}, error.code), " ", bdi(error.message)]);
      result.replaceChildren(...messageView(parameters));
    }
  }

  function show(parameters, answer) {
    const { checks, isValid } = answer;
    const failed = checks.findIndex(({ outcome }) => outcome === "failed");
    if (isValid) {
      const left = h("p", { class: "left" });
      showTimeLeft(left, answer.expiry, parameters.options.now);
      const isUsual = ["now", "maxAge", "leeway"].every((key) => read(key).trim() === "");
      const limits = isUsual ? "" : " But the time of the check or its limits are not those of your code: they are set in this form.";
      say("good", "Valid", `The library accepts it: every check passed.${limits}`, left);
    } else {
      const { code, message } = checks[failed] ?? {};
      say("bad", `Refused by check ${failed + 1} of ${checks.length}`, [h("code", {}, code), " ", bdi(message)]);
    }
    result.replaceChildren(
      ...[
        section("Checks, in this order", checkList(checks)),
        explainSection(parameters, isValid),
        ...messageView(parameters),
        answer.signedText && section(isWebhook ? "What is signed: the body" : "What is signed", signedText(answer.signedText)),
        answer.verified && section("What your code receives", textBlock("What your code receives", JSON.stringify(answer.verified, null, 2))),
      ].filter(Boolean),
    );
  }

  /** Counts down to the second at which the message expires. */
  function showTimeLeft(element, expiry, now) {
    if (expiry === null) {
      element.textContent = "It never expires: it has no time. Remember it, so that it counts once.";
      return;
    }
    const isFixed = read("now").trim() !== "";
    const tell = () => {
      const left = expiry - (isFixed ? now : Math.floor(Date.now() / 1000));
      if (left <= 0) return void update();
      element.replaceChildren("Time left: ", h("strong", {}, duration(left)), `, until ${moment(expiry)}${isFixed ? ", from the time of the check" : ""}`);
    };
    tell();
    if (!isFixed) clock = setInterval(tell, 1000);
  }

  function messageView({ message, options }) {
    if (!isWebhook) {
      const parts = split(kind, message, options.template);
      return [section("The parts", coloredUrl("The URL, with its parts in color", parts), ...valueTable(parts))];
    }
    const bytes = typeof message === "string" ? new TextEncoder().encode(message) : message;
    const text = new TextDecoder().decode(bytes.subarray(0, 65536));
    const headers = options.headers.slice(0, 100);
    const most = shareOf(2 * headers.length);
    const rows = headers.map(([name, value]) => h("tr", {}, h("th", { scope: "row" }, h("code", {}, shown(name, most))), h("td", {}, h("code", { class: "value" }, h("bdi", {}, shown(value, most))))));
    const [view, more] = hexView("The bytes of the body", bytes);
    return [
      section("The headers", h("table", {}, h("caption", { class: "hidden" }, "Headers"), h("tbody", {}, rows))),
      section(
        `The body: ${bytes.length.toLocaleString("en")} ${bytes.length === 1 ? "byte" : "bytes"}`,
        textBlock("The body as text", text),
        h("details", {}, h("summary", {}, "Bytes"), view, more),
      ),
    ];
  }

  function explainSection(parameters, isValid) {
    const { computed } = parameters.options;
    if (isValid && computed === undefined) {
      return kind === "link" ? null : section("Does your own code refuse it?", h("p", {}, "Then the mistake is in your check. Paste the signature that it computed, under “Your own signature”, and Explain looks for the mistake."));
    }
    const button = h("button", { type: "button", class: "main" }, "Explain");
    button.addEventListener("click", () => search(parameters, button));
    explained.replaceChildren(h("h3", {}, "Why?"), h("p", { class: "hint" }, "Searches for the mistake: the key, the signed text, the time, changes of the URL. It takes about a second."), h("p", {}, button));
    return explained;
  }

  /** Searches for the mistake, with a progress bar if it takes long. */
  async function search(parameters, button) {
    const bar = h("progress", { max: 1, value: 0, "aria-label": "Search" });
    const cancel = h("button", { type: "button" }, "Cancel");
    const progress = h("div", { class: "searching", hidden: true }, bar, cancel);
    cancel.addEventListener("click", () => stop());
    button.disabled = true;
    button.after(progress);
    const patience = setTimeout(() => {
      progress.hidden = false;
      cancel.focus();
    }, PATIENCE);
    isSearching = true;
    const own = latest;
    try {
      const diagnosis = await call("explain", parameters, (tried, total) => {
        bar.max = total;
        bar.value = tried;
      });
      if (own !== latest) return;
      showDiagnosis(diagnosis);
    } catch (error) {
      if (own !== latest) return;
      button.disabled = false;
      progress.replaceWith(h("p", { role: "status" }, error === CANCELLED ? "Cancelled." : bdi(error.message)));
      button.focus();
    } finally {
      isSearching = false;
      clearTimeout(patience);
    }
  }

  function showDiagnosis({ verdict, subject, causes, notes, signedText: texts, candidates, bound }) {
    const title = {
      valid: "Nothing is wrong",
      explained: causes.length > 1 ? "The causes: both changes at once" : "The cause",
      hinted: "Nothing is proved, but it may be this",
      unexplained: "No known mistake explains this",
    }[verdict];
    const heading = h("h3", { tabindex: "-1" }, title);
    explained.replaceChildren(
      ...[
        heading,
        subject === "computed" && causes.length > 0 && h("p", { class: "hint" }, "It explains the signature that your own code computed."),
        verdict === "unexplained" && h("p", {}, "It is a different secret, or a change that is not in the catalogue. Compare the secret with the one that Visiono shows."),
        ...causes.map(cause),
        texts?.used && h("div", {}, h("h4", {}, "The text that was signed instead"), signedText(texts)),
        ...notes.map(cause),
        h("p", { class: "hint" }, `${candidates.toLocaleString("en")} candidates were tried${bound === "bytes" ? ", and then the search ended at its limit" : ""}.`),
      ].filter(Boolean),
    );
    heading.focus();
  }

  function exampleButtons() {
    return h("p", { class: "examples" }, examples.map((example) => {
      const button = h("button", { type: "button" }, example.title);
      button.addEventListener("click", () => {
        clear();
        for (const [key, value] of Object.entries(example.values)) find(key).set(value);
        update();
      });
      return button;
    }));
  }

  function clear() {
    for (const control of controls) control.clear();
  }

  /** Clears the secrets, and everything made with them. */
  function forget() {
    clearTimeout(timer);
    clearInterval(clock);
    latest++;
    for (const control of controls) if (control.isSecret) control.clear();
    explained.replaceChildren();
    result.replaceChildren();
    status.replaceChildren();
    beside.replaceChildren();
  }

  form.addEventListener("input", changed);
  const element = h("div", { class: "pane" }, form, output);
  return { element, controls, update, clear, forget };
}

/** Returns a text without the line ends around it, which a copied text has. */
export const oneLine = (value) => text(value).replaceAll(/^[\r\n]+|[\r\n]+$/g, "");
const text = (value) => (typeof value === "string" ? value : new TextDecoder().decode(value));

function section(title, ...children) {
  return h("section", {}, h("h3", {}, title), ...children);
}

function checkList(checks) {
  return h(
    "ol",
    { class: "checks" },
    checks.map(({ title, outcome }) =>
      h("li", { class: outcome }, h("span", { class: "icon", "aria-hidden": "true" }, ICONS[outcome]), h("span", {}, title), h("span", { class: "word" }, WORDS[outcome])),
    ),
  );
}

/** Returns a text with its marks. */
function marked(label, { text, marks, length, cut }) {
  const parts = [];
  let at = 0;
  for (const [start, end] of marks) {
    parts.push(...exact(text.slice(at, start)), h("mark", {}, exact(text.slice(start, end))));
    at = end;
  }
  parts.push(...exact(text.slice(at)));
  return [block(label, ...parts.map(asNode)), h("p", { class: "hint" }, `${length.toLocaleString("en")} bytes${cut ? ", of which this is a part" : ""}`)];
}

function signedText({ right, used }) {
  if (!used) return h("div", {}, marked("The text that must be signed", right));
  return h("div", { class: "compare" }, h("div", {}, h("h5", {}, "It must be"), marked("The text that must be signed", right)), h("div", {}, h("h5", {}, "It was"), marked("The text that was signed", used)));
}

function cause({ id, certainty, sentence, detail, fix }) {
  const codes = [["PHP", fix.php], ["JavaScript", fix.javascript], ["Python", fix.python]];
  return h(
    "section",
    { class: `cause ${certainty}` },
    h("h4", {}, sentence),
    h("p", { class: "hint" }, h("strong", {}, CERTAINTY[certainty]), `: ${CERTAINTY_HINT[certainty]}`, detail && [" (", bdi(detail), ")"], ". ", h("code", {}, id)),
    certainty !== "note" && languages("The right line", codes),
  );
}
