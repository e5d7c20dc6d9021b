// Makes the JavaScript of a module, for runtimes that may not compile WebAssembly.

import { readFileSync, writeFileSync } from "node:fs";

/** Changes of the code that wasm2js writes. */
const CHANGES = [
  // The exports become one object, as an instance's are, which is made when it is needed.
  [/^var retasmFunc[^]*/m, "export const instantiate = () => asmFunc({});\n"],
  // When memory grows, the old one is wiped, and its views become empty, as in WebAssembly.
  [
    /^ *buffer = newBuffer;\n/m,
    "new Uint8Array(buffer).fill(0);\nstructuredClone(buffer, { transfer: [buffer] });\n$&",
  ],
];

/** Translates a module to JavaScript with the commands of binaryen. */
export function translate(binaryen, module, script) {
  const lowered = `${script}.wasm`;
  binaryen("wasm-opt", module, lowered, ["-Oz", "--signext-lowering", "--llvm-nontrapping-fptoint-lowering"]);
  binaryen("wasm2js", lowered, script, ["-O"]);
  let code = readFileSync(script, "utf8");
  for (const [part, replacement] of CHANGES) {
    if (!part.test(code)) {
      throw new Error(`wasm2js writes no ${part}`);
    }
    code = code.replace(part, replacement);
  }
  writeFileSync(script, code);
}
