// With nothing but Node.

import { createServer } from "node:http";
import process from "node:process";
import { events } from "./events.js";
import { inbox } from "./inbox.js";
import { receiver } from "./receiver.js";
import { work } from "./work.js";

const server = createServer(async (request, response) => {
  const [path] = request.url.split("?");
  if (path === "/webhook") {
    await receiver.node(request, response);
  } else if (path === "/events" && request.method === "GET") {
    const { status, text } = await events(request.url, request.headers);
    response.writeHead(status, { "content-type": "application/json" }).end(text);
  } else {
    response.writeHead(404).end();
  }
});

server.listen(process.env.PORT ?? 3000, () => {
  console.log(`listening on ${server.address().port}`);
});

// Until SIGTERM. It can also run in processes of its own: see worker.js.
await inbox.run(work, { concurrency: 4 });
server.close();
