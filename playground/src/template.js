// The pane of redirect templates.

import { CANCELLED, call } from "./client.js";
import { area, line } from "./controls.js";
import { oneLine } from "./inspect.js";
import { FIELDS } from "./tables.js";
import { bdi, coloredUrl, copyButton, h, split, textBlock } from "./view.js";

const PAUSE = 200;
const SAMPLES = {
  submissionId: "pls_123",
  uniqueValue: "ABC 123",
  reference: "ticket-456",
  photoCount: "5",
  timestamp: String(Math.floor(Date.now() / 1000)),
  signature: "0123456789abcdef".repeat(4),
};
const EXAMPLES = [
  ["Visiono’s own example", "https://your-system.com/done?id={submission_id}&ref={reference}&sig={signature}"],
  ["One that carries all", "https://app.example/tickets/{reference}/done?sub={submission_id}&uv={unique_value}&ref={reference}&cnt={photo_count}&ts={timestamp}&sig={signature}"],
  ["One without placeholders", "https://app.example/done"],
  ["One that can’t be read back", "https://app.example/{submission_id}-{reference}?sig={signature}"],
];

export function templatePane() {
  const own = area("template", { label: "Redirect template", rows: 4, hint: "The redirect URL as it is set at Visiono." });
  const samples = FIELDS.return.map(({ camel, long }) => line(camel, { label: long, value: SAMPLES[camel] }));
  const controls = [own, ...samples];
  const status = h("div", { role: "status" });
  const beside = h("div", {});
  const banner = h("div", { class: "banner" }, status, beside);
  const result = h("div", { class: "result" });
  const form = h(
    "div",
    { class: "form" },
    own.element,
    h("details", {}, h("summary", {}, "The values of the example"), h("div", { class: "grid" }, samples.map(({ element }) => element))),
  );

  let timer;
  let latest = 0;

  function say(tone, title, text, ...others) {
    banner.className = `banner ${tone}`;
    status.replaceChildren(h("p", { class: "verdict" }, title), h("p", {}, text));
    beside.replaceChildren(...others);
  }

  function examples() {
    return h("p", { class: "examples" }, EXAMPLES.map(([title, text]) => {
      const button = h("button", { type: "button" }, title);
      button.addEventListener("click", () => use(text));
      return button;
    }));
  }

  function use(text) {
    own.set(text);
    update();
  }

  async function update() {
    clearTimeout(timer);
    const mine = ++latest;
    const text = oneLine(own.get());
    if (text === "") {
      say("", "Type a redirect template.", "Or try an example:", examples());
      result.replaceChildren();
      return;
    }
    const fields = Object.fromEntries(samples.map(({ key, get }) => [key, SAMPLE_TYPES[key](get())]));
    try {
      const facts = await call("template", { text, fields });
      if (mine === latest) await show(text, fields, facts, mine);
    } catch (error) {
      if (error === CANCELLED || mine !== latest) return;
      say("bad", "Not a redirect template", [h("code", {}, error.code), " ", bdi(error.message)]);
      result.replaceChildren();
    }
  }

  async function show(text, fields, { missing, placeholders, example, extractable }, mine) {
    const lacks = FIELDS.return.filter(({ camel }) => missing.includes(camel));
    const names = lacks.map(({ long }) => long).join(", ");
    if (extractable.code) say("bad", "It can’t be read back", bdi(extractable.message));
    else if (lacks.length > 0) say("bad", `It lacks ${lacks.length} of ${FIELDS.return.length} fields`, `A return that is made from it can’t be verified by itself: ${names} must come from elsewhere, as expected values.`);
    else say("good", "It carries every field", "A return that is made from it can be read back and verified.");
    const completed = lacks.length > 0 ? await complete(text, lacks, fields) : undefined;
    if (mine !== latest) return;
    result.replaceChildren(
      ...[
        section("The fields", h("ul", { class: "checks" }, FIELDS.return.map(({ camel, short, long }) => {
          const outcome = missing.includes(camel) ? "failed" : "passed";
          const how = placeholders.includes(camel) || outcome === "failed" ? `{${long}}` : `appended as ${short}`;
          return h("li", { class: outcome }, h("span", { class: "icon", "aria-hidden": "true" }, outcome === "passed" ? "✓" : "✗"), h("code", {}, how), h("span", { class: "word" }, outcome === "passed" ? "carried" : "lacking"));
        }))),
        completed && section("The same with all fields", textBlock("The completed template", completed), h("p", { class: "examples" }, copyButton(() => completed), button("Use it", () => use(completed)))),
        section("An example", example.code ? h("p", {}, h("code", {}, example.code), " ", bdi(example.message)) : [coloredUrl("The expanded example", split("return", example.value, text)), h("p", { class: "examples" }, copyButton(() => example.value))]),
      ].filter(Boolean),
    );
  }

  /** Returns the template completed with the missing fields, if the library accepts it. */
  async function complete(text, lacks, fields) {
    const [before, fragment = ""] = cutBefore(text, "#");
    const added = lacks.map(({ short, long }) => `${short}={${long}}`).join("&");
    const completed = `${before}${before.includes("?") ? "&" : "?"}${added}${fragment}`;
    const { missing, extractable } = await call("template", { text: completed, fields }).catch(() => ({ missing: lacks }));
    return missing.length === 0 && !extractable.code ? completed : undefined;
  }

  function changed() {
    clearTimeout(timer);
    latest++;
    timer = setTimeout(update, PAUSE);
  }
  form.addEventListener("input", changed);

  const clear = () => controls.forEach((control) => control.clear());
  function forget() {
    clearTimeout(timer);
    latest++;
  }
  return { element: h("div", { class: "pane" }, form, h("div", { class: "output" }, banner, result)), controls, update, clear, forget };
}

/** Converts digits to a number. The library refuses other texts. */
const count = (text) => (/^\d{1,15}$/.test(text) ? Number(text) : text);
const SAMPLE_TYPES = Object.fromEntries(FIELDS.return.map(({ camel, type }) => [camel, type === "text" ? String : count]));

function cutBefore(text, mark) {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at)];
}

function button(label, onClick) {
  const element = h("button", { type: "button" }, label);
  element.addEventListener("click", onClick);
  return element;
}

const section = (title, ...children) => h("section", {}, h("h3", {}, title), ...children);
