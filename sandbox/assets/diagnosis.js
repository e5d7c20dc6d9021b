// Shows a diagnosis of `explain`: the checks, the causes, and the fix in each language.

import { bdi, block, exact, h } from "./dom.js";

const LANGUAGES = [
  ["javascript", "JavaScript"],
  ["php", "PHP"],
  ["python", "Python"],
];
const CERTAINTY = {
  proof: "Proved: the signature matches under this change",
  hint: "A hint: it looks like this mistake",
  note: "A note",
};
const VERDICT = {
  valid: "The library accepts this message.",
  unexplained: "No known mistake explains this. If the check of the signature failed, compare the secrets first.",
};

/** Returns a text with its marks, which are byte ranges. */
function marked({ text, marks }) {
  const bytes = new TextEncoder().encode(text);
  const part = (from, to) => new TextDecoder().decode(bytes.subarray(from, to));
  const parts = [];
  let at = 0;
  for (const [from, to] of marks) {
    parts.push(part(at, from), h("mark", {}, exact(part(from, to))));
    at = to;
  }
  return [...parts, part(at)];
}

function cause({ sentence, certainty, detail, fix }) {
  return h(
    "section",
    { class: "cause" },
    h("h4", {}, sentence),
    h("p", { class: "quiet" }, CERTAINTY[certainty], ...(detail ? [" (", bdi(detail), ")"] : []), "."),
    LANGUAGES.map(([key, name], index) =>
      h("details", { open: index === 0 }, h("summary", {}, name), block(name, fix[key])),
    ),
  );
}

/** Returns the elements of a diagnosis. */
export function showDiagnosis({ verdict, causes, notes, checks, signed_text: signed }) {
  return [
    h(
      "ol",
      { class: "checks" },
      checks.map(({ title, outcome, code, message }) => {
        const word = outcome.replace("_", " ");
        return h(
          "li",
          { class: word },
          h("span", { class: "word" }, word),
          " ",
          h("span", {}, title, ...(code ? [": ", h("code", {}, code), " ", bdi(message)] : [])),
        );
      }),
    ),
    VERDICT[verdict] && h("p", {}, VERDICT[verdict]),
    causes.map(cause),
    signed && [
      h("h4", {}, "The text that must be signed"),
      block("The text that must be signed", ...marked(signed.right)),
      signed.used && [
        h("h4", {}, "The text that was signed"),
        block("The text that was signed", ...marked(signed.used)),
      ],
    ],
    notes.map(({ sentence }) => h("p", { class: "quiet" }, sentence)),
  ].flat(3);
}
