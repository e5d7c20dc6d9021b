// The controls of a form. Each has a key, `get`, `set` for an untrusted value, and `clear`.

import { h } from "../../sandbox/assets/dom.js";

/** The maximum length of a text in a text area: browsers lay out longer ones slowly. */
const LONGEST = 32768;

let count = 0;
const newId = () => `control-${++count}`;

/** Returns a label with a hint, and the attributes that connect them to a control. */
function labelled({ label, hint }) {
  const id = newId();
  const note = hint && h("p", { class: "hint", id: `${id}-hint` }, hint);
  return { id, head: h("label", { for: id }, label), note, tie: { id, "aria-describedby": hint && `${id}-hint` } };
}

const QUIET = { autocomplete: "off", autocapitalize: "off", autocorrect: "off", spellcheck: "false" };

/** Returns a control for a line of text. */
export function line(key, { label, hint, ...attributes }) {
  const { head, note, tie } = labelled({ label, hint });
  const input = h("input", { type: "text", ...QUIET, ...tie, ...attributes });
  return {
    key,
    element: h("div", { class: "control" }, head, input, note),
    get: () => input.value,
    set: (value) => (input.value = typeof value === "string" ? value : ""),
    clear: () => (input.value = attributes.value ?? ""),
  };
}

/**
 * Returns a control for a secret. It is never part of a link, and is cleared when the page is left.
 */
export function secret(key, { label, hint }) {
  const { head, note, tie } = labelled({ label, hint });
  // Asks password managers to ignore it.
  const alone = { "data-1p-ignore": true, "data-lpignore": "true", "data-bwignore": true };
  const input = h("input", { type: "password", ...QUIET, ...alone, ...tie });
  const show = h("button", { type: "button", class: "in", "aria-pressed": "false" }, "Show");
  const reveal = (isShown) => {
    input.type = isShown ? "text" : "password";
    show.setAttribute("aria-pressed", String(isShown));
  };
  show.setAttribute("aria-label", `Show: ${label}`);
  show.addEventListener("click", () => reveal(input.type === "password"));
  const clear = () => {
    input.value = "";
    reveal(false);
  };
  const element = h("div", { class: "control" }, head, h("div", { class: "with" }, input, show), note);
  return { key, isSecret: true, element, get: () => input.value, set: (value) => (input.value = value), clear };
}

/** Returns a control for a choice of `[value, text]` pairs. */
export function choice(key, { label, hint, options }) {
  const { head, note, tie } = labelled({ label, hint });
  const input = h("select", tie, options.map(([value, text]) => h("option", { value }, text)));
  const set = (value) => (input.value = options.some(([known]) => known === value) ? value : options[0][0]);
  return { key, element: h("div", { class: "control" }, head, input, note), get: () => input.value, set, clear: () => set() };
}

/** Returns a checkbox. */
export function tick(key, { label, isTicked = false }) {
  const input = h("input", { type: "checkbox", checked: isTicked });
  const element = h("label", { class: "tick" }, input, " ", label);
  return { key, element, get: () => input.checked, set: (value) => (input.checked = value === true), clear: () => (input.checked = isTicked) };
}

/**
 * Returns a control for a text of many lines. A long text or a file is kept outside of the text
 * area, which shows its name and size. The value is a text, or the bytes of a file.
 */
export function area(key, { label, hint, rows, hasFiles, placeholder }) {
  const { head, note, tie } = labelled({ label, hint });
  const input = h("textarea", { rows, placeholder, ...QUIET, ...tie });
  const kept = h("p", { class: "kept", hidden: true });
  let value;
  const element = h("div", { class: "control" }, head, input, kept, note);
  const changed = () => element.dispatchEvent(new Event("input", { bubbles: true }));

  function keep(name, content) {
    value = content;
    input.value = "";
    input.hidden = true;
    kept.hidden = false;
    const size = content instanceof Uint8Array ? content.length : new TextEncoder().encode(content).length;
    const remove = h("button", { type: "button" }, "Remove");
    remove.addEventListener("click", () => {
      set("");
      input.focus();
      changed();
    });
    kept.replaceChildren(h("bdi", {}, name), ` · ${size.toLocaleString("en")} bytes `, remove);
  }

  function set(content) {
    if (content instanceof Uint8Array) return keep("File", content);
    const text = typeof content === "string" ? content : "";
    if (text.length > LONGEST) return keep("Long text", text);
    value = undefined;
    input.value = text;
    input.hidden = false;
    kept.hidden = true;
  }

  const takeLong = (name, data) => (event) => {
    const text = event[data]?.getData("text/plain") ?? "";
    if (text.length > LONGEST) {
      event.preventDefault();
      keep(name, text);
      changed();
    }
  };
  input.addEventListener("paste", takeLong("Pasted text", "clipboardData"));
  input.addEventListener("drop", takeLong("Dropped text", "dataTransfer"));
  input.addEventListener("input", () => {
    if (input.value.length > LONGEST) keep("Long text", input.value);
  });

  if (hasFiles) {
    const take = async ([file]) => {
      if (!file) return;
      keep(file.name, new Uint8Array(await file.arrayBuffer()));
      changed();
    };
    const id = newId();
    const picker = h("input", { type: "file", id });
    picker.addEventListener("change", () => take(picker.files));
    element.addEventListener("dragover", (event) => event.preventDefault());
    element.addEventListener("drop", (event) => {
      if (event.dataTransfer.files.length) {
        event.preventDefault();
        take(event.dataTransfer.files);
      }
    });
    element.append(h("div", { class: "file" }, h("label", { for: id }, "or the bytes of a file: "), picker));
  }
  return { key, element, get: () => value ?? input.value, set, clear: () => set(""), focus: () => (input.hidden ? kept.querySelector("button") : input).focus() };
}
