// The decoders and routers of Node and npm. See ../README.md for the lines that are read and
// written. This file is copied next to the installed packages, where `import` finds them.

import { readFileSync } from 'node:fs';
import querystring from 'node:querystring';

import express from 'express';
import express4 from 'express4';
import fastQuerystring from 'fast-querystring';
import findMyWay from 'find-my-way';
import { Hono } from 'hono';
import { getQueryParam, getQueryParams } from 'hono/utils/url';
import qs from 'qs';
import queryString from 'query-string';

const BASE = 'https://desk.example';

// The routes in each router's syntax, with the names of their fields.
const ROUTES = {
  tickets: ['/tickets/:reference/done', ['reference']],
  page: ['/t/x-:reference.html', ['reference']],
  two: ['/r/:submission_id/:reference', ['submission_id', 'reference']],
  root: ['/:reference', ['reference']],
  slash: ['/tickets/:reference/', ['reference']],
  tenant: ['/Tenant/acme/:unique_value/:reference', ['unique_value', 'reference']],
};

/** Returns the texts in a value, at any depth. */
function texts(value, found = []) {
  if (typeof value === 'string') {
    found.push(value);
  } else if (value !== null && typeof value === 'object') {
    for (const inner of Object.values(value)) texts(inner, found);
  } else if (value !== null && value !== undefined && typeof value !== 'function') {
    found.push(String(value));
  }
  return found;
}

/** Returns the keys that lead to the text `probe`, as a developer would find a parameter. */
function keysToProbe(decoded) {
  for (const [key, value] of Object.entries(decoded)) {
    if (value === 'probe') return [key];
    if (value !== null && typeof value === 'object') {
      const inner = keysToProbe(value);
      if (inner) return [key, ...inner];
    }
  }
  return undefined;
}

/** Returns the value of `decoded[a][b]…`. */
function valueAt(decoded, keys) {
  let value = decoded;
  for (const key of keys) {
    if (value === null || typeof value !== 'object') return value;
    value = value[key];
  }
  return value;
}

/** Returns a reader for a decoder that makes an object of the whole query. */
function ofObject(decode) {
  const known = new Map();
  return (target, query, names) => {
    const decoded = decode(query);
    return names.map((name) => {
      let keys = known.get(name);
      if (keys === undefined) {
        keys = keysToProbe(decode(`${encodeURIComponent(name)}=probe`)) ?? [name];
        known.set(name, keys);
      }
      const found = texts(valueAt(decoded, keys));
      if (keys.length > 1 || keys[0] !== name) texts(decoded[name], found);
      return found;
    });
  };
}

/** Returns the URL that `new URL(request.url, base)` makes, or undefined. */
function urlOf(target) {
  try {
    return new URL(target, BASE);
  } catch {
    return undefined;
  }
}

const decoders = {
  querystring: ofObject((query) => querystring.parse(query)),
  qs: ofObject((query) => qs.parse(query)),
  'qs, allowDots': ofObject((query) => qs.parse(query, { allowDots: true })),
  'qs, delimiter /[;&]/': ofObject((query) => qs.parse(query, { delimiter: /[;&]/ })),
  'qs, as Express 4 calls it': ofObject((query) => qs.parse(query, { allowPrototypes: true })),
  URLSearchParams: (target, query, names) => {
    const decoded = new URLSearchParams(query);
    return names.map((name) => decoded.getAll(name));
  },
  'URL.searchParams': (target, query, names) => {
    const decoded = urlOf(target)?.searchParams;
    return names.map((name) => decoded?.getAll(name) ?? []);
  },
  'fast-querystring (Fastify)': ofObject((query) => fastQuerystring.parse(query)),
  'query-string': ofObject((query) => queryString.parse(query)),
  'query-string, brackets': ofObject((query) =>
    queryString.parse(query, { arrayFormat: 'bracket' }),
  ),
  'Hono query()': (target, query, names) => {
    const url = urlOf(target)?.href;
    return names.map((name) => {
      if (url === undefined) return [];
      const found = [getQueryParam(url, name), ...(getQueryParams(url, name) ?? [])];
      return found.filter((text) => text !== undefined);
    });
  },
};

/** Returns a reader for a router of Express, of either version. */
function byExpress(framework, options) {
  const routers = {};
  let found;
  for (const [name, [path]] of Object.entries(ROUTES)) {
    routers[name] = framework.Router(options);
    routers[name].get(path, (request) => {
      found = request.params;
    });
  }
  return (target, route) => {
    found = undefined;
    const request = { url: target, originalUrl: target, method: 'GET' };
    // A path that can't be decoded is passed on as an error: the answer is 400.
    routers[route](request, {}, () => {});
    return found;
  };
}

/** Returns a reader for a router of Fastify. */
function byFindMyWay(options) {
  const routers = {};
  for (const [name, [path]] of Object.entries(ROUTES)) {
    routers[name] = findMyWay(options);
    routers[name].on('GET', path, () => {});
  }
  return (target, route) => routers[route].find('GET', target)?.params;
}

function byHono(options) {
  const apps = {};
  let found;
  for (const [name, [path, names]] of Object.entries(ROUTES)) {
    // Hono has no parameter with text around it, but supports patterns.
    const written = path.replace('x-:reference.html', ':file{x-.+\\.html}');
    apps[name] = new Hono(options);
    apps[name].get(written, (context) => {
      found = { ...context.req.param() };
      if (found.file !== undefined) found.reference = found.file.slice(2, -5);
      return new Response();
    });
  }
  return (target, route) => {
    found = undefined;
    const url = urlOf(target);
    if (url?.host === 'desk.example') apps[route].fetch(new Request(url));
    return found;
  };
}

/** Returns a reader for the path of a WHATWG URL, matched in one of two orders. */
function byUrl(decodeFirst) {
  const decode = (text) => {
    try {
      return decodeURIComponent(text);
    } catch {
      return undefined;
    }
  };
  const patterns = {};
  for (const [name, [path]] of Object.entries(ROUTES)) {
    const source = path.replaceAll('.', '\\.').replace(/:(\w+)/g, '(?<$1>[^/]+)');
    patterns[name] = new RegExp(`^${source}/?$`, 'u');
  }
  return (target, route) => {
    const path = urlOf(target)?.pathname;
    const found = patterns[route].exec((decodeFirst ? decode(path ?? '') : path) ?? '')?.groups;
    if (found === undefined || decodeFirst) return found;
    return Object.fromEntries(Object.entries(found).map(([name, text]) => [name, decode(text)]));
  };
}

const routers = {
  'Express 5': byExpress(express),
  'Express 4': byExpress(express4),
  'Express 5, mergeParams, strict': byExpress(express, { mergeParams: true, strict: true }),
  'find-my-way (Fastify)': byFindMyWay({}),
  'find-my-way, lenient': byFindMyWay({
    caseSensitive: false,
    ignoreTrailingSlash: true,
    ignoreDuplicateSlashes: true,
    useSemicolonDelimiter: true,
  }),
  Hono: byHono({}),
  'Hono, not strict': byHono({ strict: false }),
  'URL.pathname': byUrl(false),
  'URL.pathname, decoded first': byUrl(true),
};

const hex = (text) => `=${Buffer.from(text, 'utf8').toString('hex')}`;
const cell = (found) => found.map((texts) => texts.map(hex).join(',')).join(';');
const text = (digits) => Buffer.from(digits, 'hex').toString('utf8');

const head = [
  ...Object.keys(decoders).map((name) => `query:Node ${name}`),
  ...Object.keys(routers).map((name) => `path:Node ${name}`),
];
process.stdout.write(`${head.join('\t')}\n`);
let out = [];
for (const line of readFileSync(0, 'latin1').split('\n')) {
  if (line === '') continue;
  const [target, query, route, digits] = line.split('\t');
  const names = digits.split(',').map(text);
  const cells = [];
  for (const decode of Object.values(decoders)) {
    cells.push(cell(decode(text(target), text(query), names)));
  }
  for (const match of Object.values(routers)) {
    if (route === '-') {
      cells.push('');
      continue;
    }
    const found = match(text(target), route);
    cells.push(cell(ROUTES[route][1].map((name) => texts(found?.[name]))));
  }
  out.push(cells.join('\t'));
  if (out.length === 1000) {
    process.stdout.write(`${out.join('\n')}\n`);
    out = [];
  }
}
if (out.length > 0) process.stdout.write(`${out.join('\n')}\n`);
