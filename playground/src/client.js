// Calls the library in the worker.

/* global WORKER, MODULES */

/** The reason for a missing answer: the call was cancelled. */
export const CANCELLED = Symbol("cancelled");

let compiled;
let worker;
let next = 0;
const waiting = new Map();

function start() {
  const url = URL.createObjectURL(new Blob([WORKER], { type: "text/javascript" }));
  worker = new Worker(url);
  URL.revokeObjectURL(url);
  worker.onmessage = ({ data: { id, progress, result, error, ...modules } }) => {
    // The next worker needn't compile them again.
    if (modules.compiled) return ({ compiled } = modules);
    const { resolve, reject, report } = waiting.get(id) ?? {};
    if (progress) return report?.(...progress);
    waiting.delete(id);
    if (error) reject?.(error);
    else resolve?.(result);
  };
  worker.onerror = (event) => stop({ code: "worker", message: event.message || "the worker did not start" });
  worker.postMessage(compiled ? { compiled } : { packed: MODULES });
}

/** Terminates the worker, with everything in its memory. The next call starts another one. */
export function stop(reason = CANCELLED) {
  worker?.terminate();
  worker = undefined;
  const all = [...waiting.values()];
  waiting.clear();
  for (const { reject } of all) reject(reason);
}

/** Returns the result of an operation. `report` receives its progress. */
export function call(operation, parameters, report) {
  if (!worker) start();
  const id = ++next;
  worker.postMessage([id, operation, parameters]);
  return new Promise((resolve, reject) => waiting.set(id, { resolve, reject, report }));
}
