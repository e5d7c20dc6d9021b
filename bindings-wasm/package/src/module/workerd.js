// The platform compiles the module when the Worker is uploaded.
export { default as module } from "#wasm";
export * from "./text.js";

/** No Worker gets an event of AWS Lambda. */
export const eventUrl = () => undefined;
