import * as workflow from "visiono-workflow";
import * as webhook from "visiono-workflow/webhook";
import { runVectors } from "../../vectors.js";

const files = await (await fetch("/vectors.json")).json();
globalThis.result = runVectors({ ...workflow, ...webhook }, files);
