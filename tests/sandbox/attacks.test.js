// Attacks by pages of other sites, in Chromium: DNS rebinding, a form, fetch and EventSource are
// refused, and change nothing. A link to the upload page works.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, beforeEach, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { launch, serve } from "./service.js";

/** A foreign site whose name resolves to this machine, as after DNS rebinding. */
const FOREIGN = "evil.example";

let browser, sandbox, port, site, page;
const stops = [];
before(async () => {
  sandbox = await serve();
  stops.push(() => sandbox.close());
  port = new URL(sandbox.origin).port;
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Elsewhere</title>");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  stops.push(() => server.close());
  site = `http://${FOREIGN}:${server.address().port}`;
  browser = await launch(`--host-resolver-rules=MAP ${FOREIGN} 127.0.0.1`);
  stops.push(() => browser.close());
});
after(async () => {
  for (const stop of stops.reverse()) await stop();
});
beforeEach(async () => {
  await page?.context().close();
  page = await browser.newPage();
  await page.goto(site);
});

/** Runs an attack, and asserts that the sandbox's state is unchanged. */
async function changesNothing(attack) {
  const state = async () => {
    const { now, time, ...rest } = await sandbox.api("GET", "/sandbox");
    return rest;
  };
  const before = await state();
  await attack();
  assert.deepEqual(await state(), before);
}

it("the sandbox answers its own name in this browser", async () => {
  const response = await page.goto(sandbox.origin);
  assert.equal(response.status(), 200);
});

it("a name that was rebound is refused", async () => {
  await changesNothing(async () => {
    for (const path of ["/", "/s/damage-report", "/sandbox", "/assets/console.js"]) {
      const response = await page.goto(`http://${FOREIGN}:${port}${path}`);
      assert.equal(response.status(), 403, path);
      assert.match(await response.text(), /doesn't answer under this name/);
    }
    // The page has the rebound origin now, so its requests are same-origin.
    const answers = await page.evaluate(async () => {
      const reset = await fetch("/sandbox/reset", { method: "POST", headers: { "content-type": "application/json" }, body: "{}" });
      const clock = await fetch("/sandbox/clock", { method: "POST", headers: { "content-type": "application/json" }, body: '{"advance":60}' });
      const read = await fetch("/sandbox");
      return [reset.status, clock.status, read.status];
    });
    assert.deepEqual(answers, [403, 403, 403]);
  });
});

for (const enctype of ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"]) {
  it(`a form of another site is refused, as ${enctype}`, async () => {
    for (const path of ["/sandbox/reset", "/sandbox/clock", "/sandbox/faults", "/s/damage-report/v_0/submit"]) {
      await changesNothing(async () => {
        await page.goto(site);
        const answered = page.waitForResponse(sandbox.origin + path);
        await page.evaluate(
          ([action, enctype]) => {
            const form = Object.assign(document.createElement("form"), { method: "post", action, enctype });
            // As text/plain, this is JSON.
            const input = Object.assign(document.createElement("input"), { name: '{"advance":60,"x":"', value: '"}' });
            form.append(input);
            document.body.append(form);
            form.submit();
          },
          [sandbox.origin + path, enctype],
        );
        const response = await answered;
        assert.equal(response.status(), 403, path);
        await page.waitForURL(sandbox.origin + path);
      });
    }
  });
}

/**
 * Listens to the network, because neither a script nor Playwright sees the status of an answer
 * without CORS. Returns a function that waits for this many answers of the sandbox, and returns
 * their statuses. The browser may report an answer after the page has it.
 */
async function listen() {
  const network = await page.context().newCDPSession(page);
  const own = new Set();
  const answers = [];
  network.on("Network.requestWillBeSent", ({ requestId, request }) => {
    if (request.url.startsWith(sandbox.origin)) own.add(requestId);
  });
  network.on("Network.responseReceivedExtraInfo", (answer) => answers.push(answer));
  await network.send("Network.enable");
  return async (count) => {
    const statuses = () => answers.filter(({ requestId }) => own.has(requestId)).map(({ statusCode }) => statusCode);
    for (let turn = 0; turn < 200 && statuses().length < count; turn += 1) await sleep(50);
    return statuses();
  };
}

it("fetch of another site is refused, and reads nothing", async () => {
  const statuses = await listen();
  await changesNothing(async () => {
    const outcomes = await page.evaluate(async (origin) => {
      const tries = {
        read: [`${origin}/sandbox`, {}],
        change: [`${origin}/sandbox/clock`, { method: "POST", headers: { "content-type": "application/json" }, body: '{"advance":60}' }],
        simple: [`${origin}/sandbox/clock`, { method: "POST", body: '{"advance":60}' }],
        blind: [`${origin}/sandbox/reset`, { method: "POST", mode: "no-cors", body: "{}" }],
        link: [`${origin}/s/damage-report`, { mode: "no-cors" }],
      };
      const outcomes = {};
      for (const [name, [url, options]] of Object.entries(tries)) {
        outcomes[name] = await fetch(url, options).then(
          ({ type }) => type,
          () => "failed",
        );
      }
      return outcomes;
    }, sandbox.origin);
    // The sandbox's policy hides even an opaque answer from the page.
    assert.deepEqual(outcomes, { read: "failed", change: "failed", simple: "failed", blind: "failed", link: "failed" });
  });
  assert.deepEqual(await statuses(5), [403, 403, 403, 403, 403]);
});

it("an EventSource of another site is refused", async () => {
  const statuses = await listen();
  const outcome = await page.evaluate(
    (origin) =>
      new Promise((resolve) => {
        const source = new EventSource(`${origin}/sandbox/live?after=0`);
        source.addEventListener("message", () => resolve("a message"));
        source.addEventListener("open", () => resolve("open"));
        source.addEventListener("error", () => resolve(source.readyState === EventSource.CLOSED ? "closed" : "retried"));
      }),
    sandbox.origin,
  );
  assert.equal(outcome, "closed");
  assert.deepEqual(await statuses(1), [403]);
});

it("no page frames the sandbox, and no image or script of it loads", async () => {
  const outcomes = await page.evaluate(async (origin) => {
    const load = (name, attributes) =>
      new Promise((resolve) => {
        const element = Object.assign(document.createElement(name), attributes);
        element.addEventListener("load", () => resolve("loaded"));
        element.addEventListener("error", () => resolve("refused"));
        document.body.append(element);
      });
    return [
      await load("img", { src: `${origin}/assets/icon.svg` }),
      await load("script", { src: `${origin}/assets/console.js`, type: "module" }),
    ];
  }, sandbox.origin);
  assert.deepEqual(outcomes, ["refused", "refused"]);
  await page.evaluate((origin) => {
    const frame = Object.assign(document.createElement("iframe"), { src: `${origin}/s/damage-report` });
    document.body.append(frame);
    return new Promise((resolve) => frame.addEventListener("load", resolve));
  }, sandbox.origin);
  const [, frame] = page.frames();
  assert.doesNotMatch(await frame.content(), /Missing Parameters/);
});

it("a link of another site leads to the upload page", async () => {
  await page.evaluate((href) => {
    const link = Object.assign(document.createElement("a"), { href, textContent: "Send photos" });
    document.body.append(link);
  }, await sandbox.sign());
  await page.getByRole("link", { name: "Send photos" }).click();
  await page.getByRole("heading", { name: "Damage report" }).waitFor();
});
