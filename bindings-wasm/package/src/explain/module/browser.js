// The build inlines the bytes. A search costs more than reading text, so Node has no code of its own.
import bytes from "#wasm";
import { instantiate } from "../instance.js";

export const wasm = instantiate(new WebAssembly.Module(bytes));
export * from "../../module/text.js";
export { eventUrl } from "../../event.js";
