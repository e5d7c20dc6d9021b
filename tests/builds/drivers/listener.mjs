// Serves a function of Vercel's Node runtime: the default export is a listener.

import { createServer } from "node:http";
import process from "node:process";

const { default: listener } = await import(process.argv[2]);
createServer(listener).listen(process.env.PORT, "127.0.0.1");
