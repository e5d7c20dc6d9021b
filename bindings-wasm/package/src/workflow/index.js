export { WorkflowError } from "../error.js";
export { RedirectTemplate } from "./template.js";
export { Workflow, WorkflowSecret } from "./workflow.js";
