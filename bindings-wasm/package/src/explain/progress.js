// Calls the caller's function from the module. It may throw, or explain another message.

import { invalidArgument } from "../error.js";

/** The function of the call that is running, what it threw, and whether one is running. */
let report;
let thrown;
let isRunning = false;

/** Reports the progress. Returns 1 to stop the search. */
export function progress(tried, total) {
  try {
    return report?.(tried, total) === false ? 1 : 0;
  } catch (error) {
    // An exception that unwinds the module would leave the secrets in its memory.
    thrown = { error };
    return 1;
  }
}

/** Runs a call of the module that reports its progress, and throws what the function threw. */
export function reporting(onProgress, run) {
  if (isRunning) {
    throw invalidArgument("onProgress can't explain: return first");
  }
  report = onProgress;
  thrown = undefined;
  isRunning = true;
  try {
    const result = run();
    if (thrown !== undefined) {
      throw thrown.error;
    }
    return result;
  } finally {
    isRunning = false;
    report = undefined;
    thrown = undefined;
  }
}
