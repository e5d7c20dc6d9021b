// With nothing but Node.

import { Buffer } from "node:buffer";
import { createServer } from "node:http";
import process from "node:process";
import { LARGEST, receive } from "./receiver.js";

const server = createServer((request, response) => {
  const answer = (status, text, headers = {}) => {
    response.writeHead(status, { "content-type": "text/plain", ...headers }).end(text);
  };
  // The connection is closed without waiting for the rest.
  const tooLarge = () => answer(413, "larger than Visiono sends", { connection: "close" });
  if (request.method !== "POST") {
    return answer(405, "only POST", { allow: "POST" });
  }
  if (Number(request.headers["content-length"]) > LARGEST) {
    return tooLarge();
  }
  const chunks = [];
  let size = 0;
  request.on("data", (chunk) => {
    size += chunk.length;
    chunks.push(chunk);
    if (size > LARGEST) {
      request.removeAllListeners("data").removeAllListeners("end");
      tooLarge();
    }
  });
  request.on("end", () => {
    const { status, text } = receive(Buffer.concat(chunks), request);
    answer(status, text);
  });
});

server.listen(process.env.PORT ?? 3000, () => {
  console.log(`listening on ${server.address().port}`);
});
