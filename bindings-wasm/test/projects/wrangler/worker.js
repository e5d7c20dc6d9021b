import * as visiono from "visiono-workflow";
import { runVectors } from "./vectors.js";

export default {
  async fetch(request) {
    return Response.json(runVectors(visiono, await request.json()));
  },
};
