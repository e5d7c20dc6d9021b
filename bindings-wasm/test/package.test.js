// The tarball: what it declares, its types, and its size.

import { execFileSync } from "node:child_process";
import { it } from "node:test";
import process from "node:process";
import { checkSize } from "../scripts/build.mjs";
import { installed, path, tool } from "./files.js";

const { TARBALL } = process.env;
const run = (name, ...args) => execFileSync(tool(name), args, { stdio: ["ignore", "pipe", "inherit"] });

it("publint", () => run("publint", "run", TARBALL, "--strict"));
it("attw", () => run("attw", TARBALL, "--profile", "strict", "--no-color", "--format", "ascii"));
it("types of browsers", () => run("tsc", "--project", path("types/tsconfig.dom.json")));
it("types of Node", () => run("tsc", "--project", path("types/tsconfig.node.json")));
it("types of frameworks", () => run("tsc", "--project", path("types/tsconfig.frameworks.json")));
it("types of databases and receivers", () => run("tsc", "--project", path("types/tsconfig.inbox.json")));
it("size in a Worker", () => checkSize(installed));
