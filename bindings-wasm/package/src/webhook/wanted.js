/** Returns false for a name that the core doesn't look for: these begin with X or with HTTP_X. */
export function isWanted(name) {
  const first = typeof name === "string" ? name.charCodeAt(0) | 0x20 : 0;
  return first === 0x78 || first === 0x68;
}
