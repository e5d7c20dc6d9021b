// With Express. `express.raw` keeps the raw body. `express.json` would parse it, and the signature
// would not match. If the application uses both, this route must come first.

import express from "express";
import process from "node:process";
import { LARGEST, receive } from "./receiver.js";

const app = express();

app
  .route("/")
  .post(express.raw({ type: () => true, limit: LARGEST }), (request, response) => {
    // Express leaves out a body that is empty, and so may the call.
    const { status, text } = receive(request.body, request);
    response.status(status).type("text").send(text);
  })
  .all((_request, response) => {
    response.set("allow", "POST").sendStatus(405);
  });

// Express itself would answer with the error's stack.
app.use((error, _request, response, _next) => {
  response.sendStatus(error.status ?? 500);
});

const server = app.listen(process.env.PORT ?? 3000, () => {
  console.log(`listening on ${server.address().port}`);
});
