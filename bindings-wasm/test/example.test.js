// The example Worker that sends people, bundled by wrangler and run in workerd.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, it } from "node:test";
import { Log, LogLevel, Miniflare } from "miniflare";
import { Workflow } from "visiono-workflow";
import { example, wrangle } from "./files.js";

const SECRET = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

const visiono = new Workflow(SECRET);
const folder = example("worker");
const [, template] = /^```text\n(.*?)\n```$/ms.exec(readFileSync(join(folder, "README.md"), "utf8"));
const bundle = wrangle(folder, "index.js");
const worker = (bindings) =>
  new Miniflare({
    ...bundle,
    compatibilityDate: "2026-04-01",
    kvNamespaces: ["PHOTOS"],
    bindings: { VISIONO_LINK: "https://visiono.io/s/damage-report", ...bindings },
    // The log is not tested here.
    log: new Log(LogLevel.NONE),
    handleRuntimeStdio: () => {},
  });

const HOST = "http://localhost";
const miniflare = worker({ VISIONO_WORKFLOW_SECRET: SECRET });
const get = (path, init) => miniflare.dispatchFetch(HOST + path, { redirect: "manual", ...init });
const pathOf = (ticket) => `/tickets/${encodeURIComponent(ticket)}`;
/** The path and query of a return. */
const returned = (ticket, fields, by = visiono) =>
  by
    .signReturn(template, { submissionId: "pls_<123>", uniqueValue: ticket, reference: ticket, photoCount: 5, ...fields })
    .slice("https://app.example".length);

async function shows(path, status, text, init) {
  const response = await get(path, init);
  assert.equal(response.status, status, path);
  const page = await response.text();
  assert.match(page, /^<!doctype html>/, path);
  assert.match(page, text, path);
  return page;
}

async function start(ticket) {
  const started = await get(`${pathOf(ticket)}/start`, { method: "POST" });
  assert.equal(started.status, 303);
  const location = started.headers.get("location");
  assert.ok(location.startsWith("https://visiono.io/s/damage-report?uv="));
  const link = visiono.verifyLink(location);
  assert.deepEqual([link.uniqueValue, link.reference], [ticket, ticket]);
}

after(() => miniflare.dispose());

it("the example Worker sends for two tickets at once, and receives both", async () => {
  const tickets = ["ticket-456", "2024/0815 50% <b>"];
  for (const ticket of tickets) {
    await shows(pathOf(ticket), 200, /<p>No photos yet\.<\/p>\n<form method="post"/);
    await start(ticket);
  }
  for (const ticket of tickets) {
    for (const time of ["once", "again"]) {
      const response = await get(`${returned(ticket)}&utm_source=&tag=a&tag=b`);
      assert.equal(response.status, 303, time);
      assert.equal(response.headers.get("location"), HOST + pathOf(ticket));
    }
    const page = await shows(pathOf(ticket), 200, /<p>5 photos arrived as pls_&#60;123&#62;\.<\/p>/);
    assert.ok(!page.includes("<b>"));
  }
});

it("the example Worker refuses with a page", async () => {
  const refused = (path) => shows(path, 400, /<h1>This address is not valid<\/h1>\n<p>.*start again/);
  await refused(returned("ticket-1").replace("/ticket-1/", "/ticket-2/"));
  await refused(returned("ticket-1", { timestamp: 1705500000 }));
  await refused(returned("ticket-1", {}, new Workflow(`other-${SECRET}`)));
  await refused(`${returned("ticket-1")}&ref=ticket-1`);
  await refused("/tickets/ticket-1/done");
  await refused("/tickets/ticket-1/done?x=1");
  await shows("/tickets/ticket-1", 200, /No photos yet/);
  await shows("/tickets/a%7Cb/start", 400, /can&#39;t be signed/, { method: "POST" });
  await shows("/tickets/%ff/start", 400, /not well encoded/, { method: "POST" });
  await shows("/tickets/ticket-1/start", 405, /Use the button/);
  for (const path of ["/", "/tickets", "/tickets/", "/done?x=1", "/tickets/a/b/c"]) {
    await shows(path, 404, /Nothing is here/);
  }
});

it("the example Worker signs for nobody until there is a login", async () => {
  for (const action of ["", "/start", "/done"]) {
    const init = { redirect: "manual", method: action === "/start" ? "POST" : "GET" };
    const response = await miniflare.dispatchFetch(`https://app.example/tickets/ticket-1${action}`, init);
    assert.equal(response.status, 403);
    assert.equal(response.headers.get("location"), null);
  }
});

it("the example Worker rotates its secret", async () => {
  const [old, next] = [SECRET, `next-${SECRET}`].map((secret) => [secret, new Workflow(secret)]);
  for (const [first, second] of [[old, next], [next, old]]) {
    const rotating = worker({ VISIONO_WORKFLOW_SECRET: first[0], VISIONO_OTHER_WORKFLOW_SECRET: second[0] });
    try {
      const fetch = (path, init) => rotating.dispatchFetch(HOST + path, { redirect: "manual", ...init });
      for (const [, by] of [first, second]) {
        assert.equal((await fetch(returned("ticket-1", {}, by))).status, 303);
      }
      const started = await fetch("/tickets/ticket-1/start", { method: "POST" });
      assert.equal(first[1].verifyLink(started.headers.get("location")).reference, "ticket-1");
    } finally {
      await rotating.dispose();
    }
  }
});

it("the example Worker without a secret answers 500", async () => {
  const unset = worker({});
  try {
    const response = await unset.dispatchFetch(`${HOST}/tickets/ticket-456`);
    assert.equal(response.status, 500);
    assert.match(await response.text(), /Something went wrong/);
  } finally {
    await unset.dispose();
  }
});
