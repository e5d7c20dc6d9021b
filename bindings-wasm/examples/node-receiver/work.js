import { logged } from "./log.js";

/** Works on an event: put your own here. Visiono has its answer by now. */
export async function work({ event, link, dedupKey }) {
  console.log(logged({ event, reference: link?.reference, dedupKey }));
}
