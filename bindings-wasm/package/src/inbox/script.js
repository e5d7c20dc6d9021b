// The operations on Redis, which all languages have in common.

// cargo xtask generate: file inbox/redis.lua
// export const SCRIPT = String.raw`{text}`;
// end generated
