// Shows the subject of an entry: the exact bytes, the answers, the diagnosis.

import { attempt, request } from "./api.js";
import { showDiagnosis } from "./diagnosis.js";
import { bdi, block, copyButton, exact, h, moment } from "./dom.js";

const head = (headers) => headers.map(([name, value]) => `${name}: ${value}\n`).join("");

function facts(pairs) {
  return h(
    "dl",
    {},
    pairs.filter(([, value]) => value != null && value !== "").map(([name, value]) =>
      h("div", {}, h("dt", {}, name), h("dd", {}, value instanceof Node ? value : bdi(String(value)))),
    ),
  );
}

function answered({ answer }) {
  if (answer.answer === "failure") return bdi(answer.error);
  return h("strong", {}, String(answer.status));
}

function attemptItem(attempt, index) {
  const { answer } = attempt;
  return h(
    "li",
    {},
    h("p", {}, `Attempt ${index + 1}, ${moment(attempt.at)}: `, answered(attempt), `, ${attempt.milliseconds} ms`),
    answer.answer === "response" &&
      block(`Answer to attempt ${index + 1}`, `${head(answer.headers)}\n${answer.body}`),
  );
}

/** Returns the elements of a delivery. */
export function showDelivery(delivery) {
  const { url, headers, body, padding, attempts } = delivery;
  return [
    facts([
      ["Event", delivery.event],
      ["State", delivery.status],
      ["Next attempt", delivery.due && moment(delivery.due)],
      ["Faults", delivery.faults.map(({ kind }) => kind).join(", ")],
      ["Duplicate of", delivery.duplicate_of],
      ["Resend of", delivery.resend_of],
      ["Delivery", delivery.id],
    ]),
    h("h3", {}, "Request"),
    block("Request", `POST ${url}\n${head(headers)}\n`, h("span", { class: "body" }, exact(body))),
    padding > 0 && h("p", { class: "quiet" }, `${padding} spaces follow the body. They are signed and sent too.`),
    h(
      "p",
      { class: "actions" },
      h(
        "button",
        {
          type: "button",
          onclick: () => attempt(() => request("POST", `/sandbox/deliveries/${delivery.id}/resend`)),
        },
        "Resend",
      ),
      " ",
      copyButton(body),
    ),
    attempts.length > 0 && [
      h("h3", {}, "Answers"),
      h("ol", { class: "attempts", role: "list" }, attempts.map(attemptItem)),
    ],
  ].flat().filter(Boolean);
}

function photo({ name, note, size, mime, item, exif, url }) {
  return h(
    "li",
    { class: "picture" },
    h("img", { src: url, alt: name, width: 96, height: 96, loading: "lazy" }),
    h(
      "div",
      {},
      h("p", { class: "name" }, bdi(name)),
      note && h("p", {}, bdi(note)),
      h("p", { class: "quiet" }, [item, `${size} bytes`, mime].filter(Boolean).join(" · ")),
      exif.gps && h("p", { class: "quiet" }, `GPS ${exif.gps.join(", ")}`),
      exif.captured_at && h("p", { class: "quiet" }, `Taken `, bdi(exif.captured_at)),
    ),
  );
}

function showVisit({ id, target, outcome, photos, submission }) {
  return [
    facts([
      ["Unique value", outcome.unique_value ?? submission?.unique_value],
      ["Full name", submission?.full_name],
      ["Source", outcome.source],
      ["Ticket", outcome.reference],
      ["Refused", outcome.code && `${outcome.code}: ${outcome.message}`],
      ["Submission", submission?.id],
      ["Visit", id],
    ]),
    h("h3", {}, "Link"),
    block("Link", `GET ${target}`),
    photos.length > 0 && [h("h3", {}, "Photos"), h("ul", { class: "pictures", role: "list" }, photos.map(photo))],
    submission?.returns.length > 0 && [
      h("h3", {}, "Returns"),
      submission.returns.map((back) => [
        h("p", {}, moment(back.at), back.fault && `, with the fault ${back.fault.kind}`),
        block("Return", back.url),
        h("p", { class: "actions" }, copyButton(back.url)),
      ]),
    ],
  ].flat(3).filter(Boolean);
}

function showRequest(request) {
  const { metadata, items } = request;
  return [
    facts([
      ["Instructions", request.instructions],
      ["Status", request.status],
      ["Code", `${request.unique_code}, ${request.numeric_code}`],
      ["Recipient", request.recipient_email],
      ["Notes", request.internal_notes],
      ["Created", moment(request.created)],
      ["Expires", request.expires && moment(request.expires)],
      ["Items", items.map(({ title, required }) => (required ? `${title} (required)` : title)).join(", ")],
      ["Page", h("a", { href: request.url, target: "_blank", rel: "noopener" }, request.url)],
      ["Request", request.id],
    ]),
    Object.keys(metadata).length > 0 && h("h3", {}, "Metadata"),
    Object.keys(metadata).length > 0 && block("Metadata", JSON.stringify(metadata, null, 2)),
  ].filter(Boolean);
}

/** Returns the elements of the answer to `GET /sandbox/timeline/{id}`. */
export function showEntry({ entry, visit, delivery, request, diagnosis }) {
  const known = visit ? showVisit(visit) : delivery ? showDelivery(delivery) : request ? showRequest(request) : [];
  if (entry.kind === "link") {
    known.push(h("p", {}, h("a", { href: entry.subject, target: "_blank", rel: "noopener" }, bdi(entry.subject))));
  } else if (known.length === 0) {
    known.push(h("p", { class: "quiet" }, moment(entry.at), " ", bdi(entry.subject)));
  }
  if (!diagnosis) return known;
  const title = `Checks of the ${delivery ? "webhook" : entry.kind === "return" ? "return" : "link"}`;
  return [...known, h("h3", {}, title), ...showDiagnosis(diagnosis).filter(Boolean)];
}
