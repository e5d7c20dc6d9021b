// Serves a CGI script for every path below /tickets.

import { Buffer } from "node:buffer";
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import process from "node:process";

const [script, port] = process.argv.slice(2);

/** The variables of RFC 3875 that the examples read. */
function variables(request, body) {
  const [path, query = ""] = request.url.split("?");
  const headers = Object.entries(request.headers).map(([name, value]) => [
    `HTTP_${name.toUpperCase().replaceAll("-", "_")}`,
    String(value),
  ]);
  return {
    ...process.env,
    ...Object.fromEntries(headers),
    CONTENT_LENGTH: String(body.length),
    PATH_INFO: decodeURIComponent(path).slice("/tickets".length),
    QUERY_STRING: query,
    REQUEST_METHOD: request.method,
  };
}

async function answer(request) {
  if (!request.url.startsWith("/tickets")) {
    return [404];
  }
  const body = Buffer.concat(await request.toArray());
  const child = spawn("sh", [script], {
    env: variables(request, body),
    stdio: ["pipe", "pipe", "ignore"],
  });
  // A script need not read all of its input.
  child.stdin.on("error", () => {}).end(body);
  const output = Buffer.concat(await child.stdout.toArray()).toString();
  const [head, text] = output.split("\r\n\r\n");
  return [Number(/^Status: (\d+)/.exec(head)?.[1] ?? 500), text];
}

createServer((request, response) => {
  answer(request).then(
    ([status, text]) => response.writeHead(status).end(text),
    (error) => response.writeHead(error instanceof URIError ? 400 : 500).end(),
  );
}).listen(port, "localhost");
