// Shows texts, URLs, bytes and code.

import { bdi, block, exact, h } from "../../sandbox/assets/dom.js";
import { split } from "./url.js";

/** The maximum length of a text that is shown at once, and of a list of texts. */
const MOST = 4000;
const MOST_OF_ALL = 20000;
/** The number of bytes that are shown at once, and in a row. */
const PAGE = 2048;
const ROW = 16;

const more = (count, unit) => h("span", { class: "more" }, ` … and ${count.toLocaleString("en")} more ${unit}`);

/** Returns an exact text. Only the beginning of a long one is shown. */
export function shown(text, most = MOST) {
  if (text.length <= most) return exact(text);
  return [...exact(text.slice(0, most).replace(/[\ud800-\udbff]$/, "")), more(text.length - most, "characters")];
}

/** Returns the number of characters that are shown of each of many texts. */
export const shareOf = (count) => Math.min(MOST, Math.max(80, Math.floor(MOST_OF_ALL / count)));

/** Returns a part as a node, so that it isn't made exact again. */
export const asNode = (part) => (typeof part === "string" ? document.createTextNode(part) : part);

/** Returns a block of text. */
export const textBlock = (label, text) => block(label, ...shown(text).map(asNode));


/** Returns a button that copies a text. */
export function copyButton(getText, label = "Copy") {
  const button = h("button", { type: "button" }, label);
  const say = (text) => {
    button.textContent = text;
    setTimeout(() => (button.textContent = label), 2000);
  };
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(await getText());
      say("Copied");
    } catch {
      say("Select it to copy");
    }
  });
  return button;
}

/** Returns a URL with its parts in color. */
export function coloredUrl(label, parts) {
  const most = shareOf(parts.length);
  return block(
    label,
    ...parts.map(({ text, role, field }) => {
      const kind = field ? `part field ${field.short}` : `part ${role}`;
      return h("span", { class: kind, title: field && `${field.short}: ${field.long}` }, shown(text, most));
    }),
  );
}

/** Returns a table of the decoded values. */
export function valueTable(parts) {
  const rows = parts.filter(({ value }) => value !== undefined);
  const others = rows.filter(({ field }) => !field);
  const most = shareOf(2 * rows.length);
  const row = ({ name, value, field }) =>
    h(
      "tr",
      { class: field ? `field ${field.short}` : "other" },
      h("th", { scope: "row" }, field ? [h("code", {}, field.short), h("small", {}, field.long)] : h("code", {}, shown(name, most))),
      h("td", {}, h("code", { class: "value" }, h("bdi", {}, value === "" ? h("i", {}, "empty") : shown(value, most))), remark(field, name, value)),
    );
  const table = (rows, caption) =>
    h(
      "table",
      {},
      h("caption", { class: "hidden" }, caption),
      h("thead", { class: "hidden" }, h("tr", {}, h("th", { scope: "col" }, "Parameter"), h("th", { scope: "col" }, "Decoded value"))),
      h("tbody", {}, rows.map(row)),
    );
  return [
    table(rows.filter(({ field }) => field), "The fields of the message"),
    others.length > 0 && h("details", {}, h("summary", {}, `${others.length} other ${others.length === 1 ? "parameter" : "parameters"}, not signed`), table(others, "Other parameters")),
  ];
}

/** Describes a value. */
function remark(field, name, value) {
  const notes = [];
  if (field?.type === "time" && /^\d{1,14}$/.test(value)) notes.push(moment(Number(value)));
  if (field && name !== field.short) notes.push(name === "path" ? "in the path" : `in ${name.slice(0, 80)}`);
  const bytes = new TextEncoder().encode(value).length;
  if (bytes !== value.length) notes.push(`${value.length} UTF-16 units, ${bytes} bytes`);
  return notes.length > 0 && h("small", {}, bdi(notes.join(" · ")));
}

/** Returns a time in UTC. */
export function moment(seconds) {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? "no date" : date.toISOString().replace("T", " ").replace(".000Z", " UTC");
}

/** Returns a duration in words. */
export function duration(seconds) {
  const units = [["d", 86400, Infinity], ["h", 3600, 24], ["min", 60, 60], ["s", 1, 60]];
  const parts = units.map(([unit, size, wrap]) => [Math.floor(seconds / size) % wrap, unit]);
  const first = parts.findIndex(([amount]) => amount > 0);
  return first < 0 ? "0 s" : parts.slice(first, first + 2).map((part) => part.join(" ")).join(" ");
}

/** Returns bytes as a table of hexadecimal digits and characters, a page at a time. */
export function hexView(label, bytes) {
  const element = block(label);
  element.classList.add("hex");
  const more = h("button", { type: "button" }, "More bytes");
  let at = 0;
  const add = () => {
    const end = Math.min(at + PAGE, bytes.length);
    const rows = [];
    for (; at < end; at += ROW) {
      const row = [...bytes.subarray(at, Math.min(at + ROW, end))];
      const digits = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ").padEnd(3 * ROW);
      const characters = row.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : "·")).join("");
      rows.push(`${at.toString(16).padStart(6, "0")}  ${digits} ${characters}\n`);
    }
    element.append(rows.join(""));
    at = end;
    more.hidden = at >= bytes.length;
  };
  more.addEventListener("click", add);
  add();
  return [element, more];
}

/** The language that was selected last. */
let chosen;

/**
 * Returns tabs. Each is `[name, content]`; the content is created when it is shown. The arrow keys
 * move between the tabs.
 */
export function tabs(label, items, onSelect, isVertical) {
  const list = h("div", { role: "tablist", "aria-label": label, class: isVertical });
  const buttons = items.map(([name]) => h("button", { type: "button", role: "tab" }, name));
  const select = (index, isFocused) => {
    for (const [at, button] of buttons.entries()) {
      button.setAttribute("aria-selected", String(at === index));
      button.tabIndex = at === index ? 0 : -1;
    }
    if (isFocused) buttons[index].focus();
    onSelect(index, buttons);
  };
  for (const [index, button] of buttons.entries()) {
    button.addEventListener("click", () => select(index));
    button.addEventListener("keydown", ({ key }) => {
      const { length } = buttons;
      const to = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: length - 1 }[key];
      if (to !== undefined) select((to + length) % length, true);
    });
  }
  list.append(...buttons);
  return { list, buttons, select };
}

/** Returns code in several languages: `[name, code]`. */
export function languages(label, codes) {
  let code = "";
  const panel = h("div", { role: "tabpanel", class: "code" });
  const { list, select } = tabs(label, codes, (index) => {
    const [name, text] = codes[index];
    chosen = name;
    code = text;
    panel.setAttribute("aria-label", name);
    panel.replaceChildren(block(`${label}: ${name}`, ...exact(text.trimEnd()).map(asNode)));
  });
  select(Math.max(0, codes.findIndex(([name]) => name === chosen)));
  return h("div", { class: "languages" }, h("div", { class: "head" }, list, copyButton(() => code)), panel);
}

export { bdi, block, exact, h, split };
