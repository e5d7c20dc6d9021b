import { call } from "./crossing.js";
import { invalidArgument } from "./error.js";

/** Keeps a pointer into the module from being used after it was freed. */
export class Handle {
  #pointer;
  #free;

  constructor(pointer, free) {
    this.#pointer = pointer;
    this.#free = free;
    registry?.register(this, { pointer, free }, this);
  }

  get pointer() {
    if (this.#pointer === 0) {
      throw invalidArgument("this object was freed: make a new one");
    }
    return this.#pointer;
  }

  free() {
    const pointer = this.#pointer;
    if (pointer !== 0) {
      this.#pointer = 0;
      registry?.unregister(this);
      call(this.#free, pointer);
    }
  }
}

// Cloudflare Workers of before May 2025 have none.
const registry = globalThis.FinalizationRegistry
  ? new FinalizationRegistry(({ pointer, free }) => call(free, pointer))
  : undefined;

/** What `using` calls, also where it is compiled for engines that don't have it. */
export const dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");
