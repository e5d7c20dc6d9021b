// Starts a program on a free port, runs `visiono-workflow check` against it, and terminates it.

import { execFileSync, spawn } from "node:child_process";
import { connect, createServer } from "node:net";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
export const SECRETS = {
  VISIONO_WORKFLOW_SECRET: "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
  VISIONO_WEBHOOK_SECRET: "whsec_0123456789abcdef",
};
const BUILD = ["build", "--quiet", "--package", "visiono-workflow-cli"];
const PROGRAM = `${ROOT}target/debug/visiono-workflow`;

execFileSync("cargo", BUILD, { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"] });

/**
 * Returns the result of `check` for the program that `begin` starts. `args` makes the arguments
 * from its address.
 */
export async function checked(begin, args) {
  const port = await freePort();
  const end = await begin(port);
  try {
    await listening(port);
    return await check(args(`http://localhost:${port}`));
  } finally {
    await end();
  }
}

/** Starts a program, and returns a function that terminates it. */
export function start(program, args, { cwd, env }) {
  const options = { cwd, env: { ...process.env, ...SECRETS, ...env }, stdio: "ignore", detached: true };
  const child = spawn(program, args.map(String), options);
  return () => process.kill(-child.pid);
}

async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "localhost", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** Waits until the port accepts connections. */
async function listening(port) {
  for (let tries = 0; tries < 300; tries += 1) {
    const socket = connect(port, "localhost");
    const is = await new Promise((done) => {
      socket.on("connect", () => done(true)).on("error", () => done(false));
    });
    socket.destroy();
    if (is) {
      return;
    }
    await sleep(100);
  }
  throw new Error("it doesn't listen after 30 s");
}

/** Runs `check`, and returns its result. */
function check(args) {
  const child = spawn(PROGRAM, ["check", "--json", ...args], { env: { ...process.env, ...SECRETS } });
  let text = "";
  child.stdout.on("data", (chunk) => (text += chunk));
  return new Promise((done) => child.on("close", () => done(JSON.parse(text))));
}
