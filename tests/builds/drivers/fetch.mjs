// Calls a function whose default export takes a `Request`, in Node, Bun or Deno.

import process from "node:process";
import { BODY, HEADERS, QUERY } from "../request.js";

const { default: handler } = await import(process.argv[2]);
const request = new Request(`http://localhost/done${QUERY}`, { method: "POST", headers: HEADERS, body: BODY });
const response = await handler(request, { next: () => {}, waitUntil: () => {} });
console.log(await response.text());
process.exit(response.ok ? 0 : 1);
