import * as visiono from "visiono-workflow";
import { runVectors } from "./vectors.js";

const files = await (await fetch("/vectors.json")).json();
globalThis.result = runVectors(visiono, files);
