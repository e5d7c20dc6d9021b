// The platform compiles the module when the Worker is uploaded.
import module from "#wasm";
import { instantiate } from "../instance.js";

export const wasm = instantiate(module);
export * from "../../module/text.js";
export { eventUrl } from "../../event.js";
