// Starts each example integration of the repository, with the installed package: npm's must be
// built first; Python's and PHP's are installed if they are missing.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { clean, target } from "./service.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const npm = join(root, "target/npm/package");
const npmTools = join(root, "bindings-wasm");
const php = join(root, "target/php/package");

/** The query of the redirect template that the examples' guides recommend. */
const FIELDS = "sub={submission_id}&uv={unique_value}&ref={reference}&cnt={photo_count}&ts={timestamp}&sig={signature}";
export const template = (origin) => `${origin}/tickets/{reference}/done?${FIELDS}`;

/** Returns a port that is free now. */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

function need(path, sentence) {
  assert.ok(existsSync(path), `${path} is missing: ${sentence}`);
  return path;
}

/** Creates a folder in which Node finds the built npm package. */
function nodeFolder() {
  need(join(npm, "package.json"), "run `npm ci --ignore-scripts` and `npm run build` in bindings-wasm");
  const folder = mkdtempSync(join(tmpdir(), "visiono-example-"));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(npm, join(folder, "node_modules/visiono-workflow"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  return folder;
}

/** Copies a folder of examples next to the installed package. */
function copy(from, to) {
  cpSync(join(root, from), to, { recursive: true });
}

/** Starts a program, and waits until it listens. */
async function run(port, command, args, { cwd, env }) {
  const child = spawn(command, args, { cwd, env: { ...clean, ...env } });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += data));
  let ended;
  child.once("error", (error) => (ended = error.message));
  child.once("exit", (code, signal) => (ended ??= `it ended with ${code ?? signal}`));
  while (!(await accepts(port))) {
    assert.equal(ended, undefined, `${command} ${args.join(" ")}: ${ended}\n${output}`);
    await sleep(50);
  }
  return async () => {
    if (ended === undefined) {
      child.kill();
      await once(child, "exit");
    }
  };
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

/** Bundles a Worker with wrangler, and starts it in workerd. */
async function worker(name, port, bindings, stores) {
  const wrangler = need(join(npmTools, "node_modules/.bin/wrangler"), "run `npm ci --ignore-scripts` in bindings-wasm");
  const folder = nodeFolder();
  copy(`bindings-wasm/examples/${name}`, folder);
  execFileSync(wrangler, ["deploy", "--dry-run", "--outdir", "out"], {
    cwd: folder,
    env: { ...clean, WRANGLER_SEND_METRICS: "false", CI: "true" },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const out = join(folder, "out");
  const wasm = readdirSync(out).filter((file) => file.endsWith(".wasm"));
  const { Miniflare } = createRequire(join(npmTools, "package.json"))("miniflare");
  const miniflare = new Miniflare({
    host: "127.0.0.1",
    port,
    modulesRoot: out,
    modules: [
      { type: "ESModule", path: join(out, "index.js") },
      ...wasm.map((file) => ({ type: "CompiledWasm", path: join(out, file) })),
    ],
    compatibilityDate: "2026-04-01",
    ...stores,
    bindings,
    handleRuntimeStdio: () => {},
  });
  await miniflare.ready;
  return async () => {
    await miniflare.dispose();
    rmSync(folder, { recursive: true });
  };
}

async function inNode(port, env, name, prepare) {
  const folder = nodeFolder();
  prepare(folder);
  // This version has `node:sqlite`.
  const node = need(join(npmTools, "node_modules/node22/bin/node"), "run `npm ci --ignore-scripts` in bindings-wasm");
  const stop = await run(port, node, [name], { cwd: folder, env: { ...env, PORT: String(port) } });
  return async () => {
    await stop();
    rmSync(folder, { recursive: true });
  };
}

/** Returns the Python that has the wheel and the frameworks. Installs them if they are missing. */
function python() {
  const folder = join(target, "python");
  const found = (existsSync(folder) ? readdirSync(folder) : [])
    .filter((name) => /^test-3\.\d+\.\d+$/.test(name))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  if (found.length > 0) return join(folder, found.at(-1), "bin/python");
  return execFileSync("python3", [join(root, "bindings-python/run.py"), "python"], { encoding: "utf8" }).trim();
}

async function inPython(port, env, args, module) {
  const interpreter = python();
  const folder = mkdtempSync(join(tmpdir(), "visiono-example-"));
  copy("bindings-python/examples", folder);
  const stop = await run(port, interpreter, args(port, module), { cwd: folder, env: { ...env, PYTHONDONTWRITEBYTECODE: "1" } });
  return async () => {
    await stop();
    rmSync(folder, { recursive: true });
  };
}

const uvicorn = (port, module) => ["-m", "uvicorn", "--port", port, `${module}:app`];
const flask = (port, module) => ["-m", "flask", "--app", module, "run", "--port", port];
const django = (port, module) => [`${module}.py`, "runserver", "--noreload", `127.0.0.1:${port}`];

async function inPhp(port, env, name) {
  if (!existsSync(join(php, "lib"))) {
    execFileSync("php", [join(root, "bindings-php/tests/package.php"), php], { stdio: "inherit" });
  }
  const folder = mkdtempSync(join(tmpdir(), "visiono-example-"));
  copy("bindings-php/examples", folder);
  mkdirSync(join(folder, "vendor"));
  writeFileSync(join(folder, "vendor/autoload.php"), `<?php require ${JSON.stringify(join(php, "autoload.php"))};`);
  const dsn = { VISIONO_INBOX_DSN: `sqlite:${join(folder, "inbox.sqlite")}` };
  if (name === "webhook.php") {
    const migrate = "(require 'inbox.php')->migrate();";
    execFileSync("php", ["-d", "ffi.enable=1", "-r", migrate], { cwd: folder, env: { ...clean, ...dsn } });
  }
  const args = ["-d", "ffi.enable=1", "-S", `127.0.0.1:${port}`, name];
  const stop = await run(port, "php", args, { cwd: folder, env: { ...env, ...dsn } });
  return async () => {
    await stop();
    rmSync(folder, { recursive: true });
  };
}

const quickStart = () => {
  const [, code] = /^```js\n(.*?)^```$/ms.exec(readFileSync(join(npm, "README.md"), "utf8"));
  return code;
};
const submission = (text) => ({ id }) => ["Photos", `${text.replace("ID", id)}\n\nSend photos`];

/**
 * The integrations: the commands of the application and the receiver, and the title and text of the
 * page after a verified return.
 */
export const EXAMPLES = {
  "the Worker": {
    app: (port, env) => worker("worker", port, env, { kvNamespaces: ["PHOTOS"] }),
    receiver: (port, env) => worker("webhook-worker", port, env, { d1Databases: ["DB"] }),
    path: "/webhook",
    shows: ({ id }) => ["Ticket ticket-456", `Ticket ticket-456\n\n2 photos arrived as ${id}.\n\nSend photos`],
    uniqueValue: "ticket-456",
  },
  "Node's quick start": {
    app: (port, env) =>
      inNode(port, env, "server.mjs", (folder) => {
        const code = quickStart();
        writeFileSync(join(folder, "server.mjs"), code.replace(".listen(3000)", ".listen(Number(process.env.PORT))"));
      }),
    receiver: (port, env) => inNode(port, env, "server.js", (folder) => copy("bindings-wasm/examples/node-receiver", folder)),
    path: "/webhook",
    shows: () => ["", "2 photos arrived.\nSend photos"],
    uniqueValue: "ABC 123",
  },
  FastAPI: {
    app: (port, env) => inPython(port, env, uvicorn, "fastapi_app"),
    receiver: (port, env) => inPython(port, env, uvicorn, "fastapi_webhook"),
    path: "/webhooks/visiono",
    shows: submission("Submission: ID"),
    uniqueValue: "ABC123",
  },
  Flask: {
    app: (port, env) => inPython(port, env, flask, "flask_app"),
    receiver: (port, env) => inPython(port, env, flask, "flask_webhook"),
    path: "/webhooks/visiono",
    shows: submission("Submission: ID"),
    uniqueValue: "ABC123",
  },
  Django: {
    app: (port, env) => inPython(port, env, django, "django_app"),
    receiver: (port, env) => inPython(port, env, django, "django_webhook"),
    path: "/webhooks/visiono",
    shows: submission("Submission: ID"),
    uniqueValue: "ABC123",
  },
  PHP: {
    app: (port, env) => inPhp(port, env, "tickets.php"),
    receiver: (port, env) => inPhp(port, env, "webhook.php"),
    path: "/",
    shows: submission("Ticket ticket-456: 2 photos, submission ID."),
    uniqueValue: "ABC 123",
  },
};
