// Validates the document with @seriousme/openapi-schema-validator.

import { readFileSync } from "node:fs";
import process from "node:process";
import { Validator } from "@seriousme/openapi-schema-validator";

const validator = new Validator();
const document = JSON.parse(readFileSync("document.json", "utf8"));
const { valid, errors } = await validator.validate(document);
console.log(valid ? `valid ${validator.version}` : JSON.stringify(errors, null, 2));
process.exit(valid ? 0 : 1);
