// With Express.

import express from "express";
import process from "node:process";
import { events } from "./events.js";
import { inbox } from "./inbox.js";
import { receiver } from "./receiver.js";
import { work } from "./work.js";

const app = express();

// Before any `express.json()`, which would parse the body: the signature is over the raw one.
app.all("/webhook", receiver.express);

app.get("/events", async (request, response) => {
  const { status, text } = await events(request.originalUrl, request.headers);
  response.status(status).type("json").send(text);
});

app.use((_request, response) => {
  response.sendStatus(404);
});

// Express itself would answer with the error's stack.
app.use((error, _request, response, _next) => {
  response.sendStatus(error.status ?? 500);
});

const server = app.listen(process.env.PORT ?? 3000, () => {
  console.log(`listening on ${server.address().port}`);
});

// Until SIGTERM. It can also run in processes of its own: see worker.js.
await inbox.run(work, { concurrency: 4 });
server.close();
