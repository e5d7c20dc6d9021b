// The console: the start, the timeline and the settings, over the sandbox's API.

import { attempt, onSubmit, request } from "./api.js";
import { bdi, block, copyButton, duration, h, moment } from "./dom.js";
import { build } from "./settings.js";
import { start } from "./timeline.js";

/** The time within which changes are shown together. */
const TOGETHER = 150;

const form = document.getElementById("start");
const signed = document.getElementById("signed");
const shownTime = document.getElementById("time");
const ahead = document.getElementById("ahead");

/** The difference between the sandbox's clock and this machine's, in seconds. */
let offset = 0;
let draw;

async function refresh() {
  const overview = await request("GET", "/sandbox");
  offset = overview.now - Date.now() / 1000;
  ahead.hidden = overview.ahead === 0;
  ahead.textContent = `${duration(overview.ahead)} ahead`;
  tell();
  const slug = form.elements.slug;
  const chosen = slug.value;
  slug.replaceChildren(...overview.links.map(({ slug }) => h("option", { value: slug }, slug)));
  if (overview.links.some(({ slug }) => slug === chosen)) slug.value = chosen;
  draw ??= build(overview, refresh);
  draw(overview);
}

function tell() {
  shownTime.textContent = moment(Math.floor(Date.now() / 1000 + offset));
}

let timer;

function onEntry({ kind, subject, sentence }) {
  // A reset deletes the entries, in every open console.
  if (kind === "clock" && subject === "" && sentence.includes("reset")) attempt(() => start(onEntry));
  timer ??= setTimeout(() => {
    timer = undefined;
    attempt(refresh);
  }, TOGETHER);
}

onSubmit(form, async (fields) => {
  const { slug, ...values } = Object.fromEntries(fields);
  const { url } = await request("POST", `/sandbox/links/${encodeURIComponent(slug)}/sign`, values);
  signed.replaceChildren(h("a", { href: url, target: "_blank", rel: "noopener" }, bdi(url)), " ", copyButton(url));
  window.open(url, "_blank", "noopener");
});

document.getElementById("whole").addEventListener("click", () =>
  attempt(async () => {
    if (!form.reportValidity()) return;
    const { return_url: url } = await request("POST", "/sandbox/submissions", Object.fromEntries(new FormData(form)));
    signed.replaceChildren(
      ...(url
        ? ["The return, which was not requested:", block("Return", url), copyButton(url)]
        : ["Submitted. The link has no redirect template, so there is no return."]),
    );
  }),
);

attempt(async () => {
  await refresh();
  await start(onEntry);
  setInterval(tell, 1000);
  // The sections were still empty when the browser looked for the element in the address.
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
});
