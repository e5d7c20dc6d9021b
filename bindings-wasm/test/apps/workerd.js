// Loaded as it is, without a bundler, so the package's files are named.

import * as webhook from "../node_modules/visiono-workflow/webhook.workerd.js";
import * as workflow from "../node_modules/visiono-workflow/workerd.js";
import { runVectors } from "../vectors.js";

export default {
  async fetch(request) {
    return Response.json(runVectors({ ...workflow, ...webhook }, await request.json()));
  },
};
