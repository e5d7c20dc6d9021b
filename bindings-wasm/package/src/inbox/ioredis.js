import { invalid } from "./error.js";
import { PREFIX, scriptedStore } from "./scripted.js";

/** Keeps an inbox in Redis, through ioredis. */
export function ioredisStore(client, prefix = PREFIX) {
  if (typeof client?.evalsha !== "function") {
    throw invalid("ioredisStore wants a client of ioredis; for node-redis there is redisStore");
  }
  return scriptedStore(
    {
      evaluate: (script, key, given) => client.eval(script, 1, key, ...given),
      evaluateSha: (sha, key, given) => client.evalsha(sha, 1, key, ...given),
    },
    prefix,
  );
}
