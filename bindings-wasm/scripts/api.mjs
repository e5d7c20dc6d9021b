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
  const isError = item.prototype instanceof Error;
  const { length: _length, name: _name, prototype: _prototype, ...fixed } = Object.getOwnPropertyDescriptors(item);
  // A base class other than `Error` is internal, and its members are part of the class.
  const base = isError ? {} : Object.getOwnPropertyDescriptors(Object.getPrototypeOf(item.prototype));
  const isObject = Object.getPrototypeOf(item.prototype) === Object.prototype;
  const own = Object.getOwnPropertyDescriptors(item.prototype);
  return [
    `class ${name}${isError ? " extends Error" : ""}`,
    ...members(fixed, "  static "),
    ...members({ ...(isObject ? {} : base), ...own }, "  "),
  ];
}

export async function printApi(folder, entries) {
  const texts = entries.map(async ({ path, main }) => {
    const module = await import(pathToFileURL(`${folder}/${main}.js`));
    const name = path.replace(".", "visiono-workflow");
    return `${name}\n\n${Object.entries(module).sort(byName).flatMap(describe).join("\n")}`;
  });
  console.log((await Promise.all(texts)).join("\n\n"));
}
