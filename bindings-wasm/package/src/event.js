// Reads the events of AWS Lambda and Netlify.

import { isObject, own } from "./arguments.js";
import { query } from "./query.js";

/** Returns the URL of an event; undefined for another object. */
export function eventUrl(event) {
  // No query has a boolean, so its names can't make it an event.
  if (typeof own(event, "isBase64Encoded") !== "boolean") {
    return undefined;
  }
  const rawUrl = own(event, "rawUrl");
  if (typeof rawUrl === "string") {
    return rawUrl;
  }
  const raw = own(event, "rawQueryString");
  if (typeof raw === "string") {
    return join(own(event, "rawPath"), raw);
  }
  const context = Object(own(event, "requestContext"));
  const parameters =
    own(event, "multiValueQueryStringParameters") ?? own(event, "queryStringParameters") ?? {};
  // A load balancer doesn't decode names and values.
  const written = isObject(own(context, "elb")) ? String : undefined;
  return join(own(context, "path") ?? own(event, "path"), query(Object.entries(parameters), written));
}

/** Joins a path and a query. An HTTP API decodes the path, so it may have any character. */
function join(path, query) {
  return `${String(path).replace(/[?#]|%(?![\da-f]{2})/gi, encodeURIComponent)}?${query}`;
}
