// Loaded as it is, without a bundler, so the package's file is named.

import * as visiono from "./node_modules/visiono-workflow/workerd.js";
import { runVectors } from "./vectors.js";

export default {
  async fetch(request) {
    return Response.json(runVectors(visiono, await request.json()));
  },
};
