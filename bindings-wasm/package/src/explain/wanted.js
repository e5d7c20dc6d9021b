/** Returns true for any name: a signature may be under a wrong one. */
export const isWanted = (name) => typeof name === "string";
