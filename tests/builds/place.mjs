// The folder in which a row of the matrix is built, with functions to run the build.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { setTimeout } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { ANSWERS, BODY, HEADERS, QUERY } from "./request.js";

/** The time limit of a command, in milliseconds. */
const PATIENCE = 300_000;

export class Place {
  /** The runtimes that gave the right answer. */
  ran = [];
  /** The output of the commands. */
  log = "";
  #running = new Set();

  constructor(row, source, target) {
    this.row = row;
    this.source = source;
    this.modules = join(target, "node_modules");
    const project = row.project ?? "program";
    this.project = project;
    this.route = row.route ?? "route.ts";
    this.dir = join(target, "projects", row.shared ? project : row.name.replaceAll(/\W+/g, "-"));
    /** A folder from which the package can't be found. */
    this.out = join(target, "out", row.name.replaceAll(/\W+/g, "-"));
    this.programs = {
      node20: join(this.modules, "node20/bin/node"),
      node22: join(this.modules, "node22/bin/node"),
      bun: join(this.modules, "@oven/bun-linux-x64/bin/bun"),
      deno: join(this.modules, "@deno/linux-x64-glibc/deno"),
    };
    this.version = row.tools
      .map((tool) => `${tool in NAMES ? NAMES[tool] : tool} ${this.manifest(tool).version}`)
      .join(", ");
    // Next ignores a lockfile whose folder contains the home folder.
    const home = join(target, "../home");
    // The tools don't see the settings of the person who runs this.
    this.env = {
      PATH: `${join(this.modules, "node22/bin")}:${process.env.PATH}`,
      HOME: home,
      XDG_CONFIG_HOME: home,
      TMPDIR: join(target, "../tmp"),
      CI: "1",
      NO_COLOR: "1",
      ASTRO_TELEMETRY_DISABLED: "1",
      DENO_NO_UPDATE_CHECK: "1",
      NEXT_TELEMETRY_DISABLED: "1",
      NUXT_TELEMETRY_DISABLED: "1",
      WRANGLER_SEND_METRICS: "false",
    };
    mkdirSync(this.env.HOME, { recursive: true });
    mkdirSync(this.env.TMPDIR, { recursive: true });
  }

  /** Writes the package.json of a tool. */
  manifest(tool) {
    const nested = join(this.dir, "node_modules", tool, "package.json");
    const file = existsSync(nested) ? nested : join(this.modules, tool, "package.json");
    return { ...JSON.parse(readFileSync(file, "utf8")), folder: join(file, "..") };
  }

  /** Copies the project, with the route as JavaScript modules. */
  async prepare() {
    rmSync(this.out, { recursive: true, force: true });
    mkdirSync(this.dir, { recursive: true });
    for (const name of readdirSync(this.dir)) {
      if (name !== "node_modules") rmSync(join(this.dir, name), { recursive: true });
    }
    mkdirSync(this.out, { recursive: true });
    writeFileSync(join(this.out, "../package.json"), "{}\n");
    const project = join(this.source, "projects", this.project);
    if (existsSync(project)) cpSync(project, this.dir, { recursive: true });
    if (!existsSync(join(this.dir, "package.json"))) {
      this.write("package.json", '{ "private": true, "type": "module" }\n');
    }
    this.copy("request.js");
    this.write("route.js", await this.strip(this.route));
  }

  /** Returns one of the shared files as JavaScript. */
  async strip(name, format) {
    const { transform } = createRequire(join(this.modules, "_"))("esbuild");
    const options = { loader: "ts", target: "es2022", format };
    const { code } = await transform(readFileSync(join(this.source, name), "utf8"), options);
    return code;
  }

  copy(name, to = name) {
    cpSync(join(this.source, name), join(this.dir, to));
  }

  remove(...names) {
    names.forEach((name) => rmSync(join(this.dir, name)));
  }

  write(name, text) {
    writeFileSync(join(this.dir, name), text);
  }

  read(name) {
    return readFileSync(join(this.dir, name), "utf8");
  }

  /** Runs a program, and returns its output. */
  async exec(program, args, { env, cwd = this.dir } = {}) {
    const child = this.#spawn(program, args, { env, cwd });
    const timer = globalThis.setTimeout(() => kill(child), PATIENCE);
    const [status, signal] = await once(child, "close");
    clearTimeout(timer);
    if (status !== 0) {
      throw new Error(`exit ${status ?? signal}: ${reason(child.printed)}`);
    }
    return child.printed;
  }

  #spawn(program, args, { env, cwd }) {
    const child = spawn(this.programs[program] ?? program, args, {
      cwd,
      detached: true,
      env: { ...this.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.printed = "";
    child.output = "";
    this.log += `$ ${program} ${args.join(" ")}\n`;
    child.stdout.on("data", (chunk) => (child.output += chunk));
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk) => {
        child.printed += chunk;
        this.log += shorten(chunk);
      });
    }
    child.on("error", (error) => (this.log += `${error}\n`));
    this.#running.add(child);
    child.on("close", () => this.#running.delete(child));
    return child;
  }

  /** Runs the command of an installed tool in Node 22. */
  tool(name, args, options) {
    return this.toolIn("node22", name, args, options);
  }

  toolIn(runtime, name, args, options) {
    const [tool, command = tool.replace(/^@.*\//, "")] = name.split(":");
    const { bin, folder } = this.manifest(tool);
    const script = join(folder, typeof bin === "string" ? bin : bin[command]);
    return this.exec(runtime, [...(options?.flags ?? []), script, ...args], options);
  }

  /** Runs a program that prints the answer. */
  async prints(runtime, args, { name = runtime, ...options } = {}) {
    const printed = await this.exec(runtime, args, options);
    this.check(
      name,
      printed
        .trim()
        .split("\n")
        .find((line) => line.startsWith("{")) ?? printed,
    );
  }

  /** Runs a bundle in each runtime. */
  async printsIn(runtimes, file) {
    for (const runtime of runtimes) {
      await this.prints(runtime, runtime === "deno" ? ["run", "--no-prompt", file] : [file], { cwd: this.out });
    }
  }

  /** Starts a server and sends a request. `args` makes the arguments from its port. */
  async serves(runtime, args, { path = "/done", env, cwd } = {}) {
    const port = await freePort();
    const where = {
      PORT: String(port),
      HOST: "127.0.0.1",
      NITRO_PORT: String(port),
      NITRO_HOST: "127.0.0.1",
      HOSTNAME: "127.0.0.1",
      DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${port}`,
    };
    const child = this.#spawn(runtime, args(port), { cwd: cwd ?? this.dir, env: { ...where, ...env } });
    try {
      const url = `http://127.0.0.1:${port}${path}${QUERY}`;
      for (let tries = 0; ; tries++) {
        if (child.exitCode !== null || tries > 600) throw new Error(`no server: ${reason(child.printed)}`);
        try {
          const response = await fetch(url, { method: "POST", headers: HEADERS, body: BODY });
          return this.check(runtime, await response.text(), response.status);
        } catch (error) {
          // If the server has failed, its output has the reason.
          const isUp = error.cause?.code !== "ECONNREFUSED";
          await setTimeout(isUp ? 500 : 100);
          if (isUp) throw new Error(`${error.message}: ${reason(child.printed)}`);
        }
      }
    } finally {
      kill(child);
    }
  }

  /** Checks the answer of a runtime. */
  check(runtime, text, status = 200) {
    if (status !== 200) throw new Error(`${label(runtime)} answers ${status}`);
    let answer;
    try {
      answer = JSON.parse(text);
    } catch {
      throw new Error(`${label(runtime)} answers ${shorten(text)}`);
    }
    assert.deepEqual(answer, ANSWERS[this.route]);
    this.pass(runtime);
  }

  pass(runtime) {
    if (!this.ran.includes(label(runtime))) this.ran.push(label(runtime));
  }

  /** Terminates everything that still runs. */
  close() {
    this.#running.forEach(kill);
  }
}

/** Returns the line with the reason why a program failed. */
function reason(printed) {
  const lines = printed.split("\n").map((line) => shorten(stripVTControlCharacters(line).trim()));
  const words = lines.filter((line) => /\w/.test(line) && !line.startsWith("at "));
  return (
    words.find((line) => /error:|error \[|ENOENT|MISSING_EXPORT|cannot find|failed to/i.test(line)) ?? words.at(-1)
  );
}

/** Kills a program and those that it started. */
function kill(child) {
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // The process has already ended.
  }
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** Shortens long lines, such as those of an inlined module. */
const shorten = (text) => text.replace(/.{400,}/g, (line) => `${line.slice(0, 200)}…`);

/** The names of runtimes in the matrix. */
const LABELS = { node20: "Node 20", node22: "Node 22", bun: "Bun", deno: "Deno" };
const label = (runtime) => LABELS[runtime] ?? runtime;

/** The names of tools whose package has another name. */
const NAMES = {
  node20: "node",
  node22: "node",
  typescript7: "typescript",
  "@oven/bun-linux-x64": "bun",
  "@deno/linux-x64-glibc": "deno",
};
