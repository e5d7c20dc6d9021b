// Loads main.js as a development server does.

import process from "node:process";
import { createServer } from "vite";

const server = await createServer({
  server: { middlewareMode: true, ws: false },
  appType: "custom",
  ssr: { noExternal: process.env.INLINE ? true : undefined },
});
await server.ssrLoadModule("/main.js");
setTimeout(() => server.close(), 500);
