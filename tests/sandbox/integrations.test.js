// Each example of the repository against the sandbox, in Chromium: a person uploads a JPEG with GPS, the
// example verifies the return, and its receiver accepts the webhook. An example is changed as its
// developer would: the link leads to the sandbox. Build the npm package first (`npm test` in
// bindings-wasm does).

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, before, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { binary, jpegWithGps, launch, open, serve } from "./service.js";

const root = process.env.EXAMPLES_ROOT ?? fileURLToPath(new URL("../..", import.meta.url));
const FIELDS = "sub={submission_id}&uv={unique_value}&ref={reference}&cnt={photo_count}&ts={timestamp}&sig={signature}";

const made = mkdtempSync(join(tmpdir(), "integrations-"));
let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser?.close();
  rmSync(made, { recursive: true, force: true });
});

let interpreter;
/** Returns a Python that has the package and the frameworks. */
function python() {
  interpreter ??=
    process.env.PYTHON ??
    execFileSync("python3", [`${root}/bindings-python/run.py`, "python"], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }).trim();
  return interpreter;
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Copies a folder, and replaces texts that must be there. */
function copy(name, from, replace) {
  const folder = join(made, name);
  cpSync(join(root, from), folder, { recursive: true });
  for (const [file, texts] of Object.entries(replace)) {
    let content = readFileSync(join(folder, file), "utf8");
    for (const [old, text] of texts) {
      assert.ok(content.includes(old), `${file} has no ${old}`);
      content = content.replaceAll(old, text);
    }
    writeFileSync(join(folder, file), content);
  }
  return folder;
}

/** Starts a program, and waits until it listens. */
async function run(port, cwd, env, command, ...args) {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"], detached: true });
  let text = "";
  child.stdout.on("data", (data) => (text += data));
  child.stderr.on("data", (data) => (text += data));
  const stop = () => child.exitCode === null && process.kill(-child.pid);
  for (let attempt = 0; attempt < 600; attempt += 1) {
    assert.equal(child.exitCode, null, `${command} ended: ${text}`);
    const listens = await new Promise((resolve) => {
      const socket = connect(port, "localhost", () => resolve(true)).on("error", () => resolve(false));
      socket.unref();
      setTimeout(() => socket.destroy(), 100);
    });
    if (listens) return { stop, said: () => text };
    await pause(100);
  }
  stop();
  throw new Error(`${command} never listens: ${text}`);
}

function wrangler(cwd, port, env) {
  writeFileSync(join(cwd, ".dev.vars"), Object.entries(env).map(([name, value]) => `${name}="${value}"\n`).join(""));
  mkdirSync(join(cwd, "node_modules"));
  const installed = `${root}/bindings-wasm/test/node_modules/visiono-workflow`;
  assert.ok(existsSync(installed), "run npm ci --ignore-scripts and npm test in bindings-wasm first");
  symlinkSync(installed, join(cwd, "node_modules/visiono-workflow"));
  const tool = `${root}/bindings-wasm/node_modules/.bin/wrangler`;
  return run(port, cwd, { CI: "true", WRANGLER_SEND_METRICS: "false" }, tool, "dev", "--port", port, "--inspector-port", "0");
}

const PYTHON = {
  plate: "ABC123",
  shown: (id) => `Submission: ${id}`,
  hook: "/webhooks/visiono",
};
const flask = (module, port) => ["-m", "flask", "--app", module, "run", "--port", port];
const uvicorn = (module, port) => ["-m", "uvicorn", "--port", port, `${module}:app`];
const django = (module, port) => [`${module}.py`, "runserver", "--noreload", port];
const withPython = (name, args) => ({
  ...PYTHON,
  async start({ link, app, hook, env }) {
    const folder = copy(name, "bindings-python/examples", { [`${name}_app.py`]: [['slug="damage-report"', `link="${link}"`]] });
    return [
      await run(app, folder, env, python(), ...args(`${name}_app`, app)),
      await run(hook, folder, env, python(), ...args(`${name}_webhook`, hook)),
    ];
  },
});

const EXAMPLES = {
  Flask: withPython("flask", flask),
  FastAPI: withPython("fastapi", uvicorn),
  Django: withPython("django", django),
  PHP: {
    plate: "ABC 123",
    shown: (id) => `Ticket ticket-456: 1 photos, submission ${id}.`,
    hook: "/webhook.php",
    async start({ link, app, hook, env }) {
      const folder = copy("php", "bindings-php/examples", {
        "tickets.php": [
          ["slug: 'damage-report'", `link: '${link}'`],
          ["https://app.example/", `http://localhost:${app}/`],
        ],
      });
      const installed = process.env.PHP_PACKAGE ?? join(folder, "installed");
      if (!existsSync(installed)) execFileSync("php", [`${root}/bindings-php/tests/package.php`, installed], { stdio: "inherit" });
      mkdirSync(join(folder, "vendor"));
      writeFileSync(join(folder, "vendor/autoload.php"), `<?php require '${installed}/autoload.php';`);
      const all = { ...env, VISIONO_WEBHOOK_FOLDER: folder };
      const serve = (port, file) => run(port, folder, all, "php", "-d", "ffi.enable=1", "-S", `localhost:${port}`, file);
      return [await serve(app, "tickets.php"), await serve(hook, "webhook.php")];
    },
  },
  Worker: {
    plate: "ticket-456",
    shown: (id) => `1 photos arrived as ${id}.`,
    hook: "/",
    async start({ link, app, hook, env }) {
      const worker = copy("worker", "bindings-wasm/examples/worker", { "src/index.js": [["slug: env.VISIONO_SLUG", `link: "${link}"`]] });
      const receiver = copy("webhook-worker", "bindings-wasm/examples/webhook-worker", {});
      return [await wrangler(worker, app, env), await wrangler(receiver, hook, env)];
    },
  },
  // Its example receives webhooks alone, so the person comes through a link of the sandbox's.
  Node: {
    hook: "/",
    async start({ hook, env }) {
      const folder = copy("node", "bindings-wasm/examples/node-receiver", {});
      mkdirSync(join(folder, "node_modules"));
      symlinkSync(`${root}/bindings-wasm/test/node_modules/visiono-workflow`, join(folder, "node_modules/visiono-workflow"));
      return [await run(hook, folder, { ...env, PORT: hook }, process.execPath, "server.js")];
    },
  },
};

for (const [name, example] of Object.entries(EXAMPLES)) {
  it(`${name}: a photo comes back, and the webhook is accepted`, async () => {
    const state = join(made, `${name}.json`);
    const lines = execFileSync(binary, ["sandbox", "--state", state, "--print-env"], { encoding: "utf8" });
    const env = Object.fromEntries(lines.trim().split("\n").map((line) => line.split("=")));
    assert.deepEqual(Object.keys(env), ["VISIONO_WORKFLOW_SECRET", "VISIONO_WEBHOOK_SECRET"]);
    const [app, hook] = [await freePort(), await freePort()].map(String);
    const template = `http://localhost:${app}/tickets/{reference}/done?${FIELDS}`;
    const sandbox = await serve("--state", state, "--redirect", template, "--webhook", `http://localhost:${hook}${example.hook}`);
    let programs = [];
    const { context, page, problems } = await open(browser);
    page.setDefaultTimeout(15_000);
    try {
      programs = await example.start({ link: `${sandbox.origin}/s/damage-report`, app, hook, env });
      const ticket = `http://localhost:${app}/tickets/ticket-456`;
      if (example.shown) {
        await page.goto(ticket);
        await page.getByRole("button", { name: "Send photos" }).click();
      } else {
        await sandbox.api("PUT", "/sandbox/links/damage-report", { redirect: null });
        await page.goto(await sandbox.sign());
      }
      await page.getByRole("heading", { name: "Damage report" }).waitFor();
      const buffer = await jpegWithGps(page);
      const front = page.getByRole("region", { name: "Front view" });
      await front.getByLabel("Choose photos").setInputFiles({ name: "front.jpg", mimeType: "image/jpeg", buffer });
      await page.getByText("1 photo", { exact: true }).waitFor();
      await page.getByRole("button", { name: "Send photos", exact: true }).click();
      await (example.shown ? page.waitForURL(ticket) : page.getByText("1 photo was sent.").waitFor());

      const { deliveries } = await sandbox.api("GET", "/sandbox/deliveries?ticket=ticket-456&status=succeeded&wait=30");
      assert.equal(deliveries.length, 1);
      const [{ event, body, attempts }] = deliveries;
      assert.deepEqual([event, attempts.map(({ answer }) => answer.status)], ["submission.created", [204]]);
      const { entries } = await sandbox.api("GET", "/sandbox/timeline?ticket=ticket-456");
      const { id } = entries.find(({ kind }) => kind === "submission");
      const { visit } = await sandbox.api("GET", `/sandbox/timeline/${id}`);
      assert.deepEqual(visit.photos.map(({ exif }) => exif.gps), [[45.464167, 9.19]]);
      assert.equal(JSON.parse(body).data.permanent_link_submission.external_reference, "ticket-456");
      if (example.shown) {
        assert.equal(visit.outcome.unique_value, example.plate);
        assert.equal(await page.locator("p").first().textContent(), example.shown(visit.submission.id));
      }
      assert.deepEqual(problems, []);
    } catch (error) {
      const said = programs.map((program) => program.said()).join("\n");
      throw new Error(`at ${page.url()}: ${await page.locator("body").textContent()}\n${said}`, { cause: error });
    } finally {
      await context.close();
      for (const { stop } of programs) stop();
      sandbox.close();
    }
  });
}
