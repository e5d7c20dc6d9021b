/** The lengths of the names that the core looks for: 12, 18 and 19, as bits. */
const LENGTHS = (1 << 12) | (1 << 18) | (1 << 19);

/**
 * Returns false for most names that the core doesn't look for: they begin with another letter than
 * X, or H of HTTP_X, or have another length.
 */
export function isWanted(name) {
  if (typeof name !== "string") {
    return false;
  }
  const first = name.charCodeAt(0) | 0x20;
  // A shift takes the length modulo 32. The core refuses what passes in addition.
  const wanted = LENGTHS >> (first === 0x68 ? name.length - 5 : name.length);
  return (first === 0x78 || first === 0x68) && (wanted & 1) === 1;
}
