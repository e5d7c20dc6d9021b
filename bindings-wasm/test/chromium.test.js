// The vectors in Chromium, from a Vite build and from a page that loads the package's file as it is.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { after, it } from "node:test";
import { build } from "vite";
import { launch } from "./browser.js";
import { checkRun, files, path } from "./files.js";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".json": "application/json" };

function serve(root, headers) {
  const server = createServer(async (request, response) => {
    const name = normalize(request.url);
    try {
      const body =
        name === "/vectors.json" ? JSON.stringify(files) : await readFile(join(root, name));
      response.writeHead(200, { "content-type": TYPES[extname(name)] ?? "text/plain", ...headers });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

const browser = await launch();

async function run(where, root, start, headers) {
  const server = await serve(root, headers);
  const page = await browser.newPage();
  const failed = new Promise((_, reject) => page.on("pageerror", reject));
  try {
    const loaded = page.goto(`http://127.0.0.1:${server.address().port}/${start}`);
    const ready = loaded.then(() =>
      page.waitForFunction(() => globalThis.result, undefined, { timeout: 60_000 }),
    );
    await Promise.race([ready, failed]);
    checkRun(where, await page.evaluate(() => globalThis.result));
  } finally {
    await page.close();
    server.close();
  }
}

after(() => browser.close());

const outDir = path("out/vite");
await build({ root: path("apps/vite"), logLevel: "warn", build: { outDir, emptyOutDir: true } });

it("vectors in Chromium, from a Vite build", () =>
  run(`Chromium ${browser.version()}, from a Vite build`, outDir, "index.html"));

it("vectors in Chromium, with a content security policy", async () => {
  const policy = (sources) => ({ "content-security-policy": `default-src 'self'; script-src ${sources}` });
  const page = (sources) => run("Chromium, with a policy", outDir, "index.html", policy(sources));
  await page("'self' 'wasm-unsafe-eval'");
  await assert.rejects(page("'self'"), /CompileError: WebAssembly\.Module\(\).*Content Security Policy/);
});

it("vectors in Chromium, from a plain page", async () => {
  await run("Chromium, from a plain page", path("."), "apps/page.html");
});
