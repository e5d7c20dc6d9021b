// Prints the exports of each entry at run time. The declarations are in the .d.ts files.

import { pathToFileURL } from "node:url";

/** Returns a line for each member. */
function members(descriptors, prefix) {
  const line = ([name, { get, value }]) => {
    if (get) return `${prefix}get ${name}`;
    return typeof value === "function" ? `${prefix}${name}(${value.length})` : `${prefix}${name}: ${typeof value}`;
  };
  return Object.entries(descriptors).sort(byName).map(line);
}

const byName = ([one], [other]) => (one < other ? -1 : 1);

function describe([name, item]) {
  if (typeof item !== "function") return [`${name}: ${typeof item}`];
  if (!/^class\b/.test(item)) return [`${name}(${item.length})`];
  const { length: _length, name: _name, prototype, ...fixed } = Object.getOwnPropertyDescriptors(item);
  const base = Object.getPrototypeOf(item.prototype);
  // Another base class is internal, and its members are part of the class.
  const isKnown = base === Object.prototype || base === Error.prototype;
  const inherited = isKnown ? {} : Object.getOwnPropertyDescriptors(base);
  return [
    `class ${name}${base === Error.prototype ? " extends Error" : ""}`,
    ...members(fixed, "  static "),
    ...members({ ...inherited, ...Object.getOwnPropertyDescriptors(prototype.value) }, "  "),
  ];
}

export async function printApi(folder, entries) {
  const texts = entries.map(async ({ path, prefix, runtimes: [main] }) => {
    const module = await import(pathToFileURL(`${folder}/${prefix}${main}.js`));
    const name = path.replace(".", "visiono-workflow");
    return `${name}\n\n${Object.entries(module).sort(byName).flatMap(describe).join("\n")}`;
  });
  console.log((await Promise.all(texts)).join("\n\n"));
}
