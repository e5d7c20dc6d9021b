// What an application in Node does, with the vectors from standard input.

import { readFileSync } from "node:fs";
import * as visiono from "visiono-workflow";
import { runVectors } from "./vectors.js";

const files = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(runVectors(visiono, files)));
