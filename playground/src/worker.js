// Starts the library in a Web Worker.

import { unpack } from "./lzma.js";

/** Compiles the modules, which are packed one after the other. */
function compile({ packed, sizes }) {
  const bytes = unpack(Uint8Array.from(atob(packed), (character) => character.charCodeAt(0)));
  let at = 0;
  const modules = sizes.map(([name, size]) => [name, new WebAssembly.Module(bytes.subarray(at, (at += size)))]);
  return Object.fromEntries(modules);
}

let operations;

/** Takes the modules first, and then questions: `[id, operation, parameters]`. */
onmessage = async ({ data }) => {
  if (!Array.isArray(data)) {
    globalThis.modules = data.compiled ?? compile(data);
    postMessage({ modules: globalThis.modules });
    operations = import("./operations.js");
    return;
  }
  const [id, name, parameters] = data;
  const report = (...progress) => postMessage({ id, progress });
  try {
    const { [name]: operation } = await operations;
    postMessage({ id, result: operation(parameters, report) });
  } catch (error) {
    // An error of the library is an answer, and any other one is a fault of the page.
    postMessage({ id, error: { code: error.code ?? error.name, message: error.message } });
  }
};
