// The platform compiles the module when the Worker is uploaded.
import module from "#wasm";

export const { exports: wasm } = new WebAssembly.Instance(module);
export * from "./text.js";

/** No Worker gets an event of AWS Lambda. */
export const eventUrl = () => undefined;
