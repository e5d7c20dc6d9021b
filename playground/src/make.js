// The pane that makes messages. It has its own secret, and passes nothing to the panes that
// inspect: a value typed here never makes a message valid.

import { CANCELLED, call } from "./client.js";
import { linkCode, returnCode, webhookCode } from "./code.js";
import { choice, line, secret, tick } from "./controls.js";
import { EVENTS } from "./tables.js";
import { bdi, coloredUrl, copyButton, h, languages, split, textBlock } from "./view.js";

const PAUSE = 200;
const TEXTS = {
  uniqueValue: ["Unique value", "ABC 123", "The documented item: an order, a license plate."],
  source: ["Source", "zendesk", "The system that sends the person."],
  reference: ["Reference", "ticket-456", "The record in that system."],
  submissionId: ["Submission ID", "pls_123", "Visiono’s ID of the upload."],
};
const text = (name) => line(name, { label: TEXTS[name][0], value: TEXTS[name][1], hint: TEXTS[name][2] });
const values = (controls) => Object.fromEntries(controls.map(({ key, get }) => [key, get()]));
const TEMPLATE = "https://app.example/tickets/{reference}/done?sub={submission_id}&uv={unique_value}&ref={reference}&cnt={photo_count}&ts={timestamp}&sig={signature}";

/** The forms by kind: their controls, results and code. */
const FORMS = {
  link() {
    const target = line("target", { label: "Smart Link", value: "damage-report", hint: "The last part of its URL, or the whole URL." });
    const fields = ["uniqueValue", "source", "reference"].map(text);
    const place = () => (target.get().includes("/") ? { link: target.get() } : { slug: target.get() });
    return {
      secretLabel: "Workflow secret",
      controls: [target, ...fields],
      operation: (secret) => ["makeLink", { secret, fields: { ...place(), ...values(fields) } }],
      show: (url) => urlView("The signed link", "link", url),
      code: () => linkCode(place(), values(fields)),
      note: "Your code signs links. It is valid for an hour, so sign it when the person clicks.",
    };
  },
  return() {
    const template = line("template", { label: "Redirect template", value: TEMPLATE });
    const texts = ["submissionId", "uniqueValue", "reference"].map(text);
    const count = line("photoCount", { label: "Number of photos", value: "5", inputmode: "numeric" });
    const fields = () => ({ ...values(texts), photoCount: Number(count.get()) });
    return {
      secretLabel: "Workflow secret",
      controls: [template, ...texts, count],
      operation: (secret) => ["makeReturn", { secret, template: template.get(), fields: fields() }],
      show: (url) => urlView("The signed return", "return", url, template.get()),
      code: () => returnCode(template.get(), fields()),
      note: "Visiono signs returns. Make one to test the page that people come back to.",
    };
  },
  webhook() {
    const event = choice("event", { label: "Event", options: EVENTS.map((name) => [name, name]) });
    const style = choice("style", { label: "Style", hint: "Of the two that Visiono documents.", options: [["guide", "guide: X-Visiono-…"], ["developer", "developer: X-Webhook-…"]] });
    const id = line("id", { label: "ID of the delivery", value: "test" });
    const texts = ["submissionId", "uniqueValue", "source", "reference"].map(text);
    const timestamp = tick("timestamp", { label: "With a timestamp", isTicked: true });
    const fields = () => ({ ...values([id, ...texts]), style: style.get(), timestamp: timestamp.get() });
    return {
      secretLabel: "Webhook secret",
      controls: [event, style, id, ...texts, timestamp],
      operation: (secret) => ["makeWebhook", { secret, event: event.get(), fields: fields() }],
      show: deliveryView,
      code: () => webhookCode(event.get(), fields()),
      note: "Visiono signs webhooks. Make one to test the code that receives them.",
    };
  },
};

function urlView(label, kind, url, template) {
  return [section(label, coloredUrl(label, split(kind, url, template)), h("p", { class: "examples" }, copyButton(() => url)))];
}

function deliveryView({ body, headers }) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`).join("\n");
  return [
    section("The headers", textBlock("The headers", lines), h("p", { class: "examples" }, copyButton(() => lines))),
    section("The body", textBlock("The body", body), h("p", { class: "examples" }, copyButton(() => body))),
  ];
}

const section = (title, ...children) => h("section", {}, h("h3", {}, title), ...children);

export function makePane() {
  const kind = choice("kind", { label: "Make a", options: [["link", "signed link"], ["return", "signed return"], ["webhook", "signed webhook"]] });
  const forms = Object.fromEntries(Object.entries(FORMS).map(([name, make]) => [name, make()]));
  const parts = Object.entries(forms).map(([name, form]) => {
    form.secret = secret(`${name}.secret`, { label: form.secretLabel, hint: "It is only used in this pane. It stays in this tab, and is wiped when you leave." });
    form.element = h("div", { class: "fields" }, form.secret.element, form.controls.map(({ element }) => element));
    // A link to the page has the values of all three.
    const own = form.controls.map((control) => ({ ...control, key: `${name}.${control.key}` }));
    return [form.secret, ...own];
  });
  const controls = [kind, ...parts.flat()];
  const status = h("div", { role: "status" });
  const banner = h("div", { class: "banner" }, status);
  const made = h("div", { class: "result" });
  const code = h("div", { class: "result" });
  const sign = h("button", { type: "button", class: "main" }, "Sign");
  const form = h("div", { class: "form" }, kind.element, Object.values(forms).map(({ element }) => element), h("p", {}, sign));

  let timer;
  let latest = 0;

  function say(tone, title, text) {
    banner.className = `banner ${tone}`;
    status.replaceChildren(h("p", { class: "verdict" }, title), h("p", {}, text));
  }

  /**
   * Shows the form of the chosen kind, and its code. Clears the last result, which was made of
   * other values.
   */
  function update() {
    clearTimeout(timer);
    latest++;
    const { note, code: write } = forms[kind.get()];
    for (const [name, { element }] of Object.entries(forms)) element.hidden = name !== kind.get();
    say("", "Nothing is signed yet.", note);
    made.replaceChildren();
    code.replaceChildren(section("The code", h("p", { class: "hint" }, "The secret comes from the environment, and is never in the code."), languages("Code", write())));
  }

  async function make() {
    const mine = ++latest;
    const { secret, operation, show } = forms[kind.get()];
    if (secret.get() === "") {
      say("bad", "Type a secret to sign with.", "That of a test system, or any text of 16 characters.");
      secret.element.querySelector("input").focus();
      return;
    }
    try {
      const message = await call(...operation(secret.get()));
      if (mine !== latest) return;
      say("good", "Signed", "It is made by the library, with the secret of this pane.");
      made.replaceChildren(...show(message));
    } catch (error) {
      if (error === CANCELLED || mine !== latest) return;
      say("bad", "It can’t be signed.", [h("code", {}, error.code), " ", bdi(error.message)]);
      made.replaceChildren();
    }
  }

  function changed({ target }) {
    clearTimeout(timer);
    latest++;
    if (target.tagName === "SELECT") update();
    else timer = setTimeout(update, PAUSE);
  }
  form.addEventListener("input", changed);
  sign.addEventListener("click", () => {
    clearTimeout(timer);
    update();
    make();
  });
  form.addEventListener("keydown", ({ key, target }) => {
    if (key === "Enter" && target.tagName === "INPUT") sign.click();
  });

  const clear = () => controls.forEach((control) => control.clear());
  function forget() {
    clearTimeout(timer);
    latest++;
    for (const form of Object.values(forms)) form.secret.clear();
    made.replaceChildren();
    status.replaceChildren();
  }
  return { element: h("div", { class: "pane" }, form, h("div", { class: "output" }, banner, made, code)), controls, update, clear, forget };
}
