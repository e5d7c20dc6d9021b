// Has to compile, and what is marked as an error has to be one.

import {
  type Code,
  type Input,
  RedirectTemplate,
  type ReturnField,
  type VerifiedLink,
  type VerifiedReturn,
  Workflow,
  WorkflowError,
  WorkflowSecret,
} from "visiono-workflow";
import {
  type Cause,
  type Diagnosis,
  type ExplainReturnOptions,
  type Relation,
  explain,
  WorkflowError as ExplainError,
} from "visiono-workflow/explain";
import {
  type Body,
  type Delivery,
  type DeliveryRecord,
  type DocumentedEvent,
  type EventData,
  type Headers as WebhookHeaders,
  type TestDelivery,
  type VerifiedWebhook,
  Webhook,
  WorkflowError as WebhookError,
  WebhookSecret,
} from "visiono-workflow/webhook";

using workflow = new Workflow(["a secret of 16 bytes", "and another one, too"], {
  maxAge: 600,
  leeway: 5n,
});

const fields = { uniqueValue: "ABC123", source: "zendesk", reference: "ticket-456" };
const link: string = workflow.signLink({ ...fields, slug: "damage-report" });
workflow.signLink({ ...fields, link: new URL("https://a.example/"), timestamp: new Date() });
workflow.signLink({ ...fields, link: "https://a.example/", timestamp: 1705500000n });
// @ts-expect-error: neither a slug nor a link
workflow.signLink(fields);
// @ts-expect-error: both
workflow.signLink({ ...fields, slug: "a", link: "https://a.example/" });
// @ts-expect-error: a field is missing
workflow.signLink({ slug: "a", uniqueValue: "ABC123", source: "zendesk" });

const inputs: Input[] = [
  link,
  new URL(link),
  new Request(link),
  new URL(link).searchParams,
  { uv: "ABC123", src: undefined, utm: ["a", "b"], other: { nested: 5 } },
  new Map([["uv", "ABC123"]]),
  [["uv", ["ABC123"]]],
];
declare const next: { readonly nextUrl: { readonly href: string; readonly pathname: string } };
inputs.push(next.nextUrl);
// @ts-expect-error: not a message
inputs.push(null);
// @ts-expect-error: not a message
inputs.push(5);

const verified: VerifiedLink = workflow.verifyLink(link, { expect: { source: "zendesk" } });
verified.timestamp.toFixed();
// @ts-expect-error: it can't be changed
verified.timestamp = 0;
// @ts-expect-error: a link has no photos
workflow.verifyLink(link, { expect: { photoCount: 5 } });
declare const ticket: string | undefined;

using template = new RedirectTemplate("https://a.example/{reference}?sig={signature}");
const missing: readonly ReturnField[] = template.missing;
const done: VerifiedReturn = workflow.verifyReturn(new URL(link), {
  template,
  now: new Date(),
  expect: { photoCount: 5n, reference: "ticket-456" },
});
const url: string = template.expand({ ...done, signature: "" });
workflow.signReturn("https://a.example/", { ...done, photoCount: 5 });
workflow.signReturn(template, done);
workflow.verifyReturn(next.nextUrl, { template: "https://a.example/{reference}?sig={signature}" });
template.checkExtractable();
const placeholders: readonly ReturnField[] = template.placeholders;

try {
  workflow.free();
} catch (error) {
  if (error instanceof WorkflowError) {
    const code: Code = error.code;
    const names: readonly string[] = error.parameters;
    const by: number = error.number + (error.seconds ?? 0) + (error.position ?? 0);
    const isRefusal: boolean = error.isRefusal;
    console.log(code === "expired", names, by, missing, url, isRefusal, placeholders);
    // @ts-expect-error: not a code
    console.log(code === "expiry");
  }
}
// @ts-expect-error: only the library makes one
new WorkflowError();

const linkSecret = new WorkflowSecret("a secret of 16 bytes");
const webhookSecret = new WebhookSecret("a secret of 16 bytes");
new Workflow(linkSecret);
new Workflow([linkSecret, "and another one, too"]);
new Workflow([linkSecret, ticket, null]);
// @ts-expect-error: the first one must be there
new Workflow([ticket, linkSecret]);
// @ts-expect-error: a webhook's secret
new Workflow(webhookSecret);
// @ts-expect-error: it is not text
const text: string = linkSecret;
console.log(text);

using webhook = new Webhook([webhookSecret, "and another one, too"], {
  maxAge: 86400n,
  leeway: 5,
  requireTimestamp: true,
});
// @ts-expect-error: a secret of links
new Webhook([linkSecret]);
// @ts-expect-error: not an option
new Webhook(webhookSecret, { fresh: true });

const bodies: Body[] = ["{}", new Uint8Array(2), new ArrayBuffer(2), new DataView(new ArrayBuffer(2))];
bodies.push(undefined, null);
// @ts-expect-error: a parsed body
bodies.push({ event: "photo_request.expired" });
const request = new Request("https://a.example/", { method: "POST", body: "{}" });
const headers: WebhookHeaders[] = [
  request,
  request.headers,
  { "x-visiono-signature": "sha256=", "set-cookie": ["a", "b"], other: undefined },
  new Map([["x-visiono-signature", "sha256="]]),
  [["x-visiono-signature", "sha256="]],
  { headers: { "x-visiono-signature": "sha256=" } },
];
// @ts-expect-error: a number
headers.push({ "x-visiono-signature": 5 });
// @ts-expect-error: none
headers.push(undefined);
// @ts-expect-error: the raw body isn't that of a request
webhook.receive(request, request);

const delivery: Delivery = webhook.receive(new Uint8Array(2), request, { now: new Date() });
if (delivery.event === "submission.created") {
  const matches: boolean | undefined = delivery.link?.matches(done);
  const id: string | null | undefined = delivery.link?.submissionId;
  console.log(matches, id);
}
const documented: DocumentedEvent[] = ["photo_request.submitted"];
console.log(documented.some((event) => event === delivery.event), delivery.event.toUpperCase());
// @ts-expect-error: not documented
documented.push("coffee.ready");
// @ts-expect-error: it may not be known
delivery.eventTime.toFixed();
const data: EventData | null = delivery.data;
const count: number | bigint | null | undefined = data?.photo_request?.submissions_count;
// @ts-expect-error: it may be large
const small: number | null | undefined = data?.photo_request?.submissions_count;
const stored: string = JSON.stringify(delivery) + delivery.rawBody;
const record: DeliveryRecord = delivery.toJSON();
console.log(small, stored, record.rawBody, record.dedupKey, record.link?.reference);
// @ts-expect-error: the record has it in its raw form only
console.log(record.body);
const other: unknown = data?.photos?.[0]?.metadata?.gps_lat ?? data?.something_else;
console.log(count, other, delivery.body.event.length);
const { secretIndex, dedupKey }: VerifiedWebhook = webhook.verify("{}", request.headers.get("a"));
const header: string = webhook.sign("{}");
console.log(secretIndex, dedupKey, header, new Error() instanceof WebhookError);
const test: TestDelivery = webhook.testDelivery("submission.created", {
  id: "d-1",
  reference: "ticket-456",
  style: "developer",
  timestamp: false,
  now: new Date(),
});
new Request("https://a.example/", { method: "POST", headers: test.headers, body: test.body });
// @ts-expect-error: not documented
webhook.testDelivery("coffee.ready");

const relation: Relation = "rotated";
const explained: Diagnosis = explain("link", new URL(link), {
  secrets: ["a secret of 16 bytes", undefined],
  others: [{ secret: "and another one, too", relation }],
  now: new Date(),
  expect: { source: "zendesk" },
  maxBytes: 5n,
  onProgress: (tried, total) => tried < total / 2,
});
const causes: readonly Cause[] = explained.causes;
const marked: string[] | undefined = explained.signedText?.used?.marks.map(([start, end]) =>
  link.slice(start, end),
);
console.log(causes[0]?.fix.javascript, marked, explained.verdict === "valid", ExplainError.name);
const how: ExplainReturnOptions = { secrets: ticket, template: "https://a.example/", otherTemplates: [] };
explain("return", { sub: "pls_1" }, how).bound?.length;
explain("webhook", "{}", { secrets: "a", headers: request, requireTimestamp: true, endpoint: link });
explain("webhook", { rawBody: "{}", headers: {} }, { secrets: "a", computed: "" });
// @ts-expect-error: a body alone has no headers
explain("webhook", "{}", { secrets: "a" });
// @ts-expect-error: not a kind
explain("event", link, { secrets: "a" });
// @ts-expect-error: a link has no template
explain("link", link, { secrets: "a", template: "https://a.example/" });
// @ts-expect-error: no secrets
explain("link", link, {});
// @ts-expect-error: a secret of another entry is an object that has no text here
explain("link", link, { secrets: linkSecret });
// @ts-expect-error: it has no verified fields
console.log(explained.reference);
