// Prints what each entry of the package exports at run time; the declarations are in index.d.ts
// and webhook.d.ts.

import { pathToFileURL } from "node:url";

/** A line for each member of its own that an object has. */
function* members(object, prefix) {
  for (const name of Object.getOwnPropertyNames(object).sort()) {
    const { get, value } = Object.getOwnPropertyDescriptor(object, name);
    if (get) yield `${prefix}get ${name}`;
    else if (typeof value === "function") yield `${prefix}${name}(${value.length})`;
    else yield `${prefix}${name}: ${typeof value}`;
  }
}

function* description(module) {
  for (const [name, item] of Object.entries(module).sort(([one], [other]) => (one < other ? -1 : 1))) {
    if (typeof item !== "function") {
      yield `${name}: ${typeof item}`;
      continue;
    }
    const isError = item.prototype instanceof Error;
    yield isError ? `class ${name} extends Error` : `class ${name}`;
    for (const member of members(item, "  static ")) {
      if (!/^ {2}static (length|name|prototype)\b/.test(member)) yield member;
    }
    const parent = Object.getPrototypeOf(item.prototype);
    const isInternal = !isError && parent !== Object.prototype;
    const inherited = isInternal ? Object.getOwnPropertyDescriptors(parent) : {};
    const own = Object.getOwnPropertyDescriptors(item.prototype);
    yield* members(Object.create(null, { ...inherited, ...own }), "  ");
  }
}

export async function printApi(folder) {
  for (const [entry, prefix] of [["visiono-workflow", ""], ["visiono-workflow/webhook", "webhook."]]) {
    const [browser, node] = await Promise.all(
      ["browser.js", "node.js"].map(async (file) => {
        const module = await import(pathToFileURL(`${folder}/${prefix}${file}`));
        return [...description(module)].join("\n");
      }),
    );
    if (browser !== node) throw new Error(`${entry} exports different things in browsers and Node`);
    console.log(`${prefix && "\n"}${entry}\n\n${node}`);
  }
}
