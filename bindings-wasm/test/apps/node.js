// Runs the vectors from standard input, as an application in Node.

import { readFileSync } from "node:fs";
import * as workflow from "visiono-workflow";
import * as webhook from "visiono-workflow/webhook";
import { runVectors } from "../vectors.js";

const files = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(runVectors({ ...workflow, ...webhook }, files)));
