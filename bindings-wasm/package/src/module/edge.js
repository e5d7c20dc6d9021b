// The build translates the module to JavaScript.
export { default as wasm } from "#wasm";
export * from "./text.js";
