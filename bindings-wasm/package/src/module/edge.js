// The build translates the module to JavaScript.
export { default as wasm } from "#wasm";
export * from "./text.js";

/** No Worker gets an event of AWS Lambda. */
export const eventUrl = () => undefined;
