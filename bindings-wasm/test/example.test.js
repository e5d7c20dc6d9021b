// The example Worker that sends people, bundled by wrangler and run in workerd.

import assert from "node:assert/strict";
import { after, it } from "node:test";
import { Log, LogLevel, Miniflare } from "miniflare";
import { Workflow } from "visiono-workflow";
import { example, wrangle } from "./files.js";

const SECRET = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

const visiono = new Workflow(SECRET);
const bundle = wrangle(example("worker"), "index.js");
const worker = (bindings) =>
  new Miniflare({
    ...bundle,
    compatibilityDate: "2026-04-01",
    bindings: { VISIONO_SLUG: "damage-report", ...bindings },
    // The log is not tested here.
    log: new Log(LogLevel.NONE),
    handleRuntimeStdio: () => {},
  });

const miniflare = worker({ VISIONO_WORKFLOW_SECRET: SECRET });
const get = (path, headers = {}) =>
  miniflare.dispatchFetch(`https://tickets.example${path}`, { redirect: "manual", headers });
const done = (ticket, fields, cookie = ticket) => {
  const url = visiono.signReturn("https://tickets.example/done", {
    submissionId: "pls_<123>",
    uniqueValue: ticket,
    reference: ticket,
    photoCount: 5,
    ...fields,
  });
  return get(url.slice("https://tickets.example".length), { cookie: `a=b; ticket=${cookie}` });
};

after(() => miniflare.dispose());

it("the example Worker sends, verifies and refuses", async () => {
  const started = await get("/start/ticket-456");
  assert.equal(started.status, 302);
  const location = started.headers.get("location");
  assert.ok(location.startsWith("https://visiono.io/s/damage-report?uv=ticket-456&"));
  const link = visiono.verifyLink(location);
  assert.deepEqual([link.uniqueValue, link.reference], ["ticket-456", "ticket-456"]);
  const cookie = started.headers.get("set-cookie");
  assert.match(cookie, /^ticket=ticket-456; Path=\/done; HttpOnly; Secure; SameSite=Lax$/);

  const page = await done("ticket-456");
  assert.equal(page.status, 200);
  const text = await page.text();
  assert.match(text, /<h1>Ticket ticket-456<\/h1>/);
  assert.match(text, /5 photos arrived as pls_&#60;123&#62;\./);

  const refused = async (response, code) => {
    assert.equal(response.status, 403);
    assert.match(await response.text(), new RegExp(`<p>${code}`));
  };
  await refused(await done("ticket-456", {}, "ticket-457"), "unexpected_value");
  await refused(await done("ticket-456", { timestamp: 1705500000 }), "expired");
  await refused(
    await get("/done?sub=a&uv=b&ref=c&cnt=1&ts=1&sig=0", { cookie: "ticket=c" }),
    "invalid_signature",
  );
  await refused(await get("/done", { cookie: "ticket=c" }), "missing_parameter");
  await refused(await get(`/done?sub=a`), "Start at");
  assert.equal((await get("/start/a%7Cb")).status, 400);
  assert.equal((await get("/start/%ff")).status, 400);
  assert.equal((await get("/")).status, 404);
});

it("the example Worker without a secret answers 500", async () => {
  const unset = worker({});
  try {
    const response = await unset.dispatchFetch("https://tickets.example/start/ticket-456");
    assert.equal(response.status, 500);
  } finally {
    await unset.dispose();
  }
});
