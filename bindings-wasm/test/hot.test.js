// Calls that are made so often that the engine compiles them, one operation in a thread of its own,
// so that the compiled code knows of no other. A compiler's bug once crashed one of them.

import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, it } from "node:test";
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";
import { fileURLToPath } from "node:url";
import { RedirectTemplate, Workflow } from "visiono-workflow";
import { Webhook } from "visiono-workflow/webhook";

const CALLS = 50_000;
const SECRET = "0123456789abcdef0123456789abcdef";
const now = 1705500000;
const RETURN = { submissionId: "a", uniqueValue: "é".repeat(40), reference: "c", photoCount: 1, timestamp: now };
const BODY = '{"event":"photo_request.expired","data":{"photo_request":{"id":"pr_1"}}}';
const URL_TEXT = "https://a.example/{reference}?a={signature}";

/** For each operation, what is called over and over. */
const OPERATIONS = {
  signLink() {
    const workflow = new Workflow(SECRET);
    const fields = { slug: "a", uniqueValue: "a", source: "b", reference: "c", timestamp: now };
    return () => workflow.signLink(fields);
  },
  verifyLink() {
    const workflow = new Workflow(SECRET);
    const url = workflow.signLink({ slug: "a", uniqueValue: "a", source: "b", reference: "c", timestamp: now });
    return () => workflow.verifyLink(url, { now, expect: { reference: "c", timestamp: now } });
  },
  signReturn() {
    const workflow = new Workflow(SECRET);
    return () => workflow.signReturn(URL_TEXT, RETURN);
  },
  verifyReturn() {
    const workflow = new Workflow(SECRET);
    const url = workflow.signReturn("https://a.example/", RETURN);
    return () => workflow.verifyReturn(url, { now, expect: { photoCount: 1 } });
  },
  expand() {
    const template = new RedirectTemplate(URL_TEXT);
    return () => template.expand({ ...RETURN, signature: "0".repeat(64) });
  },
  receive() {
    const webhook = new Webhook(SECRET);
    const body = new TextEncoder().encode(BODY);
    const headers = { "content-type": "application/json", "x-visiono-signature": webhook.sign(BODY) };
    return () => webhook.receive(body, headers);
  },
  verify() {
    const webhook = new Webhook(SECRET);
    const header = webhook.sign(BODY);
    return () => webhook.verify(BODY, header);
  },
  sign() {
    const webhook = new Webhook(SECRET);
    return () => webhook.sign(BODY);
  },
  testDelivery() {
    const webhook = new Webhook(SECRET);
    return () => webhook.testDelivery("submission.created", { now, timestamp: true });
  },
  constructor: () => () => new Workflow(SECRET).free(),
};

if (isMainThread) {
  describe("a call that is compiled", () => {
    for (const operation of Object.keys(OPERATIONS)) {
      it(`${operation} returns the same`, async () => {
        const worker = new Worker(fileURLToPath(import.meta.url), { workerData: operation });
        const [different] = await once(worker, "message");
        assert.equal(different, 0);
      });
    }
  });
} else {
  const call = OPERATIONS[workerData]();
  const wanted = JSON.stringify(call());
  let different = 0;
  for (let calls = 0; calls < CALLS; calls++) {
    different += JSON.stringify(call()) !== wanted;
  }
  parentPort.postMessage(different);
}
