// The build puts the bytes here, so that no bundler has to know what to do with a .wasm file.
import bytes from "#wasm";

export const module = new WebAssembly.Module(bytes);
export * from "./text.js";
