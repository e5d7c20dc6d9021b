// Signs a link and verifies the return as in the guide, without a library.
//
//   node signing.mjs sign LINK UNIQUE_VALUE SOURCE REFERENCE
//   node signing.mjs verify URL
//
// VISIONO_WORKFLOW_SECRET has the link's secret. A real integration uses the package instead, which also
// refuses old messages, duplicate parameters and returns for another ticket.

import { createHmac, timingSafeEqual } from "node:crypto";
import process from "node:process";

function signature(...values) {
  return createHmac("sha256", process.env.VISIONO_WORKFLOW_SECRET).update(values.join("|")).digest("hex");
}

/** Returns the link with its parameters. */
function sign(link, uv, src, ref) {
  const ts = String(Math.floor(Date.now() / 1000));
  return `${link}?${new URLSearchParams({ uv, src, ref, ts, sig: signature(uv, src, ref, ts) })}`;
}

/** Returns whether the return URL has a valid signature. */
function verify(url) {
  const got = new URL(url).searchParams;
  const expected = Buffer.from(signature(...["sub", "uv", "ref", "cnt", "ts"].map((name) => got.get(name) ?? "")));
  const sig = Buffer.from(got.get("sig") ?? "");
  return sig.length === expected.length && timingSafeEqual(sig, expected) ? "valid" : "invalid";
}

const [command, ...args] = process.argv.slice(2);
console.log({ sign, verify }[command](...args));
