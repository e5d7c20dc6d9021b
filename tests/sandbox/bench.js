// Measures the sandbox built by `cargo build --release`, and prints a table in Markdown.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binary, clean, integrate, launch, serve } from "./service.js";

assert.match(binary, /release/, "build it first: cargo build --release -p visiono-workflow-cli");
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const memory = (pid, name) => Number(readFileSync(`/proc/${pid}/status`, "utf8").match(`${name}:\\s+(\\d+)`)[1]) / 1024;

async function start() {
  const times = [];
  for (let round = 0; round < 15; round += 1) {
    const before = performance.now();
    const sandbox = await serve();
    times.push(performance.now() - before);
    sandbox.close();
  }
  return median(times);
}

/** Returns the deliveries per second, and the memory in MiB after 1,000 of them. */
async function load() {
  const integration = await integrate();
  const sandbox = await serve("--webhook", `${integration.origin}/webhook`);
  const { endpoints } = await sandbox.api("GET", "/sandbox");
  // The endpoint is off while they are queued, so that only sending is measured.
  await sandbox.api("PATCH", `/sandbox/endpoints/${endpoints[0].id}`, { active: false });
  for (let count = 0; count < 1000; count += 1) await sandbox.api("POST", `/sandbox/endpoints/${endpoints[0].id}/test`, {});
  const before = performance.now();
  await sandbox.api("PATCH", `/sandbox/endpoints/${endpoints[0].id}`, { active: true });
  while (integration.received.length < 1000) await new Promise((resolve) => setTimeout(resolve, 5));
  const seconds = (performance.now() - before) / 1000;
  const result = [1000 / seconds, memory(sandbox.pid, "VmRSS"), memory(sandbox.pid, "VmHWM")];
  sandbox.close();
  integration.close();
  return result;
}

/** Returns the milliseconds from the request that creates an event to the frame that shows it. */
async function screen() {
  const sandbox = await serve();
  const browser = await launch();
  const page = await browser.newPage();
  await page.goto(sandbox.origin);
  await page.getByText("Live", { exact: true }).waitFor();
  const times = [];
  for (let round = 0; round < 30; round += 1) {
    const time = await page.evaluate(async () => {
      const entries = document.getElementById("entries");
      const first = entries.firstElementChild;
      const start = performance.now();
      const shown = new Promise((resolve) => {
        new MutationObserver((_, observer) => {
          if (entries.firstElementChild === first) return;
          observer.disconnect();
          requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - start)));
        }).observe(entries, { childList: true });
      });
      const headers = { "content-type": "application/json" };
      await fetch("/sandbox/clock", { method: "POST", headers, body: '{"advance":1}' });
      return shown;
    });
    times.push(time);
  }
  await browser.close();
  sandbox.close();
  return median(times);
}

/** Returns the messages of `check` to a receiver, and their duration in seconds. */
async function check() {
  const integration = await integrate();
  const env = { ...clean, VISIONO_WEBHOOK_SECRET: "whsec_0123456789abcdef0123456789abcdef" };
  const before = performance.now();
  // This receiver accepts everything, so `check` finds faults.
  const [status] = await once(spawn(binary, ["check", `${integration.origin}/webhook`], { env, stdio: "ignore" }), "exit");
  const seconds = (performance.now() - before) / 1000;
  assert.equal(status, 1);
  integration.close();
  return [integration.received.length, seconds];
}

function size() {
  const folder = mkdtempSync(join(tmpdir(), "sandbox-"));
  const copy = join(folder, "visiono-workflow");
  copyFileSync(binary, copy);
  execFileSync("strip", [copy]);
  const { size } = statSync(copy);
  rmSync(folder, { recursive: true });
  return size / (1 << 20);
}

const started = await start();
const [rate, resident, peak] = await load();
const shown = await screen();
const [messages, seconds] = await check();
const rows = [
  ["from the start to its first line, listening", `${started.toFixed(0)} ms`, "50 ms"],
  ["memory after 1,000 deliveries", `${resident.toFixed(1)} MiB, ${peak.toFixed(1)} at most`, "30 MiB"],
  ["the program, stripped, with every command", `${size().toFixed(1)} MiB`, "6 MiB"],
  ["from a request to its entry on the screen", `${shown.toFixed(0)} ms`, "100 ms"],
  ["deliveries to a local receiver, one after the other", `${rate.toFixed(0)} a second`, "500 a second"],
  [`\`check\`, ${messages} messages to a local receiver`, `${seconds.toFixed(1)} s`, "–"],
];
console.log("| what | measured | limit |\n|---|--:|--:|");
for (const row of rows) console.log(`| ${row.join(" | ")} |`);
