// Uses Visiono's REST API with fetch.
//
//   node rest.mjs COMMAND ARGUMENT...
//
// VISIONO_API_KEY has the key. VISIONO_API may have the base URL of a local stand-in.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";

// ANCHOR: call
import { setTimeout as sleep } from "node:timers/promises";

const BASE = process.env.VISIONO_API ?? "https://www.visiono.io/api/v1";
const KEY = process.env.VISIONO_API_KEY;

/** An error of the API. */
class Problem extends Error {
  constructor(status, { code, message, details = {} }) {
    super(`${status} ${code}: ${message}`);
    this.details = details;
  }
}

/** Sends a request, and returns the answer. Waits if the key has sent too many. */
async function call(method, path, { body, query } = {}) {
  const url = `${BASE}${path}?${new URLSearchParams(query)}`;
  const headers = { "X-API-Key": KEY, "Content-Type": "application/json" };
  let response;
  for (let attempt = 0; attempt < 6; attempt++) {
    const options = { method, headers, body: body && JSON.stringify(body) };
    response = await fetch(url, { ...options, signal: AbortSignal.timeout(30_000) });
    if (response.status !== 429) break;
    const wait = Number(response.headers.get("Retry-After") ?? 2 ** attempt);
    console.error(`too many requests: waiting ${wait} s`);
    await sleep(1000 * wait);
  }
  if (response.status === 204) return null;
  const answer = await response.json();
  if (!response.ok) throw new Problem(response.status, answer.error);
  return answer;
}
// ANCHOR_END: call

// ANCHOR: create
/** Requests photos, and returns the message for the customer. */
async function create() {
  const body = { instructions: "Photograph the parcel from every side.", expires_in_hours: 24 };
  const { data } = await call("POST", "/photo-requests", { body });
  return `Please take your photos here: ${data.request_url}\nOr enter ${data.numeric_code} at ${data.code_entry_url}`;
}
// ANCHOR_END: create

// ANCHOR: items
/** Requests two photos, and lets Visiono send the link. */
async function createWithItems() {
  const both = ["Front of the card", "Back of the card"];
  const body = {
    instructions: "Photograph your identity card.",
    recipient_email: "customer@example.com",
    send_email: true,
    expires_in_hours: 48,
    require_gps: false,
    allow_submitter_notes: true,
    internal_notes: "Ticket 123",
    metadata: { ticket_id: "12345" },
    items: both.map((instructions) => ({ instructions, is_required: true })),
  };
  const { data } = await call("POST", "/photo-requests", { body });
  return data;
}
// ANCHOR_END: items

/** Requests two photos under the other name of items, which the page on keys uses. */
async function createWithSlots() {
  const photo_slots = ["Front", "Rear"].map((side) => ({ instructions: `${side} view`, is_required: true }));
  const body = { instructions: "Send photos of the car.", photo_slots };
  return (await call("POST", "/photo-requests", { body })).data;
}

/** Creates the requests that the guide recommends for four kinds of work. */
async function useCases() {
  const items = (...texts) => texts.map((instructions) => ({ instructions, is_required: true }));
  const requests = [
    {
      instructions: "Prove who you are.",
      expires_in_hours: 24,
      items: items("Front of the card", "Back of the card", "Yourself"),
    },
    {
      instructions: "Show us the defect.",
      expires_in_hours: 72,
      items: items("The product", "The defect", "The receipt"),
    },
  ];
  const links = [
    { instructions: "Photograph the vehicle.", unique_field_label: "Plate", require_gps: true },
    { instructions: "Photograph the rooms.", show_full_name_field: true, require_gps: true },
  ];
  const made = [];
  for (const body of requests) made.push((await call("POST", "/photo-requests", { body })).data);
  for (const body of links) made.push((await call("POST", "/smart-links", { body })).data);
  return made;
}

// ANCHOR: batch
/** Requests photos from several people, and returns each one's link. */
async function batch(...emails) {
  const requests = emails.map((to) => ({ instructions: "Photograph your meter.", recipient_email: to }));
  const { data } = await call("POST", "/photo-requests/batch", { body: { requests } });
  return Object.fromEntries(data.map((asked) => [asked.recipient_email, asked.request_url]));
}
// ANCHOR_END: batch

// ANCHOR: list
/** Returns the IDs of the requests in a period, from all pages. */
async function find(status, after, before) {
  const found = [];
  for (let page = 1, last = 1; page <= last; page++) {
    const query = { status, created_after: after, created_before: before, page, per_page: 2 };
    const { data, meta } = await call("GET", "/photo-requests", { query });
    found.push(...data.map(({ id }) => id));
    last = meta.last_page;
  }
  return found;
}
// ANCHOR_END: list

// ANCHOR: wait
/** Polls the status until it is final. */
async function wait(request) {
  let status;
  while (!["submitted", "expired", "canceled"].includes(status)) {
    if (status) await sleep(2000);
    const { data } = await call("GET", `/photo-requests/${request}`);
    if (data.status !== status) console.error(data.status);
    status = data.status;
  }
  return status;
}
// ANCHOR_END: wait

/** Cancels a request. */
async function cancel(request) {
  return (await call("DELETE", `/photo-requests/${request}`)).data.status;
}

/** Returns the item of each photo, and its size. */
async function submissions(request) {
  const { data: asked } = await call("GET", `/photo-requests/${request}`);
  const texts = new Map(asked.items.map(({ id, instructions }) => [id, instructions]));
  const { data: photos } = await call("GET", `/photo-requests/${request}/submissions`);
  return photos.map((photo) => [texts.get(photo.item_id), photo.file_size_kb]);
}

// ANCHOR: download
const kindOf = (owner) => (owner.startsWith("sl_") ? "smart-links" : "photo-requests");

/** Saves the photos of a request or a Smart Link, and returns where each was taken. */
async function download(owner, folder) {
  const told = [];
  const { data } = await call("GET", `/${kindOf(owner)}/${owner}/download-urls`);
  for (const photo of data.submissions) {
    const ending = photo.mime_type.replace("image/", "");
    for (const [name, url] of [["", photo.download_url], ["_thumb", photo.thumbnail_url]]) {
      // The URL is signed, so the key is not sent.
      const response = await fetch(url);
      if (!response.ok) throw new Error(`no photo: ${response.status}`);
      await writeFile(join(folder, `${photo.id}${name}.${ending}`), Buffer.from(await response.arrayBuffer()));
    }
    const place = photo.has_gps_data ? `${photo.gps_latitude}, ${photo.gps_longitude}` : "no position";
    told.push(`${photo.id}: ${place}`);
  }
  return told;
}
// ANCHOR_END: download

// ANCHOR: qrcode
/** Returns an element with the QR code of a request or a Smart Link. */
async function qrcode(owner) {
  const { data } = await call("GET", `/${kindOf(owner)}/${owner}/qrcode`);
  return `<img src="${data.qrcode_url}" alt="Scan this to send photos" width="200" height="200">`;
}
// ANCHOR_END: qrcode

// ANCHOR: smart-link
/** Creates a link for a fleet, finds it by its tags, and changes it. */
async function smartLink(slug) {
  const body = {
    instructions: "Photograph the vehicle.",
    custom_slug: slug,
    unique_field_label: "License plate",
    show_full_name_field: true,
    full_name_required: true,
    require_gps: true,
    tags: ["fleet", "inspection"],
    items: [
      { instructions: "Front view", is_required: true },
      { instructions: "Damage, if any", is_required: false },
    ],
  };
  const { data: made } = await call("POST", "/smart-links", { body });
  const query = { is_active: "true", tags: "fleet,inspection" };
  const { data: found } = await call("GET", "/smart-links", { query });
  const path = `/smart-links/${made.id}`;
  const change = { instructions: "Photograph the car.", tags: ["fleet"] };
  const { data: changed } = await call("PUT", path, { body: change });
  assert.deepEqual((await call("GET", path)).data, changed);
  return { made, found: found.map(({ id }) => id), changed };
}
// ANCHOR_END: smart-link

/** Returns the people who sent photos through a link, and the number of their photos. */
async function linkSubmissions(link) {
  const { data } = await call("GET", `/smart-links/${link}/submissions`);
  const names = ["unique_field_value", "external_source", "external_reference", "photo_count"];
  return data.map((one) => names.map((name) => one[name]));
}

/** Archives a link, and returns the active ones. */
async function archive(link) {
  await call("DELETE", `/smart-links/${link}`);
  const { data } = await call("GET", "/smart-links", { query: { is_active: "true" } });
  return data.map(({ id }) => id);
}

// ANCHOR: workflow
/** Creates a link in Workflow Mode. Only this answer shows its secret. */
async function workflow(slug, redirect) {
  const mode = { workflow_mode: true, workflow_redirect_url: redirect };
  const body = { instructions: "Photograph the damage.", custom_slug: slug, ...mode };
  const { data } = await call("POST", "/smart-links", { body });
  return { id: data.id, url: data.request_url, secret: data.workflow_secret };
}
// ANCHOR_END: workflow

// ANCHOR: webhook
/** Creates an endpoint for two events. Only this answer shows its secret. */
async function webhook(url) {
  const events = ["photo_submission.created", "photo_request.submitted"];
  return (await call("POST", "/webhooks", { body: { url, events } })).data;
}

/** Sends a test event to an endpoint. */
async function testWebhook(endpoint) {
  const body = { event: "photo_request.submitted" };
  return (await call("POST", `/webhooks/${endpoint}/test`, { body })).data;
}
// ANCHOR_END: webhook

/** Lists endpoints and events, then changes and deletes an endpoint. */
async function webhooks(endpoint) {
  const { data: events } = await call("GET", "/webhooks/events");
  const path = `/webhooks/${endpoint}`;
  const { data: before } = await call("GET", path);
  const { data: all } = await call("GET", "/webhooks");
  assert.ok(all.some(({ id }) => id === endpoint));
  const body = { is_active: false, events: ["photo_request.expired"] };
  const { data: changed } = await call("PATCH", path, { body });
  const gone = await call("DELETE", path);
  const { data: left } = await call("GET", "/webhooks");
  return { events: events.map(({ name }) => name), before, changed, gone, left: left.map(({ id }) => id) };
}

// ANCHOR: problems
/** Returns the messages of an error, field by field. */
async function problems() {
  const bad = { instructions: "", expires_in_hours: "soon", items: [{ is_required: true }] };
  try {
    await call("POST", "/photo-requests", { body: bad });
  } catch (error) {
    if (error instanceof Problem) return { error: error.message, details: error.details };
    throw error;
  }
}
// ANCHOR_END: problems

/** Returns the message of an error. */
const messageOf = (error) => {
  if (error instanceof Problem) return error.message;
  throw error;
};

/** Checks the key, and returns the error if it is invalid. */
const status = () => call("GET", "/status").then(({ data }) => data, messageOf);

/** Returns the error for a key that may only read. */
const writeWithoutScope = () =>
  create().catch((error) => ({ error: messageOf(error), details: error.details }));

/** Returns a request, or the error. */
const read = (request) => call("GET", `/photo-requests/${request}`).then(({ data }) => data, messageOf);

const commands = { create, createWithItems, createWithSlots, useCases, batch, find, wait, cancel, submissions };
Object.assign(commands, { download, qrcode, smartLink, linkSubmissions, archive, workflow, webhook, testWebhook, webhooks });
Object.assign(commands, { problems, status, writeWithoutScope, read });

const [command, ...args] = process.argv.slice(2);
const name = command.replaceAll(/_(.)/g, (_, letter) => letter.toUpperCase());
console.log(JSON.stringify(await commands[name](...args)));
