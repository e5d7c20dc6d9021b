// The platform compiles it when the Worker is uploaded.
export { default as module } from "#wasm";
export * from "./text.js";
