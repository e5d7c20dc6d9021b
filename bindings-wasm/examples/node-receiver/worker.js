// Processes events in a process of its own: as many as you like may run.

import { inbox } from "./inbox.js";
import { work } from "./work.js";

await inbox.run(work, { concurrency: 4 });
