// The reading of large integers, whose source `JSON.parse` doesn't pass in Node 20.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as visiono from "visiono-workflow/webhook";
import { readBodies } from "./json.js";

describe("a body with large integers", () => {
  it("is read as a slow reader reads it", () => {
    const { failures, bigints } = readBodies(visiono, 5000);
    assert.deepEqual(failures, []);
    assert.ok(bigints > 1000, `${bigints} bodies had a bigint`);
  });

  it("may be as large as the service sends", () => {
    const webhook = new visiono.Webhook("whsec_0123456789abcdef");
    const many = (piece) => piece.repeat(Math.floor((2 ** 20 - 100) / piece.length));
    const large = {
      letters: `"${many("a")}"`,
      escapes: `"${many("\\\\")}"`,
      quotes: `"${many('\\"')}"`,
      digits: `"${many("9")}"`,
      numbers: `${many("9007199254740993,")}0`,
      strings: `${many('"9007199254740993",')}0`,
    };
    for (const [name, items] of Object.entries(large)) {
      const body = `{"event":"x","data":[${items},9007199254740993]}`;
      const delivery = webhook.receive(body, { "x-visiono-signature": webhook.sign(body) });
      assert.equal(delivery.data.at(-1), 9007199254740993n, name);
    }
  });
});
