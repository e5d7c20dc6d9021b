// Tests a person's way through each example integration of the repository, in Chromium: from the
// ticket's page through the sandbox to the verified return, while the example's receiver accepts
// the webhook.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { EXAMPLES, freePort, template } from "./examples.js";
import { jpegWithGps, launch, open, serve } from "./service.js";

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

/** The faults of a return, which every integration must refuse. */
const FAULTS = ["return_forged", "return_expired", "return_doubled", "return_other_ticket"];

for (const [name, example] of Object.entries(EXAMPLES)) {
  describe(name, () => {
    let sandbox, ticket, page, context, problems;
    const stops = [];
    before(async () => {
      const [port, receiverPort] = [await freePort(), await freePort()];
      const app = `http://localhost:${port}`;
      ticket = `${app}/tickets/ticket-456`;
      sandbox = await serve("--redirect", template(app), "--webhook", `http://localhost:${receiverPort}${example.path}`);
      stops.push(() => sandbox.close());
      const env = { ...sandbox.env, VISIONO_LINK: `${sandbox.origin}/s/damage-report` };
      stops.push(await example.app(port, env));
      stops.push(await example.receiver(receiverPort, env));
      ({ context, page, problems } = await open(browser));
      stops.push(() => context.close());
    });
    after(async () => {
      for (const stop of stops.reverse()) await stop();
    });

    it("verifies the return of a JPEG with GPS, and accepts the webhook", async () => {
      await page.goto(ticket);
      await page.getByRole("button", { name: "Send photos" }).click();
      await page.getByRole("heading", { name: "Damage report" }).waitFor();
      assert.equal(await page.locator(".subject strong").textContent(), example.uniqueValue);
      const buffer = await jpegWithGps(page);
      const files = ["front.jpg", "side.jpg"].map((file) => ({ name: file, mimeType: "image/jpeg", buffer }));
      await page.getByRole("region", { name: "Front view" }).getByLabel("Choose photos").setInputFiles(files);
      await page.getByText("2 photos", { exact: true }).waitFor();
      await page.getByRole("button", { name: "Send photos" }).click();
      await page.waitForURL(ticket);

      const { entries } = await sandbox.api("GET", "/sandbox/timeline?ticket=ticket-456");
      const { visit } = await sandbox.api("GET", `/sandbox/timeline/${entries.find(({ kind }) => kind === "return").id}`);
      assert.deepEqual(visit.photos.map(({ exif }) => exif.gps), [[45.464167, 9.19], [45.464167, 9.19]]);
      const shown = [await page.title(), await page.locator("body").innerText()];
      assert.deepEqual(shown, example.shows(visit.submission));

      const { deliveries } = await sandbox.api("GET", "/sandbox/deliveries?ticket=ticket-456");
      const [delivery] = await sandbox.settled(deliveries.map(({ id }) => id));
      assert.equal(delivery.event, "submission.created");
      assert.deepEqual(delivery.attempts.map(({ answer }) => answer.status), [204]);
      assert.equal(JSON.parse(delivery.body).data.permanent_link_submission.id, visit.submission.id);
      assert.deepEqual(problems, []);
    });

    it("refuses every faulty return", async () => {
      const before = await textOf(ticket);
      for (const kind of FAULTS) {
        await sandbox.api("POST", "/sandbox/faults", { kind, remaining: 1 });
        const fields = { unique_value: example.uniqueValue, source: "zendesk", reference: "ticket-456" };
        const { return_url: url } = await sandbox.api("POST", "/sandbox/submissions", fields);
        // The other ticket's return arrives at this ticket's address.
        const here = url.replace("/ticket-456-other/", "/ticket-456/");
        const response = await page.goto(here);
        assert.equal(response.status(), 400, kind);
        assert.equal(page.url(), here, kind);
        assert.equal(await textOf(ticket), before, kind);
      }
    });

    async function textOf(url) {
      await page.goto(url);
      return page.locator("body").innerText();
    }

    it("refuses webhooks that are not genuine, and accepts a duplicate", async () => {
      for (const [kind, statuses] of [
        ["tamper_body", [401]],
        ["tamper_header", [401]],
        ["wrong_secret", [401]],
        ["stale_timestamp", [401]],
        ["wrong_header_style", [204]],
        ["duplicate", [204, 204]],
      ]) {
        const fault = kind === "stale_timestamp" ? { kind, seconds: 14400 } : { kind };
        await sandbox.api("POST", "/sandbox/faults", { ...fault, remaining: 1 });
        const { deliveries } = await sandbox.api("POST", "/sandbox/events", { event: "photo_request.submitted", reference: kind });
        const sent = await sandbox.settled(deliveries);
        const found = sent.flatMap(({ attempts }) => attempts.map(({ answer }) => answer.status));
        assert.deepEqual(found, statuses, kind);
      }
    });
  });
}
