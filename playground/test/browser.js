// Starts Chromium, and opens the page from a server that counts requests, or from a disk.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

export const PAGE = fileURLToPath(new URL("../dist/playground.html", import.meta.url));
export const FILE = pathToFileURL(PAGE).href;

/** Starts Chromium: Debian's, unless `CHROMIUM` names another. */
export function launch() {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  assert.ok(existsSync(executablePath), "install Debian's chromium, or set CHROMIUM to the path of another");
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
    // Playwright disables the back/forward cache.
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
  });
}

/** The headers of the sandbox. */
const SANDBOX = {
  "content-security-policy": "frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
  "cache-control": "no-store",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

/**
 * Serves the page at `/`, at `/playground` with the sandbox's headers, and another page at
 * `/other`. Records every other request and connection.
 */
export async function serve() {
  const requests = [];
  const server = createServer((request, response) => {
    if (["/", "/playground", "/other"].includes(request.url)) {
      const text = request.url === "/other" ? "<!doctype html><title>Other</title><p>Another page" : readFileSync(PAGE);
      const headers = request.url === "/playground" ? SANDBOX : {};
      response.writeHead(200, { "content-type": "text/html; charset=utf-8", ...headers }).end(text);
      return;
    }
    requests.push(`${request.method} ${request.url}`);
    response.writeHead(200, { "content-type": "text/html", "access-control-allow-origin": "*" }).end("counted");
  });
  server.on("upgrade", (request, socket) => {
    requests.push(`UPGRADE ${request.url}`);
    socket.destroy();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://localhost:${server.address().port}`;
  return { origin, requests, close: () => server.close() };
}

/** Opens the page, and collects its errors and the violations of its policy. */
export async function open(browser, url, options) {
  const context = await browser.newContext(options);
  const problems = [];
  context.on("weberror", (error) => problems.push(String(error.error())));
  context.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(message.text());
  });
  const page = await context.newPage();
  await page.goto(url);
  return { context, page, problems };
}

/** Returns the tab, the controls and the results of a mode. */
export async function mode(page, name) {
  await page.getByRole("tab", { name, exact: true }).click();
  const panel = page.getByRole("tabpanel", { name, exact: true });
  return {
    panel,
    control: (label) => panel.getByLabel(label, { exact: true }),
    verdict: panel.locator(".banner .verdict"),
    checks: panel.locator(".checks li"),
    explain: () => panel.getByRole("button", { name: "Explain" }).click(),
    causes: panel.locator(".cause h4 + p code"),
    example: (title) => panel.getByRole("button", { name: title, exact: true }).click(),
    /** Opens all collapsed elements. */
    unfold: () => panel.locator(".form details").evaluateAll((all) => all.forEach((element) => (element.open = true))),
  };
}
