// The build inlines the bytes, so no bundler needs a loader for .wasm files.
import bytes from "#wasm";

export const { exports: wasm } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
export * from "./text.js";
export { eventUrl } from "../event.js";
