// Starts each example of the repository that receives webhooks or returns, and runs
// `visiono-workflow check` against it. All must pass.
//
//   node tests/check/examples.mjs           all rows
//   node tests/check/examples.mjs express   the rows that begin with one of these names
//
// It requires `npm ci` and `npm test` in bindings-wasm, which installs the package; Python 3.10;
// and PHP with FFI. PYTHON and PHP_PACKAGE may name an interpreter and a folder that already have
// the package.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { emptyFolder, example, path, wrangle } from "../../bindings-wasm/test/files.js";
import { checked, ROOT, SECRETS, start } from "./running.mjs";

const QUERY =
  "?sub={submission_id}&uv={unique_value}&ref={reference}&cnt={photo_count}&ts={timestamp}&sig={signature}";
const require = createRequire(path("../package.json"));
/** A Node that has `node:sqlite`. */
const NODE_22 = path("../node_modules/node22/bin/node");

/** Returns a function that calls `make` once and returns its result. */
const once = (make) => {
  let made;
  return () => (made ??= make());
};
const read = (program, args) => execFileSync(program, args, { cwd: ROOT, encoding: "utf8" }).trim();
const python = once(() => process.env.PYTHON ?? read("python3", ["bindings-python/run.py", "python"]));
const phpPackage = once(() => {
  if (process.env.PHP_PACKAGE) {
    return process.env.PHP_PACKAGE;
  }
  const made = emptyFolder("check-php-package");
  read("php", ["bindings-php/tests/package.php", made]);
  return made;
});

/** Returns a row: the command that starts it on a port, and the checked address. */
const hook = (at) => (base) => [base + at];
const pages = (page, start = "") => (base) => [
  "--return",
  `${base}/tickets/{reference}/done${QUERY}`,
  "--start",
  `${base}/tickets/${page[0]}${start}`,
  "--start",
  `${base}/tickets/${page[1]}${start}`,
];
const oneTicket = (base) => ["--return", `${base}/tickets/{reference}/done${QUERY}`];
const TICKETS = ["ticket-456", "ticket-457"];

const ROWS = [
  ["node", (port) => node("server.js", port), hook("/webhook")],
  ["express 5", (port) => node("express.js", port), hook("/webhook")],
  ["express 4", (port) => node("express.js", port, "express-v4"), hook("/webhook")],
  ["webhook worker", (port) => worker("webhook-worker", { d1Databases: ["DB"] }, port), hook("/webhook")],
  ["worker", (port) => worker("worker", { kvNamespaces: ["PHOTOS"] }, port), pages(TICKETS)],
  ["fastapi webhook", (port) => uvicorn("fastapi_webhook", port), hook("/webhooks/visiono")],
  ["fastapi", (port) => uvicorn("fastapi_app", port), pages(TICKETS)],
  ["flask webhook", (port) => flask("flask_webhook", port), hook("/webhooks/visiono")],
  ["flask", (port) => flask("flask_app", port), pages(TICKETS)],
  ["django webhook", (port) => django("django_webhook", port), hook("/webhooks/visiono")],
  ["django view", (port) => inPython("-c", DJANGO_VIEW, port), hook("/webhooks/visiono")],
  ["django", (port) => django("django_app", port), pages(TICKETS)],
  ["cgi webhook", (port) => cgi("webhook.cgi", port), hook("/tickets")],
  ["cgi", (port) => cgi("return.cgi", port), oneTicket],
  ["php webhook", (port) => php("webhook.php", port), hook("/")],
  ["php", (port) => php("tickets.php", port), pages(["ticket-456", "2024%2F0815"])],
];

/** A project for `django_view.py`, which has none. */
const DJANGO_VIEW = `
import sys, types
from django.conf import settings
settings.configure(ROOT_URLCONF="urls", ALLOWED_HOSTS=["localhost"], SECRET_KEY="x" * 50)
from django.core.management import execute_from_command_line
from django.urls import path
import django_view
urls = sys.modules["urls"] = types.ModuleType("urls")
urls.urlpatterns = [path("webhooks/visiono", django_view.receive)]
execute_from_command_line(["django", "runserver", "--noreload", f"localhost:{sys.argv[1]}"])
`;

function node(file, port, express = "express") {
  const cwd = example("node-receiver", `check-${express}-${file}`);
  mkdirSync(join(cwd, "node_modules"));
  symlinkSync(path(`../node_modules/${express}`), join(cwd, "node_modules/express"));
  return start(NODE_22, [file], { cwd, env: { PORT: String(port) } });
}

async function worker(name, stores, port) {
  const { Log, LogLevel, Miniflare } = await import(pathToFileURL(require.resolve("miniflare")));
  const miniflare = new Miniflare({
    ...wrangle(example(name, `check-${name}`), "index.js"),
    compatibilityDate: "2026-04-01",
    ...stores,
    bindings: { ...SECRETS, VISIONO_LINK: "https://visiono.io/s/damage-report" },
    port,
    log: new Log(LogLevel.NONE),
    handleRuntimeStdio: () => {},
  });
  await miniflare.ready;
  return () => miniflare.dispose();
}

const inPython = (...args) => {
  const env = { INBOX_DATABASE: join(mkdtempSync(join(tmpdir(), "check-")), "inbox.sqlite3") };
  return start(python(), args, { cwd: join(ROOT, "bindings-python/examples"), env });
};
const uvicorn = (name, port) => inPython("-m", "uvicorn", `${name}:app`, "--port", port);
const flask = (name, port) => inPython("-m", "flask", "--app", name, "run", "--port", port);
const django = (name, port) => inPython(`${name}.py`, "runserver", "--noreload", `localhost:${port}`);

/**
 * Serves the CGI script with the commands that it leaves to the reader, and the program in its
 * PATH.
 */
function cgi(file, port) {
  const cwd = mkdtempSync(join(tmpdir(), "check-"));
  for (const name of ["may-see-ticket", "store-return"]) {
    writeFileSync(join(cwd, name), "#!/bin/sh\nexit 0\n", { mode: 0o755 });
  }
  const env = { PATH: `${cwd}:${ROOT}target/debug:${process.env.PATH}`, EVENTS: cwd };
  const args = [join(ROOT, "tests/check/cgi.mjs"), join(ROOT, "cli/examples", file), port];
  return start(process.execPath, args, { cwd, env });
}

function php(file, port) {
  const cwd = mkdtempSync(join(tmpdir(), "check-"));
  cpSync(join(ROOT, "bindings-php/examples"), cwd, { recursive: true });
  mkdirSync(join(cwd, "vendor"));
  const autoload = join(phpPackage(), "autoload.php");
  writeFileSync(join(cwd, "vendor/autoload.php"), `<?php\nrequire '${autoload}';\n`);
  const env = { PHP_CLI_SERVER_WORKERS: "4", VISIONO_INBOX_DSN: `sqlite:${join(cwd, "inbox.sqlite")}` };
  const migrate = "(require 'inbox.php')->migrate();";
  execFileSync("php", ["-d", "ffi.enable=1", "-r", migrate], { cwd, env: { ...process.env, ...env } });
  return start("php", ["-d", "ffi.enable=1", "-S", `localhost:${port}`, file], { cwd, env });
}

const wanted = process.argv.slice(2);
const rows = ROWS.filter(([name]) => wanted.length === 0 || wanted.some((want) => name.startsWith(want)));
let bad = 0;
for (const [name, begin, args] of rows) {
  const { cases = [], message } = await checked(begin, args);
  const faults = cases.filter(({ good }) => !good);
  console.log(`${name}: ${message ?? `${cases.length} messages, ${faults.length} faults`}`);
  for (const { id, status, fault } of faults) {
    console.log(`  ${id} (${status}): ${fault}`);
  }
  bad += message || faults.length > 0 ? 1 : 0;
}
console.log(`${rows.length} examples checked, ${bad} with a fault`);
process.exit(bad === 0 && rows.length > 0 ? 0 : 1);
