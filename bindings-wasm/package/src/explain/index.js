export { WorkflowError } from "../error.js";
export { explain } from "./explain.js";
