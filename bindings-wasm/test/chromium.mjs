// Chromium, from a Vite build and from a page that loads the package's file as it is.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { build } from "vite";
import { launch } from "./browser.mjs";
import { checkRun, files, project } from "./files.mjs";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".json": "application/json" };

function serve(root) {
  const server = createServer(async (request, response) => {
    const path = request.url === "/" ? "/index.html" : normalize(request.url);
    try {
      const body =
        path === "/vectors.json" ? JSON.stringify(files) : await readFile(join(root, path));
      response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "text/plain" });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

const browser = await launch();

async function run(where, root) {
  const server = await serve(root);
  const page = await browser.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  try {
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
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

try {
  const vite = project("vite");
  await build({ root: vite, logLevel: "warn" });
  await run(`Chromium ${browser.version()}, from a Vite build`, join(vite, "dist"));
  await run("Chromium, from a plain page", project("page"));
} finally {
  await browser.close();
}
