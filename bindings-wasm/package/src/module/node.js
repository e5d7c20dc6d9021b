import { readFileSync } from "node:fs";

export const module = new WebAssembly.Module(
  readFileSync(new URL("./visiono_workflow.wasm", import.meta.url)),
);
