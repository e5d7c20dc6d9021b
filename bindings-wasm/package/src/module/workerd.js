// The platform compiles it when the Worker is uploaded.
export { default as module } from "./visiono_workflow.wasm";
export * from "./text.js";
