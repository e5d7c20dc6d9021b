import * as workflow from "visiono-workflow";
import * as webhook from "visiono-workflow/webhook";
import { runVectors } from "../../vectors.js";

export default {
  async fetch(request) {
    return Response.json(runVectors({ ...workflow, ...webhook }, await request.json()));
  },
};
