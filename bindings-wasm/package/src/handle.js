import { invalidArgument, wrongType } from "./error.js";

// Cloudflare Workers had none before May 2025.
const registry = globalThis.FinalizationRegistry
  ? new FinalizationRegistry(({ pointer, free }) => free(pointer))
  : undefined;

/** The method that `using` calls, in compiled code for older engines too. */
const dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");

/** Returns the pointer of an object, which must be of the class that this function frees. */
export let pointerOf;

/** Keeps a pointer into the module from being used after it was freed. */
export class Handle {
  #pointer;
  #free;

  static {
    pointerOf = (object, free, what = "this", wanted = "an object of the class") => {
      if (!(#free in Object(object)) || object.#free !== free) {
        throw wrongType(what, wanted);
      }
      if (object.#pointer === 0) {
        throw invalidArgument("this object was freed: make a new one");
      }
      return object.#pointer;
    };
  }

  constructor(pointer, free) {
    this.#pointer = pointer;
    this.#free = free;
    registry?.register(this, { pointer, free }, this);
  }

  free() {
    const pointer = this.#pointer;
    if (pointer !== 0) {
      this.#pointer = 0;
      registry?.unregister(this);
      this.#free(pointer);
    }
  }

  [dispose]() {
    this.free();
  }
}
