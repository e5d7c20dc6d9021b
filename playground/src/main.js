// The page: its tabs, its links, and the data that it clears when it is left.

import { stop } from "./client.js";
import { inspectPane } from "./inspect.js";
import { makePane } from "./make.js";
import { fromFragment, holds, toFragment } from "./share.js";
import { templatePane } from "./template.js";
import { copyButton, h, tabs } from "./view.js";

const MODES = [
  ["link", "Link", () => inspectPane("link")],
  ["return", "Return", () => inspectPane("return")],
  ["webhook", "Webhook", () => inspectPane("webhook")],
  ["template", "Template", templatePane],
  ["make", "Make", makePane],
];

const main = document.querySelector("main");
const panes = MODES.map(([name, title, make]) => {
  const pane = make();
  const panel = h("div", { role: "tabpanel", id: `panel-${name}`, "aria-labelledby": `tab-${name}`, hidden: true }, h("h2", { class: "hidden" }, title), pane.element);
  return { ...pane, name, panel };
});
let current = panes[0];

const { list, buttons, select } = tabs("What to look at", MODES.map(([name, title]) => [title, name]), (index) => {
  current = panes[index];
  for (const { panel } of panes) panel.hidden = panel !== current.panel;
  share.hidden = true;
  current.update();
});
for (const [index, button] of buttons.entries()) {
  button.id = `tab-${MODES[index][0]}`;
  button.setAttribute("aria-controls", `panel-${MODES[index][0]}`);
}

/** Returns a link to the contents of the current pane, or a text about why there is none. */
async function makeLink() {
  const open = current.controls.filter(({ isSecret }) => !isSecret);
  const values = Object.fromEntries(open.map(({ key, get }) => [key, get()]).filter(([, value]) => value !== ""));
  const secrets = panes.flatMap(({ controls }) => controls).filter(({ isSecret, get }) => isSecret && get() !== "");
  if (secrets.some(({ get }) => holds(values, get()))) {
    return { problem: "There is no link: a secret is also in one of the other fields, and would be in it." };
  }
  const fragment = await toFragment(current.name, values);
  return fragment ? { url: location.href.replace(/#.*/, "") + fragment } : { problem: "There is no link: it would be too long for a browser." };
}

const shareButton = h("button", { type: "button" }, "Link to this");
const clearButton = h("button", { type: "button" }, "Clear");
const share = h("div", { class: "notice", role: "status", hidden: true });
shareButton.addEventListener("click", async () => {
  const { url, problem } = await makeLink();
  share.hidden = false;
  if (problem) return share.replaceChildren(h("p", {}, problem));
  const field = h("input", { type: "text", readonly: true, "aria-label": "Link to this", autocomplete: "off" });
  field.value = url;
  field.addEventListener("focus", () => field.select());
  share.replaceChildren(h("p", {}, "It has everything but the secrets: anyone who has the link can read the message."), h("div", { class: "with" }, field, copyButton(() => url)));
});
clearButton.addEventListener("click", () => {
  stop();
  current.clear();
  share.hidden = true;
  current.update();
});

/** Clears every secret. The worker's memory may contain some. */
function forget() {
  stop();
  for (const pane of panes) pane.forget();
}

/**
 * Shows the contents of a link. Anybody can make one, so it is never combined with a secret that
 * was typed before.
 */
async function open() {
  const found = await fromFragment(location.hash);
  const index = panes.findIndex(({ name }) => name === found?.mode);
  if (index < 0) return;
  forget();
  panes[index].clear();
  for (const { key, isSecret, set } of panes[index].controls) {
    if (!isSecret && found.values.has(key)) set(found.values.get(key));
  }
  for (const details of panes[index].element.querySelectorAll("details")) {
    // An option that a stranger has set is not hidden: it may be a time at which the message was
    // valid.
    details.open = [...details.querySelectorAll("input, select, textarea")].some(isChanged);
  }
  select(index);
}

const isChanged = ({ type, value, defaultValue, checked, defaultChecked, selectedIndex }) =>
  type === "checkbox" ? checked !== defaultChecked : selectedIndex === undefined ? value !== defaultValue : selectedIndex > 0;

function start() {
  main.replaceChildren(h("div", { class: "bar" }, list, h("div", { class: "actions" }, shareButton, clearButton)), share, ...panes.map(({ panel }) => panel));
  select(0);
  open();
  addEventListener("hashchange", open);
  // A page restored from the browser's cache is in the state in which it was left.
  addEventListener("pagehide", forget);
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) current.update();
  });
}

// In a frame, another page could overlay this one and trick a person into typing a secret.
if (window.top === window.self) start();
else main.replaceChildren(h("p", { class: "notice bad" }, "This page doesn’t work in a frame. Open it in a tab of its own."));
