// Splits a URL into parts to color. It decides nothing: the library reads the message itself.

import { FIELDS } from "./tables.js";

/** The maximum number of parameters and segments that are shown. */
const MOST = 200;

/** Decodes a part of a query like a browser. An invalid byte becomes U+FFFD. */
export const decodeQuery = (text) => new URLSearchParams(`v=${text.replaceAll("&", "%26")}`).get("v");
const decodePath = (text) => decodeQuery(text.replaceAll("+", "%2B"));

/** Splits a text at a separator, which becomes a part of its own. */
function cut(text, separator) {
  const parts = text.split(separator, MOST);
  const length = parts.join(separator).length;
  return length < text.length ? [...parts, text.slice(length + 1)] : parts;
}

/** Splits a URL into its path, its query and its fragment. */
function sections(text) {
  const [, before, query, fragment] = /^([^?#]*)(\?[^#]*)?(#[^]*)?$/.exec(text);
  const isQuery = query === undefined && /^[^/]*=/.test(text);
  if (isQuery) return { origin: "", path: "", query: text, fragment: "", mark: "" };
  const [origin] = /^\w+:\/\/[^/]*/.exec(before) ?? [""];
  const path = before.slice(origin.length);
  return { origin, path, query: query?.slice(1) ?? "", mark: query === undefined ? "" : "?", fragment: fragment ?? "" };
}

const PLACEHOLDER = /\{(\w+)\}/;

/** Returns the field of each parameter and of each path segment. */
function names(kind, template) {
  const fields = FIELDS[kind];
  const long = (text) => fields.find(({ long }) => long === PLACEHOLDER.exec(text)?.[1]);
  const { path, query, fragment } = sections(template ?? "");
  const inQuery = new Map(
    cut(query, "&").map((piece) => {
      const [name, value] = atFirst(piece, "=");
      return [decodeQuery(name), long(value)];
    }),
  );
  const hasPlaceholder = PLACEHOLDER.test(path + query + fragment);
  const short = (name) => fields.find(({ short }) => short === name);
  return {
    ofParameter: (name) => (hasPlaceholder ? inQuery.get(name) : short(name)),
    ofSegment: cut(path, "/").map(long),
  };
}

function atFirst(text, separator) {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + separator.length)];
}

/**
 * Returns the parts of a URL, each with its text and kind. A part with a value also has its name,
 * its decoded value and, if known, its field.
 */
export function split(kind, text, template) {
  const { origin, path, mark, query, fragment } = sections(text);
  const { ofParameter, ofSegment } = names(kind, template);
  const parts = [];
  const add = (text, role, more) => text !== "" && parts.push({ text, role, ...more });
  add(origin, "origin");
  for (const [index, segment] of cut(path, "/").entries()) {
    add(index ? "/" : "", "mark");
    const field = ofSegment[index];
    add(segment, field ? "value" : "path", field && { name: "path", value: decodePath(segment), field });
  }
  add(mark, "mark");
  for (const [index, piece] of cut(query, "&").entries()) {
    add(index ? "&" : "", "mark");
    const [rawName, rawValue] = atFirst(piece, "=");
    const name = decodeQuery(rawName);
    const field = ofParameter(name);
    add(piece, field ? "value" : "other", { name, value: decodeQuery(rawValue), field });
  }
  add(fragment, "fragment");
  return parts;
}
