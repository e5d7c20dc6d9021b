import { invalidArgument, wrongType } from "./error.js";

// Cloudflare Workers of before May 2025 have none.
const registry = globalThis.FinalizationRegistry
  ? new FinalizationRegistry(({ pointer, free }) => free(pointer))
  : undefined;

/** The method that `using` calls, also where it is compiled for engines that don't have it. */
const dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");

/** Returns whether an object is of the class that this function frees. */
export let isHandle;
let read;

/** Keeps a pointer into the module from being used after it was freed. */
export class Handle {
  #pointer;
  #free;

  static {
    isHandle = (object, free) => #free in Object(object) && object.#free === free;
    read = (object) => object.#pointer;
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

/** Returns the pointer of an object of the class that this function frees. */
export function pointerOf(object, free) {
  if (!isHandle(object, free)) {
    throw wrongType("this", "an object of the class");
  }
  const pointer = read(object);
  if (pointer === 0) {
    throw invalidArgument("this object was freed: make a new one");
  }
  return pointer;
}
