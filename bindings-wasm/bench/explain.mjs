// The search for one mistake, for two, and the whole search, in Node, in a Web Worker of Chromium, and in the
// command line, which is native and is timed with the start of its process.
//
// Build the command line before: `cargo build --release -p visiono-workflow-cli`.

import { execFileSync } from "node:child_process";
import { createHash, createHmac } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { output, root } from "../scripts/build.mjs";
import { launch } from "../test/browser.js";

const ROUNDS = 7;
const NOW = 1705500000;
const file = join(output, "explain.browser.js");
const command = process.env.VISIONO_WORKFLOW ?? join(root, "target/release/visiono-workflow");
const { explain } = await import(pathToFileURL(file));

const secret = createHash("sha256").update("a secret of this benchmark").digest("hex");
const sign = (text, key = secret) => createHmac("sha256", key).update(text).digest("hex");
// The second mistake: the secret is decoded as hex.
const decoded = Buffer.from(secret, "hex");
const link = (signature) =>
  `https://visiono.io/s/damage-report?uv=${encodeURIComponent("Müller & Söhne")}&src=zendesk&ref=ticket-456&ts=${NOW}&sig=${signature}`;
const done = (signature) =>
  `https://a.example/done?sub=pls_1&uv=${encodeURIComponent("Müller & Söhne")}&ref=ticket-456&cnt=3&ts=${NOW}&sig=${signature}`;
const QUESTIONS = {
  "link, one mistake": ["link", link(sign(`Müller & Söhne|zendesk|ticket-456|${NOW + 299}`)), 1],
  "return, one mistake": ["return", done(sign(`pls_1|Müller & Söhne|ticket-456|3|${NOW + 299}`)), 1],
  "link, two mistakes": ["link", link(sign(`Müller & Söhne|zendesk|ticket-456|${NOW}000`, decoded)), 2],
  "return, two mistakes": ["return", done(sign(`pls_1|Müller & Söhne|ticket-456|3|${NOW}000`, decoded)), 2],
  "link, nothing found": ["link", link("0123456789abcdef".repeat(4)), 0],
  "return, nothing found": ["return", done("0123456789abcdef".repeat(4)), 0],
};

const folder = mkdtempSync(join(tmpdir(), "explain-"));
const secretFile = join(folder, "secret");
writeFileSync(secretFile, secret, { mode: 0o600 });
function native(kind, message) {
  const args = ["explain", kind, "--json", "--now", `${NOW}`, "--secret-file", secretFile, "-"];
  const said = JSON.parse(execFileSync(command, args, { input: message, encoding: "utf8" }));
  return (said.outputs ?? said).causes.length;
}

const files = {
  "/": ["text/html", "<!doctype html><title>Explain</title>"],
  "/explain.js": ["text/javascript", readFileSync(file)],
  "/worker.js": [
    "text/javascript",
    `import { explain } from "./explain.js";
    onmessage = ({ data: [kind, message, options] }) => {
      const start = performance.now();
      const { causes } = explain(kind, message, options);
      postMessage([causes.length, performance.now() - start]);
    };`,
  ],
};
const server = createServer((request, response) => {
  const [type, text] = files[request.url] ?? ["text/plain", ""];
  response.writeHead(200, { "content-type": type });
  response.end(text);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const browser = await launch();
const page = await browser.newPage();
await page.goto(`http://127.0.0.1:${server.address().port}/`);
await page.evaluate(() => {
  globalThis.worker = new Worker("/worker.js", { type: "module" });
});
const inWorker = (question) =>
  page.evaluate((given) => {
    return new Promise((resolve) => {
      globalThis.worker.onmessage = ({ data }) => resolve(data);
      globalThis.worker.postMessage(given);
    });
  }, question);

/** The causes that were found, and the milliseconds. */
const timed = (run) => {
  const start = performance.now();
  return [run(), performance.now() - start];
};
const RUNS = {
  "native, with its start": ([kind, message]) => timed(() => native(kind, message)),
  [`Node ${process.version}`]: (question) => timed(() => explain(...question).causes.length),
  [`Chromium ${browser.version().split(".")[0]}`]: inWorker,
};

try {
  console.log("| search | runtime | time | times the native |\n|---|---|--:|--:|");
  for (const [name, [kind, message, expected]] of Object.entries(QUESTIONS)) {
    const question = [kind, message, { secrets: secret, now: NOW }];
    const least = {};
    for (let round = 0; round < ROUNDS; round++) {
      for (const [where, run] of Object.entries(RUNS)) {
        const [causes, milliseconds] = await run(question);
        if (causes !== expected) {
          throw new Error(`${name}, ${where}: ${causes} causes`);
        }
        least[where] = Math.min(least[where] ?? Infinity, milliseconds);
      }
    }
    for (const [where, milliseconds] of Object.entries(least)) {
      const factor = (milliseconds / least["native, with its start"]).toFixed(2);
      console.log(`| ${name} | ${where} | ${milliseconds.toFixed(1)} ms | ${factor} |`);
    }
  }
} finally {
  await browser.close();
  server.close();
  rmSync(folder, { recursive: true });
}
