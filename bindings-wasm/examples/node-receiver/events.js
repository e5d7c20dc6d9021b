// Answers those who poll for the events of a request:
// GET /events?request_id=pr_123&after=1767225600 with the header `authorization: Bearer …`.

import { createHash, timingSafeEqual } from "node:crypto";
import process from "node:process";
import { InboxError } from "visiono-workflow/inbox";
import { inbox } from "./inbox.js";

const hash = (text) => createHash("sha256").update(text).digest();
const { POLL_TOKEN } = process.env;
delete process.env.POLL_TOKEN;

/** Your application's login belongs here. Without a token, nobody may read events. */
function isAllowed({ authorization = "" }) {
  return Boolean(POLL_TOKEN) && timingSafeEqual(hash(authorization), hash(`Bearer ${POLL_TOKEN}`));
}

/** Returns a status and a text. `url` is a path and a query. */
export async function events(url, headers) {
  if (!isAllowed(headers)) {
    return { status: 401, text: "" };
  }
  const query = new URLSearchParams(url.split("?")[1]);
  try {
    // By the ID and the time: an ID alone would find the events of an earlier request again.
    const found = await inbox.events(query.get("request_id") ?? "", {
      after: Number(query.get("after") ?? 0),
    });
    return { status: 200, text: JSON.stringify({ events: found }) };
  } catch (error) {
    if (!(error instanceof InboxError)) {
      throw error;
    }
    console.warn(error.code, error.message);
    return { status: error.code === "invalid_argument" ? 400 : 503, text: "" };
  }
}
