// Arguments that run code, many more of them than in the runs of the vectors.

import assert from "node:assert/strict";
import { it } from "node:test";
import * as workflow from "visiono-workflow";
import * as webhook from "visiono-workflow/webhook";
import { fuzzReentrancy } from "./reentrancy.js";

const CALLS = 5000;

it("no argument makes a call work with an object that was freed, or return something else", () => {
  const { failures, outcomes } = fuzzReentrancy({ ...workflow, ...webhook }, CALLS);
  assert.deepEqual(failures, []);
  const total = Object.values(outcomes).reduce((sum, calls) => sum + calls, 0);
  assert.equal(total, CALLS);
  for (const [end, calls] of Object.entries(outcomes)) {
    assert.ok(calls > CALLS / 100, `${calls} calls ended so: ${end}`);
  }
});
