// The vectors in Chromium, from a Vite build and from a page that loads the package's file as it is.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { after, it } from "node:test";
import { build } from "vite";
import { launch } from "./browser.js";
import { checkRun, files, path } from "./files.js";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".json": "application/json" };

function serve(root) {
  const server = createServer(async (request, response) => {
    const name = normalize(request.url);
    try {
      const body =
        name === "/vectors.json" ? JSON.stringify(files) : await readFile(join(root, name));
      response.writeHead(200, { "content-type": TYPES[extname(name)] ?? "text/plain" });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

const browser = await launch();

async function run(where, root, start) {
  const server = await serve(root);
  const page = await browser.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  try {
    await page.goto(`http://127.0.0.1:${server.address().port}/${start}`);
    const ready = page.waitForFunction(() => globalThis.result, undefined, { timeout: 60_000 });
    await ready.catch((error) => {
      throw new Error(`${where}: ${errors.join(", ") || error}`);
    });
    checkRun(where, await page.evaluate(() => globalThis.result));
  } finally {
    await page.close();
    server.close();
  }
}

after(() => browser.close());

it("vectors in Chromium, from a Vite build", async () => {
  const outDir = path("out/vite");
  await build({ root: path("apps/vite"), logLevel: "warn", build: { outDir, emptyOutDir: true } });
  await run(`Chromium ${browser.version()}, from a Vite build`, outDir, "index.html");
});

it("vectors in Chromium, from a plain page", async () => {
  await run("Chromium, from a plain page", path("."), "apps/page.html");
});
