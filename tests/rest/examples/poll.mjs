// Waits for the photos of a request by polling the receiver's store of events, as in the guide.
//
//   node poll.mjs RECEIVER REQUEST CREATED_AT

import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";

const SUBMITTED = ["photo_submission.created", "photo_request.submitted"];

/** Returns the first event that reports photos of this request since its creation. */
async function poll(receiver, request, createdAt) {
  for (;;) {
    const events = await (await fetch(`${receiver}/events/${request}`)).json();
    const found = events.find(
      ({ event, timestamp, data }) =>
        SUBMITTED.includes(event) && new Date(timestamp) >= new Date(createdAt) && data.photo_request?.id === request,
    );
    if (found) return found.event;
    await sleep(2000);
  }
}

console.log(await poll(...process.argv.slice(2)));
