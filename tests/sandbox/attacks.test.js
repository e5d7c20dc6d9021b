// Four attacks of a page of another site, in Chromium: it binds its own name to this machine, sends a
// form, fetches, and listens to events.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, it } from "node:test";
import { launch, serve } from "./service.js";

let sandbox, browser, evil, port;
before(async () => {
  sandbox = await serve();
  port = new URL(sandbox.origin).port;
  evil = createServer((_, response) => response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Evil</title>"));
  await new Promise((resolve) => evil.listen(0, "127.0.0.1", resolve));
  browser = await launch("--host-resolver-rules=MAP evil.example 127.0.0.1");
});
after(async () => {
  await browser?.close();
  sandbox?.close();
  evil?.close();
});

async function visit(url) {
  const page = await browser.newPage();
  const response = await page.goto(url);
  return { page, response };
}
const elsewhere = () => `http://evil.example:${evil.address().port}/`;
const ahead = async () => (await sandbox.api("GET", "/sandbox")).ahead;

it("a name that is bound to this machine gets no answer", async () => {
  for (const path of ["/", "/sandbox", "/s/damage-report"]) {
    const { page, response } = await visit(`http://evil.example:${port}${path}`);
    assert.equal(response.status(), 403);
    // The page is of the same origin as what it asks, as after rebinding.
    const status = await page.evaluate(async () => {
      const headers = { "content-type": "application/json" };
      return (await fetch("/sandbox/clock", { method: "POST", headers, body: '{"advance":9}' })).status;
    }).catch((error) => error.name);
    assert.ok(status === 403 || status === "TypeError" || status === "Error", String(status));
    await page.close();
  }
  assert.equal(await ahead(), 0);
});

it("a form of another site is refused", async () => {
  for (const enctype of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
    const { page } = await visit(elsewhere());
    const answer = page.waitForResponse(`${sandbox.origin}/sandbox/clock`);
    await page.evaluate(
      ([action, enctype]) => {
        const form = Object.assign(document.createElement("form"), { action, method: "post", enctype });
        form.append(Object.assign(document.createElement("input"), { name: '{"advance":9,"x":"', value: '"}' }));
        document.body.append(form);
        form.submit();
      },
      [`${sandbox.origin}/sandbox/clock`, enctype],
    );
    assert.equal((await answer).status(), 403);
    await page.close();
  }
  assert.equal(await ahead(), 0);
});

it("a script of another site can neither change nor read", async () => {
  const { page } = await visit(elsewhere());
  for (const mode of ["no-cors", "cors"]) {
    for (const [method, path] of [["POST", "/sandbox/clock"], ["GET", "/sandbox"]]) {
      const found = await page.evaluate(
        async ([url, method, mode]) => {
          try {
            const response = await fetch(url, { method, mode, body: method === "POST" ? '{"advance":9}' : undefined });
            return response.type === "opaque" ? "opaque" : await response.text();
          } catch (error) {
            return error.name;
          }
        },
        [sandbox.origin + path, method, mode],
      );
      assert.ok(["TypeError", "opaque"].includes(found), found);
    }
  }
  assert.equal(await ahead(), 0);
  await page.close();
});

it("a page of another site hears no event", async () => {
  const { page } = await visit(elsewhere());
  // A script would not learn of an answer without CORS, and neither would Playwright.
  const network = await page.context().newCDPSession(page);
  await network.send("Network.enable");
  const status = new Promise((resolve) => network.once("Network.responseReceivedExtraInfo", (info) => resolve(info.statusCode)));
  const heard = await page.evaluate(
    (url) =>
      new Promise((resolve) => {
        const source = new EventSource(url);
        source.onmessage = () => resolve("heard");
        source.onerror = () => resolve("refused");
      }),
    `${sandbox.origin}/sandbox/live`,
  );
  assert.equal(heard, "refused");
  assert.equal(await status, 403);
  await page.close();
});
