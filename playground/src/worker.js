// Runs the library in a Web Worker.

/** Unpacks and compiles a module. */
async function compile(text) {
  const packed = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return WebAssembly.compile(await new Response(stream).arrayBuffer());
}

/** Loads the library and its modules. The page keeps the modules for the next worker. */
async function load({ packed, compiled }) {
  if (!compiled) {
    const modules = Object.entries(packed).map(async ([name, text]) => [name, await compile(text)]);
    compiled = Object.fromEntries(await Promise.all(modules));
    postMessage({ compiled });
  }
  globalThis.modules = compiled;
  return import("./operations.js");
}

let operations;

/** Receives the modules first, then calls: `[id, operation, parameters]`. */
onmessage = async ({ data }) => {
  if (!Array.isArray(data)) {
    operations = load(data);
    return;
  }
  const [id, name, parameters] = data;
  const report = (...progress) => postMessage({ id, progress });
  try {
    const { [name]: operation } = await operations;
    postMessage({ id, result: operation(parameters, report) });
  } catch (error) {
    // An error of the library is a result; any other error is a fault of the page.
    postMessage({ id, error: { code: error.code ?? error.name, message: error.message } });
  }
};
