// Tests that nothing leaves the page and no secret is kept. A server counts every request, and the
// page is attacked from within, from a link, from another tab and from a frame.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { EXAMPLES } from "../src/examples.js";
import { toFragment } from "../src/share.js";
import { FILE, PAGE, launch, mode, open, serve } from "./browser.js";

const SECRET = "the-secret-of-this-test-alone";
const URL_ = "https://visiono.io/s/a?uv=ABC&src=zendesk&ref=t-1&ts=1735137360&sig=0";

let browser, server, context, page, problems;
before(async () => {
  browser = await launch();
  server = await serve();
});
after(async () => {
  await browser?.close();
  server?.close();
});
beforeEach(async () => {
  server.requests.length = 0;
  ({ context, page, problems } = await open(browser, server.origin));
});
afterEach(() => context.close());

const until = (locator, text) => locator.filter({ hasText: text }).waitFor();

/** Types a secret and a link. */
async function type(target = page) {
  const found = await mode(target, "Link");
  await found.control("Signed link").fill(URL_);
  await found.control("Workflow secret").fill(SECRET);
  await until(found.verdict, "Refused by check 5 of 7");
  return found;
}

/** Returns everything that a page can store, as one text. */
const kept = (target = page) =>
  target.evaluate(async () => {
    const databases = (await indexedDB.databases()).map(({ name }) => name);
    const caches = await globalThis.caches?.keys();
    return JSON.stringify([location.href, history.state, { ...localStorage }, { ...sessionStorage }, document.cookie, name, databases, caches, performance.getEntries().map(({ name }) => name)]);
  });

describe("the policy", () => {
  it("is exactly this one", async () => {
    const text = readFileSync(PAGE, "utf8");
    const [, policy] = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(text);
    const hash = (name) => {
      const parts = [...text.matchAll(new RegExp(`<${name}>([^]*?)</${name}>`, "g"))];
      assert.equal(parts.length, 1);
      return `'sha256-${createHash("sha256").update(parts[0][1]).digest("base64")}'`;
    };
    assert.equal(
      policy,
      `default-src 'none'; script-src ${hash("script")} 'wasm-unsafe-eval'; worker-src blob:; style-src ${hash("style")}; img-src data:; base-uri 'none'; form-action 'none'; connect-src 'none'; webrtc 'block'`,
    );
    // The policy precedes everything that it governs.
    assert.match(text, /^<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta http-equiv/);
    // No part of the page loads anything.
    assert.doesNotMatch(text.replace(/<script>[^]*<\/script>/, ""), /\b(src|srcset|action|ping|on\w+|style)=/i);
    assert.deepEqual([...text.replace(/<script>[^]*<\/script>/, "").matchAll(/href="([^"]{8})/g)].map(([, start]) => start), ["data:ima"]);
  });

  it("blocks every attempt from within the page", async () => {
    const found = await type();
    const outcomes = await page.evaluate(async (origin) => {
      const to = (path) => `${origin}/${path}?secret`;
      const outcomes = {};
      const attempt = async (name, run) => {
        try {
          outcomes[name] = String(await run());
        } catch (error) {
          outcomes[name] = error.name;
        }
      };
      const load = (name, attributes) =>
        new Promise((resolve) => {
          const element = Object.assign(document.createElement(name), attributes);
          element.onload = () => resolve("loaded");
          element.onerror = () => resolve("refused");
          document.body.append(element);
          setTimeout(() => resolve("nothing"), 300);
        });
      await attempt("fetch", () => fetch(to("fetch")));
      await attempt("no-cors", () => fetch(to("no-cors"), { mode: "no-cors" }));
      await attempt("keepalive", () => fetch(to("keepalive"), { method: "POST", body: "x", keepalive: true, mode: "no-cors" }));
      await attempt("xhr", () => new Promise((resolve, reject) => {
        const request = new XMLHttpRequest();
        request.open("GET", to("xhr"));
        request.onload = resolve;
        request.onerror = () => reject(new TypeError());
        request.send();
      }));
      navigator.sendBeacon(to("beacon"), "x");
      await attempt("socket", () => new Promise((resolve, reject) => {
        const socket = new WebSocket(to("socket").replace("http", "ws"));
        socket.onopen = () => resolve("open");
        socket.onerror = () => reject(new TypeError());
      }));
      await attempt("events", () => new Promise((resolve, reject) => {
        const source = new EventSource(to("events"));
        source.onopen = () => resolve("open");
        source.onerror = () => reject(new TypeError());
      }));
      await attempt("import", () => import(to("import")));
      await attempt("worker", () => new Promise((resolve, reject) => {
        const worker = new Worker(to("worker"));
        worker.onerror = () => reject(new TypeError());
        setTimeout(() => resolve("nothing"), 300);
      }));
      await attempt("service", () => navigator.serviceWorker.register(to("service")));
      await attempt("eval", () => (0, eval)("1"));
      for (const [name, attributes] of Object.entries({
        img: { src: to("img") },
        script: { src: to("script") },
        iframe: { src: to("iframe") },
        embed: { src: to("embed") },
        object: { data: to("object") },
        video: { src: to("video"), poster: to("poster") },
        audio: { src: to("audio") },
      })) {
        outcomes[name] = await load(name, attributes);
      }
      for (const rel of ["stylesheet", "prefetch", "preload", "modulepreload", "icon", "manifest", "prerender"]) {
        outcomes[rel] = await load("link", { rel, href: to(rel), as: rel === "preload" ? "image" : "" });
      }
      for (const method of ["get", "post"]) {
        const form = Object.assign(document.createElement("form"), { method, action: to("form") });
        document.body.append(form);
        form.submit();
      }
      const style = document.createElement("style");
      style.textContent = `body { background: url(${to("css")}) } @import "${to("css-import")}"; @font-face { font-family: x; src: url(${to("font")}) }`;
      document.head.append(style);
      document.body.style.setProperty("background", `url(${to("background")})`);
      document.body.insertAdjacentHTML("beforeend", `<img src="${to("html")}" onerror="document.title='run'"><svg><image href="${to("svg")}"/></svg><a ping="${to("ping")}" href="#ping" id="ping">ping</a>`);
      document.getElementById("ping").click();
      await attempt("rules", () => {
        const rules = Object.assign(document.createElement("script"), { type: "speculationrules", textContent: JSON.stringify({ prefetch: [{ urls: [to("rules")] }] }) });
        document.body.append(rules);
        return "";
      });
      await attempt("peer", async () => {
        const peer = new RTCPeerConnection({ iceServers: [{ urls: `stun:${new URL(origin).host}` }] });
        peer.createDataChannel("x");
        await peer.setLocalDescription(await peer.createOffer());
        peer.close();
        return "";
      });
      await new Promise((resolve) => setTimeout(resolve, 500));
      return outcomes;
    }, server.origin);
    for (const [name, outcome] of Object.entries(outcomes)) {
      assert.match(outcome, /^(|TypeError|SecurityError|EvalError|refused|nothing|loaded)$/, name);
    }
    for (const name of ["img", "script"]) assert.equal(outcomes[name], "refused", name);
    assert.equal(await page.title(), "Playground · visiono-workflow");
    assert.deepEqual(server.requests, []);
    await until(found.verdict, "Refused");
  });

  it("blocks every attempt from the worker", async () => {
    const outcomes = await page.evaluate((origin) => {
      const text = `(async () => {
        const outcomes = [];
        for (const run of [() => fetch("${origin}/worker-fetch"), () => importScripts("${origin}/worker-import"), () => import("${origin}/worker-module"), () => new Promise((resolve, reject) => {
          const socket = new WebSocket("${origin.replace("http", "ws")}/worker-socket"); socket.onopen = resolve; socket.onerror = () => reject(new TypeError());
        })]) { try { await run(); outcomes.push("done"); } catch (error) { outcomes.push(error.name); } }
        postMessage(outcomes);
      })()`;
      const worker = new Worker(URL.createObjectURL(new Blob([text])));
      return new Promise((resolve) => (worker.onmessage = ({ data }) => resolve(data)));
    }, server.origin);
    assert.deepEqual(outcomes.map((name) => name === "done"), [false, false, false, false]);
    assert.deepEqual(server.requests, []);
  });

  it("does not stop a navigation, which the server counts, so the page must not make one", async () => {
    await page.evaluate((origin) => void (location.href = `${origin}/navigated`), server.origin);
    await page.waitForURL(/navigated/);
    // The browser may request the icon of the page to which it navigated.
    assert.deepEqual(server.requests.filter((request) => request !== "GET /favicon.ico"), ["GET /navigated"]);
    // The page's script has no code that navigates.
    const script = /<script>([^]*)<\/script>/.exec(readFileSync(PAGE, "utf8"))[1];
    for (const way of [/location(\.href)?\s*=[^=]/, /location\.(assign|replace|reload)/, /\bopen\(["'`]/, /window\.open/, /\.submit\(/, /history\.(push|replace)State/, /innerHTML|outerHTML|insertAdjacent|document\.write/, /localStorage|sessionStorage|indexedDB|document\.cookie/, /addEventListener\("message"/]) {
      assert.doesNotMatch(script, way);
    }
  });
});

describe("in use", () => {
  it("no request is made, and nothing is kept, in any mode", async () => {
    for (const [name, kind] of [["Link", "link"], ["Return", "return"], ["Webhook", "webhook"]]) {
      for (const { title } of EXAMPLES.filter((example) => example.kind === kind)) {
        const found = await mode(page, name);
        await page.getByRole("button", { name: "Clear" }).click();
        await found.example(title);
        await found.checks.first().waitFor();
        if (await found.panel.getByRole("button", { name: "Explain" }).count()) {
          await found.explain();
          await found.panel.locator(".explained h3[tabindex]").waitFor();
        }
      }
    }
    await (await mode(page, "Template")).example("Visiono’s own example");
    const make = await mode(page, "Make");
    await make.panel.getByLabel("Workflow secret", { exact: true }).first().fill(SECRET);
    await make.panel.getByRole("button", { name: "Sign" }).click();
    await until(make.verdict, "Signed");
    await type();
    assert.deepEqual(server.requests, []);
    const text = await kept();
    assert.ok(text.startsWith(JSON.stringify([`${server.origin}/`, null, {}, {}, "", "", [], []]).slice(0, -1)), text);
    for (const hidden of [SECRET, ...EXAMPLES.map(({ values }) => values.secret)]) assert.ok(!text.includes(hidden));
    // The secrets of the examples are in the page's script.
    assert.ok(!(await page.content()).includes(SECRET));
  });

  for (const where of ["a disk", "the sandbox"]) {
    it(`works from ${where}`, async () => {
      await page.goto(where === "a disk" ? FILE : `${server.origin}/playground`);
      const found = await mode(page, "Link");
      await found.example("A wrong key");
      await until(found.verdict, "Refused by check 5 of 7");
      await found.explain();
      await until(found.causes, "key_hex_decoded");
      assert.deepEqual(server.requests, []);
      assert.deepEqual(problems.filter((text) => !text.includes("directive 'webrtc'")), []);
    });
  }
});

describe("a link to the page", () => {
  const share = async () => {
    await page.getByRole("button", { name: "Link to this" }).click();
    return page.getByRole("textbox", { name: "Link to this" }).inputValue();
  };

  it("has everything but the secrets", async () => {
    const found = await type();
    await found.unfold();
    await found.control("Another secret that may have been used by mistake").fill("another-secret-of-this-test");
    await found.control("Expected reference").fill("t-9");
    const url = await share();
    assert.ok(url.startsWith(`${server.origin}/#1.`));
    assert.ok(!page.url().includes("#"), "the page's own URL is as it was");
    const { page: other } = await open(browser, url);
    const opened = await mode(other, "Link");
    await until(opened.verdict, "Type the secret to check it.");
    assert.equal(await opened.control("Signed link").inputValue(), URL_);
    assert.equal(await opened.control("Expected reference").inputValue(), "t-9");
    for (const label of ["Workflow secret", "A second secret that is accepted", "Another secret that may have been used by mistake"]) {
      assert.equal(await opened.control(label).inputValue(), "");
    }
    await opened.control("Workflow secret").fill(SECRET);
    await until(opened.verdict, "Refused");
    assert.deepEqual(server.requests, []);
    await other.context().close();
  });

  it("is refused if a secret is in another field", async () => {
    const found = await type();
    await found.control("Signed link").fill(`${URL_}&key=${encodeURIComponent(SECRET)}`);
    await page.getByRole("button", { name: "Link to this" }).click();
    await until(page.locator(".notice"), "a secret is also in one of the other fields");
    assert.equal(await page.getByRole("textbox", { name: "Link to this" }).count(), 0);
    // Also the secret of another pane.
    await found.control("Workflow secret").fill("");
    const make = await mode(page, "Make");
    await make.panel.getByLabel("Workflow secret", { exact: true }).first().fill(SECRET);
    await mode(page, "Link");
    await page.getByRole("button", { name: "Link to this" }).click();
    await until(page.locator(".notice"), "a secret is also in one of the other fields");
  });

  it("of every mode, with bytes", async () => {
    const webhook = await mode(page, "Webhook");
    await webhook.control("Headers").fill("x-visiono-signature: sha256=0");
    await webhook.panel.getByLabel("or the bytes of a file:").setInputFiles({ name: "body", mimeType: "x/x", buffer: Buffer.from([0, 255, 13, 10]) });
    await webhook.panel.getByRole("heading", { name: "The body: 4 bytes" }).waitFor();
    const url = await share();
    await page.goto("about:blank");
    await page.goto(url);
    const again = await mode(page, "Webhook");
    await again.panel.getByRole("heading", { name: "The body: 4 bytes" }).waitFor();
    const make = await mode(page, "Make");
    await make.panel.getByLabel("Make a").selectOption("webhook");
    await make.panel.getByLabel("Event", { exact: true }).selectOption("photo_request.expired");
    const second = await share();
    await page.goto("about:blank");
    await page.goto(second);
    assert.equal(await page.getByLabel("Event", { exact: true }).inputValue(), "photo_request.expired");
  });

  it("that somebody else made clears typed values, and sets no secret", async () => {
    await type();
    const make = await mode(page, "Make");
    await make.panel.getByLabel("Workflow secret", { exact: true }).first().fill(SECRET);
    const values = { message: "?uv=<img src=x onerror=document.title='run'>&uv=%3Cscript%3E", secret: "planted-secret-of-an-attacker", previous: "planted-secret-of-an-attacker", now: 5, headers: { a: 1 }, unknown: "x", "constructor": "x" };
    const hash = await toFragment("link", values);
    await page.evaluate((hash) => void (location.hash = hash), hash);
    const found = await mode(page, "Link");
    await until(found.verdict, "Type the secret to check it.");
    assert.equal(await found.control("Workflow secret").inputValue(), "");
    assert.equal(await found.control("A second secret that is accepted").inputValue(), "");
    assert.equal(await found.control("Time of the check").inputValue(), "");
    assert.equal(await found.panel.locator("img").count(), 0);
    assert.equal(await page.title(), "Playground · visiono-workflow");
    assert.equal(await page.locator("#panel-make").getByLabel("Workflow secret", { exact: true }).first().inputValue(), "");
    assert.deepEqual(server.requests, []);
    for (const mode of ["", "__proto__", "constructor", "toString"]) {
      await page.evaluate((hash) => void (location.hash = hash), await toFragment(mode, values));
    }
    await until(found.verdict, "Type the secret to check it.");
    assert.deepEqual(problems.filter((text) => !text.includes("directive 'webrtc'")), []);
  });

  it("that sets a time shows the time and a note", async () => {
    const { values } = EXAMPLES.find(({ title }) => title === "A valid link");
    await page.goto(`${server.origin}/${await toFragment("link", { message: values.message, now: values.now, maxAge: "99999999" })}`);
    const found = await mode(page, "Link");
    await until(found.verdict, "Type the secret to check it.");
    assert.equal(await found.control("Time of the check").isVisible(), true);
    assert.equal(await found.control("Expected reference").isVisible(), false);
    await found.control("Workflow secret").fill(values.secret);
    await until(found.panel.getByRole("status"), "But the time of the check or its limits are not those of your code");
  });

  it("goes back and forward", async () => {
    const first = await toFragment("link", { message: "?uv=first" });
    const second = await toFragment("template", { template: "https://a.example/second" });
    await page.goto(`${server.origin}/${first}`);
    await page.goto(`${server.origin}/${second}`);
    await until((await mode(page, "Template")).verdict, "It carries every field");
    await page.goBack();
    await until(page.locator("#panel-link .result"), "first");
    await page.goForward();
    await until(page.locator("#panel-template .result"), "second");
    assert.deepEqual(server.requests, []);
  });
});

describe("leaving the page", () => {
  const secrets = () => page.locator("input").evaluateAll((inputs) => inputs.filter(({ type, value, labels }) => /secret/i.test(labels[0]?.textContent) && value !== "").length);

  it("wipes the secrets, even if the browser keeps the page", async () => {
    const found = await type();
    await found.unfold();
    await found.control("A second secret that is accepted").fill(SECRET);
    await found.panel.getByRole("button", { name: "Show: Workflow secret" }).click();
    const make = await mode(page, "Make");
    await make.panel.getByLabel("Workflow secret", { exact: true }).first().fill(SECRET);
    await mode(page, "Link");
    assert.equal(await secrets(), 3);
    await page.evaluate(() => {
      globalThis.mark = "the same page";
      addEventListener("pageshow", ({ persisted }) => (globalThis.wasKept = persisted));
    });
    await page.goto(`${server.origin}/other`);
    await page.goBack({ waitUntil: "commit" });
    assert.equal(await page.evaluate(() => globalThis.mark), "the same page", "it came from the browser's cache of pages");
    assert.equal(await page.evaluate(() => globalThis.wasKept), true);
    assert.equal(await secrets(), 0);
    assert.equal(await found.control("Workflow secret").getAttribute("type"), "password");
    assert.ok(!(await page.content()).includes(SECRET));
    // The message is still there, and the worker starts again.
    await until(found.verdict, "Type the secret to check it.");
    assert.equal(await found.control("Signed link").inputValue(), URL_);
    await found.control("Workflow secret").fill(SECRET);
    await until(found.verdict, "Refused");
  });

  it("wipes them when it is loaded again, and when another page is opened and left", async () => {
    await type();
    await page.reload();
    assert.equal(await secrets(), 0);
    await type();
    await page.goto("about:blank");
    await page.goBack({ waitUntil: "commit" });
    assert.equal(await secrets(), 0);
    assert.ok(!(await kept()).includes(SECRET));
  });

  it("no worker outlives the page", async () => {
    await type();
    assert.equal(page.workers().length, 1);
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide")));
    await page.waitForFunction(() => true);
    for (const worker of page.workers()) await worker.waitForEvent("close").catch(() => {});
    assert.equal(page.workers().length, 0);
  });
});

describe("other pages", () => {
  it("does nothing in a frame", async () => {
    await page.goto(`${server.origin}/other`);
    await page.evaluate((src) => {
      const frame = Object.assign(document.createElement("iframe"), { src });
      document.body.append(frame);
      return new Promise((resolve) => (frame.onload = resolve));
    }, `${server.origin}/`);
    const frame = page.frames()[1];
    assert.match(await frame.locator("main").innerText(), /^This page doesn’t work in a frame\./);
    assert.equal(await frame.locator("input, textarea").count(), 0);
  });

  it("a message from another window changes nothing", async () => {
    const found = await type();
    const before = await page.content();
    await page.evaluate(() => {
      for (const data of ["x", { modules: {} }, { compiled: {} }, [1, "explain", {}], { id: 1, result: { checks: [] } }]) postMessage(data, "*");
      return new Promise((resolve) => setTimeout(resolve, 200));
    });
    assert.equal(await page.content(), before);
    await until(found.verdict, "Refused");
  });

  it("the opener learns nothing, and can't use a secret on its own message", async () => {
    await page.goto(`${server.origin}/other`);
    const opened = context.waitForEvent("page");
    await page.evaluate((url) => void (globalThis.other = window.open(url)), `${server.origin.replace("localhost", "127.0.0.1")}/`);
    const victim = await opened;
    const found = await type(victim);
    // From another origin, it can only change the fragment.
    const hash = await toFragment("link", { message: "?uv=planted" });
    const error = await page.evaluate((url) => {
      try {
        return globalThis.other.document.title;
      } catch ({ name }) {
        globalThis.other.location = url;
        return name;
      }
    }, `${server.origin.replace("localhost", "127.0.0.1")}/${hash}`);
    assert.equal(error, "SecurityError");
    await until(found.verdict, "Type the secret to check it.");
    assert.equal(await found.control("Workflow secret").inputValue(), "");
  });
});
