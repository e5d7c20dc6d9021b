// Runs the vectors from standard input, as an application in CommonJS.

const { readFileSync } = require("node:fs");
const workflow = require("visiono-workflow");
const webhook = require("visiono-workflow/webhook");

const files = JSON.parse(readFileSync(0, "utf8"));
import("../vectors.js").then(({ runVectors }) => {
  process.stdout.write(JSON.stringify(runVectors({ ...workflow, ...webhook }, files)));
});
