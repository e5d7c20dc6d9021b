// Starts the sandbox built by cargo, an integration that receives, and Chromium.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const target = process.env.CARGO_TARGET_DIR ?? fileURLToPath(new URL("../../target", import.meta.url));
const profiles = process.env.npm_lifecycle_event === "bench" ? ["release"] : ["debug", "release"];
export const binary = profiles.map((profile) => `${target}/${profile}/visiono-workflow`).find(existsSync);
assert.ok(binary, "build it first: cargo build -p visiono-workflow-cli");

/** Starts Chromium: Debian's, unless `CHROMIUM` names another. */
export function launch(...args) {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  assert.ok(existsSync(executablePath), "install Debian's chromium, or set CHROMIUM to the path of another");
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", ...args],
  });
}

/** Starts an integration: a receiver of webhooks, and the page to which people return. */
export async function integrate() {
  const received = [];
  const server = createServer(async (request, response) => {
    // Some messages of `check` are aborted.
    const chunks = await request.toArray().catch(() => undefined);
    if (chunks === undefined) return;
    const { url, method, headers } = request;
    received.push({ url, method, headers, body: Buffer.concat(chunks).toString(), parts: chunks.length });
    response.writeHead(200, { "content-type": "text/html" }).end("<title>Back</title><p>Welcome back");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://localhost:${server.address().port}`;
  return { origin, received, close: () => server.close() };
}

/** The environment without this machine's settings. */
export const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("VISIONO_")));

/** Starts the sandbox with these arguments, on a free port. */
export async function serve(...args) {
  const child = spawn(binary, ["sandbox", "--port", "0", ...args], { env: clean });
  let text = "";
  child.stderr.pipe(process.stderr);
  await new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the sandbox ended with ${code}: ${text}`)));
    child.stdout.on("data", (data) => {
      text += data;
      if (text.includes("Ctrl-C")) resolve();
    });
  });
  const find = (expression) => text.match(expression)[1];
  const origin = find(/listens at (\S+)/);
  // The lines for an integration's .env.
  const env = Object.fromEntries(text.match(/^VISIONO_\w+=\S+$/gm).map((line) => line.split("=")));
  const secret = env.VISIONO_WORKFLOW_SECRET;

  /** Calls the API. */
  async function api(method, path, body) {
    const response = await fetch(origin + path, {
      method,
      headers: { "content-type": "application/json" },
      body: body && JSON.stringify(body),
    });
    const answer = await response.json();
    assert.ok(response.ok, `${method} ${path}: ${JSON.stringify(answer)}`);
    return answer;
  }

  /** Calls the service's API with the key of `.env`. */
  async function rest(method, path, body) {
    const response = await fetch(`${origin}/api/v1${path}`, {
      method,
      headers: { "x-api-key": env.VISIONO_API_KEY, "content-type": "application/json" },
      body: body && JSON.stringify(body),
    });
    const answer = await response.json();
    assert.ok(response.ok, `${method} ${path}: ${JSON.stringify(answer)}`);
    return answer.data;
  }

  /** Returns a signed link. */
  async function sign(values = {}, slug = "damage-report") {
    const fields = { unique_value: "ABC123", source: "zendesk", reference: "ticket-456", ...values };
    return (await api("POST", `/sandbox/links/${slug}/sign`, fields)).url;
  }

  /** Waits until these deliveries are final, and returns them in the order of their IDs. */
  async function settled(ids) {
    const found = new Map();
    for (let after = 0; found.size < ids.length; ) {
      const { deliveries, last } = await api("GET", `/sandbox/deliveries?after=${after}&wait=30`);
      assert.notEqual(deliveries.length, 0, "nothing happens to the deliveries");
      const done = deliveries.filter(({ id, status }) => ids.includes(id) && !["pending", "held"].includes(status));
      for (const delivery of done) found.set(delivery.id, delivery);
      after = last;
    }
    return ids.map((id) => found.get(id));
  }

  /** Returns the command line's result for a return, with the sandbox's secret. */
  function verifyReturn(url, template, ...more) {
    const options = { env: { ...clean, VISIONO_WORKFLOW_SECRET: secret }, input: url, encoding: "utf8" };
    return JSON.parse(spawnSync(binary, ["verify-return", "--json", "--template", template, ...more, "-"], options).stdout);
  }

  return { origin, env, secret, pid: child.pid, api, rest, sign, settled, verifyReturn, close: () => child.kill() };
}

/** Creates a page that collects policy violations and errors of scripts. */
export async function open(browser, options) {
  const context = await browser.newContext(options);
  const problems = [];
  await context.exposeBinding("report", (_, problem) => problems.push(problem));
  await context.addInitScript(() => {
    addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
      globalThis.report(`${violatedDirective} ${blockedURI}`),
    );
  });
  context.on("weberror", (error) => problems.push(String(error.error())));
  context.on("console", (message) => {
    if (/Content.Security.Policy/i.test(message.text())) problems.push(message.text());
  });
  const page = await context.newPage();
  return { context, page, problems };
}

/** Returns a JPEG, made by the browser, with a position and a time in its EXIF. */
export async function jpegWithGps(page) {
  const base64 = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 240 });
    const draw = canvas.getContext("2d");
    draw.fillStyle = "#28a";
    draw.fillRect(0, 0, 320, 240);
    return canvas.toDataURL("image/jpeg").split(",")[1];
  });
  const jpeg = Buffer.from(base64, "base64");
  const exif = Buffer.concat([Buffer.from("Exif\0\0"), tiff()]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(exif.length + 2);
  return Buffer.concat([jpeg.subarray(0, 2), Buffer.from([0xff, 0xe1]), length, exif, jpeg.subarray(2)]);
}

/** Returns a TIFF with 45° 27' 51" N, 9° 11' 24" E, and 2025-01-15 10:30. */
function tiff() {
  const number = (value) => [value >>> 24, value >>> 16, value >>> 8, value].map((byte) => byte & 255);
  const short = (value) => [value >> 8, value & 255];
  const rationals = (...values) => values.flatMap((value) => [...number(value), ...number(1)]);
  const ascii = (text) => [...Buffer.from(text)];
  const field = (tag, kind, count, value) => [...short(tag), ...short(kind), ...number(count), ...value];
  const directory = (...fields) => [...short(fields.length), ...fields.flat(), ...number(0)];
  const size = (count) => 2 + 12 * count + 4;
  const photo = 8 + size(2);
  const gps = photo + size(1);
  const date = gps + size(4);
  const latitude = date + 20;
  const longitude = latitude + 24;
  return Buffer.from([
    ...ascii("MM"),
    ...short(42),
    ...number(8),
    ...directory(field(0x8769, 4, 1, number(photo)), field(0x8825, 4, 1, number(gps))),
    ...directory(field(0x9003, 2, 20, number(date))),
    ...directory(
      field(1, 2, 2, ascii("N\0\0\0")),
      field(2, 5, 3, number(latitude)),
      field(3, 2, 2, ascii("E\0\0\0")),
      field(4, 5, 3, number(longitude)),
    ),
    ...ascii("2025:01:15 10:30:00\0"),
    ...rationals(45, 27, 51),
    ...rationals(9, 11, 24),
  ]);
}
