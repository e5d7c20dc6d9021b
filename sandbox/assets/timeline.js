// The timeline: newest first, live, filtered by ticket. An entry opens to show its subject.

import { request } from "./api.js";
import { showEntry } from "./details.js";
import { bdi, h, time } from "./dom.js";

/** The number of entries that are loaded at once. */
const PAGE = 100;
/** The time between two announcements to a screen reader. */
const CALM = 4000;

const list = document.getElementById("entries");
const empty = document.getElementById("empty");
const older = document.getElementById("older");
const news = document.getElementById("news");
const ticket = document.getElementById("ticket");
const tickets = document.getElementById("tickets");
const connection = document.getElementById("connection");

let entries = [];
let shown = PAGE;
let source;

function row(entry) {
  const id = `entry-${entry.id}`;
  const button = h(
    "button",
    { type: "button", "aria-expanded": "false", "aria-controls": id },
    time(entry.at),
    h("span", { class: "kind" }, entry.kind),
    h("span", { class: "sentence" }, bdi(entry.sentence)),
    entry.ticket != null && h("span", { class: "ticket" }, bdi(entry.ticket)),
  );
  const panel = h("div", { id, class: "panel", hidden: true });
  button.addEventListener("click", () => toggle(entry, button, panel));
  return h("li", { class: entry.good ? "entry" : "entry wrong", "data-id": entry.id }, button, panel);
}

async function toggle(entry, button, panel) {
  panel.hidden = !panel.hidden;
  button.setAttribute("aria-expanded", String(!panel.hidden));
  if (panel.hidden) return;
  panel.replaceChildren(h("p", { class: "quiet" }, "Reading"));
  try {
    panel.replaceChildren(...showEntry(await request("GET", `/sandbox/timeline/${entry.id}`)));
  } catch (error) {
    panel.replaceChildren(h("p", { class: "bad" }, bdi(error.message)));
  }
}

const wanted = (entry) => ticket.value === "" || entry.ticket === ticket.value;

function draw() {
  const found = entries.filter(wanted);
  list.replaceChildren(...found.slice(-shown).reverse().map(row));
  finish(found.length);
}

function finish(count) {
  empty.textContent = ticket.value === "" ? "Nothing has happened yet." : "Nothing has happened to this ticket.";
  empty.hidden = count > 0;
  older.hidden = count <= shown;
}

function remember(entry) {
  if (entry.ticket == null) return;
  const known = [...tickets.children].some(({ value }) => value === entry.ticket);
  if (!known) tickets.append(h("option", { value: entry.ticket }));
}

let unheard = [];
let timer;

/** Announces new entries to a screen reader, with a pause between announcements. */
function announce(entry) {
  unheard.push(entry);
  timer ??= setTimeout(() => {
    const last = unheard.at(-1).sentence;
    news.textContent = unheard.length === 1 ? last : `${unheard.length} new entries. The last: ${last}`;
    unheard = [];
    timer = undefined;
  }, CALM);
}

function add(entry) {
  entries.push(entry);
  remember(entry);
  if (!wanted(entry)) return;
  list.prepend(row(entry));
  if (list.children.length > shown) list.lastElementChild.remove();
  finish(entries.filter(wanted).length);
  announce(entry);
}

/** Loads the timeline, and keeps it up to date. `onEntry` is called with each new entry. */
export async function start(onEntry) {
  source?.close();
  entries = [];
  let after = 0;
  for (;;) {
    const answer = await request("GET", `/sandbox/timeline?after=${after}`);
    // An answer has the oldest entries first, up to a limit.
    const fresh = answer.entries.filter((entry) => entry.id > after);
    if (fresh.length === 0) break;
    entries.push(...fresh);
    after = fresh.at(-1).id;
  }
  tickets.replaceChildren();
  entries.forEach(remember);
  draw();
  source = new EventSource(`/sandbox/live?after=${after}`);
  source.addEventListener("open", () => {
    connection.textContent = "Live";
    connection.classList.add("live");
  });
  source.addEventListener("error", () => {
    connection.textContent = "Reconnecting";
    connection.classList.remove("live");
  });
  source.addEventListener("message", ({ data }) => {
    const entry = JSON.parse(data);
    add(entry);
    onEntry(entry);
  });
}

ticket.addEventListener("input", () => {
  shown = PAGE;
  draw();
});
older.addEventListener("click", () => {
  shown += PAGE;
  draw();
});
