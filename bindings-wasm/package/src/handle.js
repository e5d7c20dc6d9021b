import { call, invoke } from "./call.js";
import { invalidArgument, wrongType } from "./error.js";

// Cloudflare Workers of before May 2025 have none.
const registry = globalThis.FinalizationRegistry
  ? new FinalizationRegistry(({ pointer, free }) => call(free, pointer))
  : undefined;

/** What `using` calls, also where it is compiled for engines that don't have it. */
const dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");

let access;

/** Keeps a pointer into the module from being used after it was freed. */
export class Handle {
  #pointer;
  #free;

  static {
    access = {
      is: (object, free) => #free in Object(object) && object.#free === free,
      pointer: (object) => object.#pointer,
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
      call(this.#free, pointer);
    }
  }

  [dispose]() {
    this.free();
  }
}

/** Returns whether an object is of the class that this function frees. */
export const isHandle = (object, free) => access.is(object, free);

/** Calls an operation of an object, of the class that `free` frees, and of another. */
export function method(object, free, operation, given, other) {
  if (!isHandle(object, free)) {
    throw wrongType("this", "an object of the class");
  }
  return invoke(
    operation,
    given,
    () => pointer(object),
    () => (other === undefined ? 0 : pointer(other)),
  );
}

function pointer(object) {
  const pointer = access.pointer(object);
  if (pointer === 0) {
    throw invalidArgument("this object was freed: make a new one");
  }
  return pointer;
}
