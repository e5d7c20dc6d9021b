// The documented JavaScript snippets, in Node. They receive parameters as the object that
// `Object.fromEntries` makes of `URLSearchParams`, and headers as from Node's HTTP server: in lower
// case, and joined by a comma if there are several. The reference of a return with a path comes
// from a router that ignores case and a final slash, and decodes last, like Express.

import { signLink, verifyRedirectSignature, verifyWebhook } from "../snippets/snippets.mjs";
import { answerAll, headersOf } from "./records.mjs";

/** Returns the query of a URL, with its question mark. */
function search(url) {
  const [before] = url.split("#", 1);
  const place = before.indexOf("?");
  return place < 0 ? "" : before.slice(place);
}

/** Returns the reference in the path. */
function route(url) {
  const [, reference] = /^\/tickets\/([^/]+)\/done\/?$/i.exec(url.split(/[?#]/)[0]) ?? [];
  try {
    return reference === undefined ? undefined : decodeURIComponent(reference);
  } catch {
    return undefined;
  }
}

function answerSnippet(record, [, secret, webhookSecret]) {
  switch (String(record[0])) {
    case "sign": {
      const [, signing, slug, uv, src, ref, ts] = record.map(String);
      return ["ok", signLink(signing, slug, uv, src, ref, Number(ts))];
    }
    case "return":
    case "routed": {
      const url = String(record[1]);
      const params = Object.fromEntries(new URLSearchParams(search(url)));
      if (String(record[0]) === "routed") {
        params.ref = route(url);
        if (params.ref === undefined) {
          return ["refused"];
        }
      }
      if (!verifyRedirectSignature(params, secret)) {
        return ["refused"];
      }
      return ["ok", params.sub, params.uv, params.ref, params.cnt, params.ts];
    }
    case "webhook": {
      const headers = {};
      for (const [name, value] of headersOf(record)) {
        const key = name.toLowerCase();
        headers[key] = key in headers ? `${headers[key]}, ${value}` : value;
      }
      const signature = headers["x-visiono-signature"];
      return verifyWebhook(record[1], signature, webhookSecret) ? ["ok"] : ["refused"];
    }
    default:
      return ["skipped"];
  }
}

answerAll((record, keys) => {
  try {
    return answerSnippet(record, keys);
  } catch (crash) {
    return [`crash: ${crash.name}`];
  }
});
