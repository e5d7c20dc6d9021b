// Makes elements. Text always becomes a text node, so that data is never read as HTML.

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

/** Returns text of unknown direction, which can't reorder what is around it. */
export const bdi = (text) => h("bdi", {}, text);

// Characters that show nothing or move what is around them, and runs of text from right to left.
const SPECIAL = new RegExp(
  String.raw`([\u0000-\u0008\u000b-\u001f\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f` +
    String.raw`\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}])` +
    String.raw`|([\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]+)`,
  "gu",
);

/** Returns text with its invisible characters shown by number, and each run from right to left by itself. */
function exact(text) {
  const parts = [];
  let at = 0;
  for (const { 0: found, 1: invisible, index } of text.matchAll(SPECIAL)) {
    parts.push(text.slice(at, index), invisible ? code(invisible) : bdi(found));
    at = index + found.length;
  }
  return [...parts, text.slice(at)];
}

function code(character) {
  const number = character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
  return h("span", { class: "invisible" }, `U+${number}`);
}

/** Returns a block of exact text that can be scrolled with the keyboard. */
export function block(label, ...children) {
  const pre = h("pre", { tabindex: "0", role: "group", "aria-label": label }, ...children);
  const walk = document.createTreeWalker(pre, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walk.nextNode()) texts.push(walk.currentNode);
  for (const text of texts) text.replaceWith(...exact(text.data));
  return pre;
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

/** Returns a labelled box to tick. */
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

/** Returns the day and the time on the sandbox's clock, in UTC as everywhere in the console. */
export function time(seconds) {
  const text = new Date(seconds * 1000).toISOString();
  return h("time", { datetime: text, title: text }, text.slice(5, 19).replace("T", " "));
}

/** Returns a time with its date. */
export function moment(seconds) {
  return new Date(seconds * 1000).toISOString().replace("T", " ").replace(".000Z", " UTC");
}

/** Returns a length of time in words. */
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
