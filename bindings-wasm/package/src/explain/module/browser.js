// The build inlines the bytes. A search costs more than reading text, so Node has no code of its own.
import bytes from "#wasm";
import { imports } from "../progress.js";

export const { exports: wasm } = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports);
export * from "../../module/text.js";
export { eventUrl } from "../../event.js";
