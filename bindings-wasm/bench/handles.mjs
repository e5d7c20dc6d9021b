// Loads the package. Prints the memory that each of some handles takes, if there are any.

import { Workflow } from "../../target/npm/package/node.js";

const count = Number(process.argv[2]);
if (count > 0) {
  const handles = [];
  const before = process.memoryUsage.rss();
  for (let number = 0; number < count; number++) {
    handles.push(new Workflow("0123456789abcdef0123456789abcdef"));
  }
  const taken = process.memoryUsage.rss() - before;
  console.log(`Node ${process.version}: ${Math.round(taken / handles.length)} bytes`);
}
