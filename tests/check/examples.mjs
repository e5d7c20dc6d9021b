// Starts each example of the repository that receives webhooks or returns, and runs
// `visiono-workflow check` against it. All must pass.
//
//   node tests/check/examples.mjs           all rows
//   node tests/check/examples.mjs express   the rows that begin with one of these names
//
// It needs `npm ci` and `npm run build` in bindings-wasm, Python 3.10, and PHP with FFI. PYTHON and
// PHP_PACKAGE name an interpreter and a folder that have the package already.

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

/** The Python that has the package, and the folder of the PHP package, made once. */
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

/** A row: how it is started on a port, and what is checked there. */
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
  ["node", (port) => node("server.js", port), hook("/")],
  ["express 5", (port) => node("express.js", port), hook("/")],
  ["express 4", (port) => node("express.js", port, "express-v4"), hook("/")],
  ["webhook worker", (port) => worker("webhook-worker", "RECEIVED", port), hook("/")],
  ["worker", (port) => worker("worker", "PHOTOS", port), pages(TICKETS)],
  ["fastapi webhook", (port) => uvicorn("fastapi_webhook", port), hook("/webhooks/visiono")],
  ["fastapi", (port) => uvicorn("fastapi_app", port), pages(TICKETS)],
  ["flask webhook", (port) => flask("flask_webhook", port), hook("/webhooks/visiono")],
  ["flask", (port) => flask("flask_app", port), pages(TICKETS)],
  ["django webhook", (port) => django("django_webhook", port), hook("/webhooks/visiono")],
  ["django", (port) => django("django_app", port), pages(TICKETS)],
  ["cgi webhook", (port) => cgi("webhook.cgi", port), hook("/tickets")],
  ["cgi", (port) => cgi("return.cgi", port), oneTicket],
  ["php webhook", (port) => php("webhook.php", port), hook("/")],
  ["php", (port) => php("tickets.php", port), pages(["ticket-456", "2024%2F0815"])],
];

function node(file, port, express = "express") {
  const cwd = example("node-receiver", `check-${express}-${file}`);
  mkdirSync(join(cwd, "node_modules"));
  symlinkSync(path(`../node_modules/${express}`), join(cwd, "node_modules/express"));
  return start(process.execPath, [file], { cwd, env: { PORT: String(port) } });
}

async function worker(name, kv, port) {
  const { Log, LogLevel, Miniflare } = await import(pathToFileURL(require.resolve("miniflare")));
  const miniflare = new Miniflare({
    ...wrangle(example(name, `check-${name}`), "index.js"),
    compatibilityDate: "2026-04-01",
    kvNamespaces: [kv],
    bindings: { ...SECRETS, VISIONO_SLUG: "damage-report" },
    port,
    log: new Log(LogLevel.NONE),
    handleRuntimeStdio: () => {},
  });
  await miniflare.ready;
  return () => miniflare.dispose();
}

const EXAMPLES = join(ROOT, "bindings-python/examples");
const uvicorn = (name, port) =>
  start(python(), ["-m", "uvicorn", `${name}:app`, "--port", port], { cwd: EXAMPLES });
const flask = (name, port) =>
  start(python(), ["-m", "flask", "--app", name, "run", "--port", port], { cwd: EXAMPLES });
const django = (name, port) =>
  start(python(), [`${name}.py`, "runserver", "--noreload", `localhost:${port}`], { cwd: EXAMPLES });

/** With the commands that the script leaves to the reader, and the program in its PATH. */
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
  cpSync(join(ROOT, "bindings-php/examples", file), join(cwd, file));
  mkdirSync(join(cwd, "vendor"));
  mkdirSync(join(cwd, "events"));
  const autoload = join(phpPackage(), "autoload.php");
  writeFileSync(join(cwd, "vendor/autoload.php"), `<?php\nrequire '${autoload}';\n`);
  const env = { PHP_CLI_SERVER_WORKERS: "4", VISIONO_WEBHOOK_FOLDER: join(cwd, "events") };
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
