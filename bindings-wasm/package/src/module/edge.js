// The build translates the module to JavaScript.
import { instantiate } from "#script";

export const wasm = instantiate();
export * from "./text.js";

/** No Worker gets an event of AWS Lambda. */
export const eventUrl = () => undefined;
