// The inbox on SQLite, D1 and in a Durable Object. `npm run inbox` tests it on the other databases.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, before, it } from "node:test";
import { Miniflare } from "miniflare";
import { node22, path, wrangle } from "./files.js";

const { scenarios } = JSON.parse(readFileSync(path("../../tests/inbox/scenarios.json"), "utf8"));
const ran = { scenarios: scenarios.length, steps: scenarios.flatMap(({ steps }) => steps).length };
const errors = {
  outdated: "outdated_schema",
  accepted: ["new", "duplicate"],
  isNow: true,
  large: "new",
  counts: { waiting: 2, claimed: 0, done: 0, dead: 0 },
};

let miniflare;
const get = async (url) => {
  const response = await miniflare.dispatchFetch(url);
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return JSON.parse(text);
};

before(() => {
  miniflare = new Miniflare({
    ...wrangle(path("apps/inbox"), "worker.js"),
    compatibilityDate: "2026-04-01",
    d1Databases: ["DB"],
    durableObjects: { KEEPER: { className: "Keeper", useSQLite: true } },
  });
});
after(() => miniflare.dispose());

it("the scenarios on SQLite", () => {
  const said = execFileSync(node22, ["--no-warnings", path("inbox/run-scenarios.js"), "sqlite"]);
  assert.deepEqual(JSON.parse(said), ran);
});

it("the scenarios on D1", async () => {
  assert.deepEqual(await get("https://a.example/d1"), { ...ran, ...errors, process: "invalid_argument" });
});

it("the scenarios in a Durable Object", async () => {
  const process = [
    ...[false, true, [], true, ["pls_1"], "unavailable"],
    { waiting: 0, claimed: 0, done: 1, dead: 0 },
    // It was called, and what it wrote is undone.
    ...["invalid_argument", ["pls_1"], "invalid_argument"],
    { waiting: 0, claimed: 1, done: 1, dead: 0 },
  ];
  assert.deepEqual(await get("https://a.example/object"), { ...ran, ...errors, process });
});
