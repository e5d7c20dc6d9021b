// The platform compiles the module when the Worker is uploaded.
import module from "#wasm";
import { imports } from "../progress.js";

export const { exports: wasm } = new WebAssembly.Instance(module, imports);
export * from "../../module/text.js";
export { eventUrl } from "../../event.js";
