// Creates elements. Text always becomes a text node, so that data is never read as HTML.

/** Returns an element with attributes, listeners (`onclick`) and children. */
export function h(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children.flat().filter((child) => child != null && child !== false));
  return element;
}

/** Controls, formats, odd spaces and fillers: characters that are invisible or move other text. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/u;
/** Words that are read from right to left. */
const WORD = "[\\u0590-\\u08ff\\ufb1d-\\ufdff\\ufe70-\\ufefc\\u{10800}-\\u{10fff}\\u{1e800}-\\u{1efff}]+";
const SPLIT = new RegExp(`(?![\\n\\t])(${UNSEEN.source})|(${WORD}(?: ${WORD})*)`, "u");

/**
 * Returns a text as nodes, with the code point of each invisible character before it. These
 * characters and right-to-left phrases are isolated, so that they don't reorder their surroundings.
 * The text content is unchanged.
 */
export function exact(text) {
  return String(text)
    .split(SPLIT)
    .map((part, index) => {
      if (!part) return null;
      const kind = index % 3;
      if (kind === 0) return part;
      if (kind === 2) return h("span", { class: "isolated" }, part);
      const number = part.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
      return h("span", { class: "unseen", "data-number": `U+${number}` }, part);
    });
}

/** Makes the texts of a server's page exact as well. */
export function makeExact() {
  for (const element of document.querySelectorAll("pre, bdi, mark")) {
    const texts = [...element.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE);
    for (const text of texts) text.replaceWith(...exact(text.data).filter(Boolean));
  }
}

/** Returns text of unknown direction, isolated from its surroundings. */
export const bdi = (text) => h("bdi", {}, exact(text));

/** Returns a block of exact text that can be scrolled with the keyboard. */
export function block(label, ...children) {
  const exactly = children.flatMap((child) => (typeof child === "string" ? exact(child) : child));
  return h("pre", { tabindex: "0", role: "group", "aria-label": label }, exactly);
}

/** Returns a select of `[value, text]` pairs. */
export function select(name, options, chosen, attributes) {
  return h(
    "select",
    { name, ...attributes },
    options.map(([value, text]) => h("option", { value, selected: value === chosen }, text)),
  );
}

/** Returns a labelled field. */
export const label = (text, field) => h("label", {}, h("span", {}, text), " ", field);

/** Returns a labelled checkbox. */
export function tick(text, name, checked, value = "on") {
  const box = h("input", { type: "checkbox", name, value });
  box.checked = checked;
  return h("label", { class: "tick" }, box, " ", text);
}

/** Returns a button that copies a text. */
export function copyButton(text) {
  const button = h("button", { type: "button" }, "Copy");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Select it to copy";
    }
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });
  return button;
}

/** Returns the day and time on the sandbox's clock, in UTC. */
export function time(seconds) {
  const text = new Date(seconds * 1000).toISOString();
  return h("time", { datetime: text, title: text }, text.slice(5, 19).replace("T", " "));
}

/** Returns a time with its date. */
export function moment(seconds) {
  return new Date(seconds * 1000).toISOString().replace("T", " ").replace(".000Z", " UTC");
}

/** Returns a duration in words. */
export function duration(seconds) {
  const days = Math.floor(seconds / 86400);
  const rest = seconds % 86400;
  const parts = [
    [days, "d"],
    [Math.floor(rest / 3600), "h"],
    [Math.floor((rest % 3600) / 60), "min"],
    [rest % 60, "s"],
  ];
  return parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`).join(" ") || "0 s";
}
