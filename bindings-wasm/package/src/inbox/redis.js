import { invalid } from "./error.js";
import { PREFIX, scriptedStore } from "./scripted.js";

/** Keeps an inbox in Redis, through node-redis. */
export function redisStore(client, prefix = PREFIX) {
  if (typeof client?.evalSha !== "function") {
    throw invalid("redisStore wants a client of redis (node-redis); for ioredis there is ioredisStore");
  }
  const options = (key, given) => ({ keys: [key], arguments: given });
  return scriptedStore(
    {
      evaluate: (script, key, given) => client.eval(script, options(key, given)),
      evaluateSha: (sha, key, given) => client.evalSha(sha, options(key, given)),
    },
    prefix,
  );
}
