// The vectors and the small projects that the tests install the tarball into.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { check, count } from "./projects/vectors.js";

const folder = process.env.VECTORS;

/** Every file of vectors. */
export const files = readdirSync(folder)
  .filter((name) => name.endsWith(".json") && name !== "schema.json")
  .sort()
  .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")));

const counts = count(files);

/** Throws unless exactly these vectors ran, and passed. */
export function checkRun(where, result) {
  check(where, result, counts);
}

/** The folder of a project. */
export function project(name) {
  return join(process.env.PROJECTS, name);
}
