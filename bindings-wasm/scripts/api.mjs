// Prints the exports of each entry at run time. The declarations are in the .d.ts files.

import { createRequire } from "node:module";
import { join } from "node:path";
import { output } from "./build.mjs";

const { getOwnPropertyDescriptors, getPrototypeOf } = Object;
// Inside a package, its own name leads to it.
const require = createRequire(join(output, "package.json"));

function line(name, { get, value }) {
  if (get) return `get ${name}`;
  return typeof value === "function" ? `${name}(${value.length})` : `${name}: ${typeof value}`;
}

/** Returns a line for each member. */
const members = (descriptors, prefix) =>
  Object.entries(descriptors).map(([name, member]) => `${prefix}${line(name, member)}`).sort();

function describe([name, value]) {
  if (!/^class\b/.test(value)) return [line(name, { value })];
  const { length: _length, name: _name, prototype, ...fixed } = getOwnPropertyDescriptors(value);
  const base = getPrototypeOf(value.prototype);
  const isError = base === Error.prototype;
  // Another base class is internal, and its members are part of the class.
  const inherited = isError || base === Object.prototype ? {} : getOwnPropertyDescriptors(base);
  return [
    `class ${name}${isError ? " extends Error" : ""}`,
    ...members(fixed, "  static "),
    ...members({ ...inherited, ...getOwnPropertyDescriptors(value.prototype) }, "  "),
  ];
}

const { exports } = require("./package.json");
const paths = Object.keys(exports).filter((path) => path !== "./package.json");
const texts = paths.map((path) => {
  const name = path.replace(".", "visiono-workflow");
  return `${name}\n\n${Object.entries(require(name)).flatMap(describe).join("\n")}`;
});
console.log(texts.join("\n\n"));
