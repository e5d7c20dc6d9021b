// Requests of the real frameworks: each object that an application has is passed as it is.

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { createServer } from "node:http";
import { describe, it } from "node:test";
import azureFunctions from "@azure/functions";
import hapi from "@hapi/hapi";
import express from "express";
import expressFour from "express-v4";
import fastify from "fastify";
import { H3, toNodeHandler } from "h3";
import { createApp, eventHandler, readRawBody, toNodeListener, useBase } from "h3-v1";
import { Hono } from "hono";
import Koa from "koa";
import mount from "koa-mount";
import { createStaticHandler } from "react-router";
import { RedirectTemplate, Workflow } from "visiono-workflow";
import { Webhook } from "visiono-workflow/webhook";

const { HttpRequest } = azureFunctions;
const workflow = new Workflow("0123456789abcdef0123456789abcdef");
const webhook = new Webhook("whsec_0123456789abcdef0123456789abcdef");

const TICKET = "2024/0815 50%";
const PATH = "/app/tickets/2024%2F0815%2050%25/done";
const template = new RedirectTemplate(
  "https://app.example/app/tickets/{reference}/done?sub={submission_id}&uv={unique_value}" +
    "&ref={reference}&cnt={photo_count}&ts={timestamp}&sig={signature}",
);
const done = workflow
  .signReturn(template, { submissionId: "pls_1", uniqueValue: "a b+c é", reference: TICKET, photoCount: 5 })
  .slice("https://app.example".length);
/** Parameters of others, which parsers make lists, objects and empty texts of. */
const OTHERS = "&tag=a&tag=b&utm_source=&n=5&deep[a][b]=c&list[]=1&list[]=2&flag&url=/x&originalUrl=/x&request[url]=/x&isBase64Encoded=false";

/** Returns the reference of each verified message, or the code of its refusal. */
function verify(shapes) {
  const expect = { reference: TICKET };
  return results(shapes, (input) => {
    const isPairs = typeof input !== "string" && input === shapes.query;
    const verified = workflow.verifyReturn(input, isPairs ? { expect } : { template, expect });
    return verified.uniqueValue;
  });
}

/** Returns the event of each webhook, or the code of its refusal. */
const receive = (shapes) => results(shapes, (given) => webhook.receive(...given).event);

function results(shapes, call) {
  const entries = Object.entries(shapes).map(([name, shape]) => {
    try {
      return [name, call(shape)];
    } catch (error) {
      return [name, error.code ?? `${error}`];
    }
  });
  return Object.fromEntries(entries);
}

const body = JSON.stringify({ event: "photo_request.submitted", timestamp: new Date().toISOString(), data: { é: 1 } });
const headers = { "content-type": "application/json", "x-visiono-signature": webhook.sign(body) };

/** Checks a server at a URL: every shape that it answers with must have the same result. */
async function check(url, { pairs = false } = {}) {
  const read = async (path, init) => {
    const response = await fetch(url + path, init);
    const text = await response.text();
    assert.equal(response.status, 200, text);
    return JSON.parse(text);
  };
  const all = async (expected, path, init) => {
    const answered = await read(path, init);
    assert.ok(Object.keys(answered).length > 0);
    for (const [name, result] of Object.entries(answered)) {
      assert.equal(result, expected, `${name} of ${path}`);
    }
    assert.equal("query" in answered, pairs && init === undefined);
  };
  assert.ok(done.startsWith(`${PATH}?`));
  await all("a b+c é", done);
  await all("a b+c é", done + OTHERS);
  await all("duplicate_parameter", `${done}&ref=other`);
  const post = { method: "POST", headers, body };
  await all("photo_request.submitted", "/app/webhook", post);
  const { "content-type": _, ...untyped } = headers;
  await all("photo_request.submitted", "/app/webhook", { ...post, headers: untyped, body: Buffer.from(body) });
  await all("invalid_signature", "/app/webhook", { ...post, body: `${body} ` });
  await all("invalid_signature", "/app/webhook", { ...post, body: "" });
  await all("invalid_signature", "/app/webhook", { ...post, body: undefined });
  await all("missing_parameter", "/app/webhook", { method: "POST" });
}

async function serve(listener, options) {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await check(`http://127.0.0.1:${server.address().port}`, options);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function bytesOf(stream) {
  return Buffer.concat(await stream.toArray());
}

describe("a request", () => {
  it("of node:http", () =>
    serve(async (request, response) => {
      const raw = await bytesOf(request);
      const answer =
        request.method === "GET"
          ? verify({ request, url: request.url })
          : receive({
              request: [raw, request],
              headers: [raw, request.headers],
              headersDistinct: [raw, request.headersDistinct],
              rawHeaders: [raw, request.rawHeaders],
              "rawBody of Cloud Functions": [Object.assign(request, { rawBody: raw, body: {} })],
            });
      response.end(JSON.stringify(answer));
    }));

  for (const [name, create] of Object.entries({ "Express 5": express, "Express 4": expressFour })) {
    it(`of ${name}, in a router that is mounted`, () => {
      const app = create();
      // The parser of Express 4 makes objects, too.
      app.set("query parser", "extended");
      const router = create.Router();
      router.get("/tickets/:reference/done", (request, response) => {
        assert.notEqual(request.url, request.originalUrl);
        response.json(verify({ request, originalUrl: request.originalUrl, query: request.query }));
      });
      router.post("/webhook", create.raw({ type: () => true }), (request, response) => {
        response.json(receive({ request: [request], parts: [request.body, request], headers: [request.body, request.headers] }));
      });
      app.use("/app", router);
      return serve(app, { pairs: true });
    });
  }

  it("of Fastify, which rewrites its URL", async () => {
    const app = fastify({ rewriteUrl: (request) => request.url.replace(/^\/app/, "") });
    app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, next) => next(null, body));
    app.removeContentTypeParser("application/json");
    app.get("/tickets/:reference/done", (request) => verify({ request, raw: request.raw }));
    app.post("/webhook", (request) => receive({ request: [request], parts: [request.body, request], raw: [request.body, request.raw] }));
    try {
      await check(await app.listen({ port: 0, host: "127.0.0.1" }));
    } finally {
      await app.close();
    }
  });

  it("of Koa, in an application that is mounted", () => {
    const inner = new Koa().use(async (context) => {
      assert.notEqual(context.url, context.originalUrl);
      context.type = "json";
      if (context.method === "GET") {
        context.body = JSON.stringify(verify({ context, request: context.request, query: context.query }));
      } else {
        const raw = await bytesOf(context.req);
        context.body = JSON.stringify(
          receive({ context: [raw, context], request: [raw, context.request], req: [raw, context.req] }),
        );
      }
    });
    return serve(new Koa().use(mount("/app", inner)).callback(), { pairs: true });
  });

  it("of hapi", async () => {
    const server = hapi.server({ port: 0, host: "127.0.0.1" });
    server.route([
      { method: "GET", path: "/app/tickets/{reference}/done", handler: (request) => verify({ request, url: request.url, raw: request.raw, query: request.query }) },
      {
        method: "POST",
        path: "/app/webhook",
        options: { payload: { parse: false, output: "data" } },
        handler: (request) => receive({ request: [request.payload, request], headers: [request.payload, request.headers], raw: [request.payload, request.raw.req] }),
      },
    ]);
    await server.start();
    try {
      await check(server.info.uri, { pairs: true });
    } finally {
      await server.stop();
    }
  });

  it("of h3 1, as in Nuxt and Nitro, with a base", () => {
    const inner = createApp();
    inner.use(
      eventHandler(async (event) => {
        if (event.method === "GET") {
          return verify({ event, node: event.node, req: event.node.req });
        }
        const raw = (await readRawBody(event, false)) ?? null;
        return receive({ event: [raw, event], headers: [raw, event.headers], req: [raw, event.node.req] });
      }),
    );
    const app = createApp();
    app.use("/app", useBase("/app", inner.handler));
    return serve(toNodeListener(app));
  });

  it("of h3 2", () => {
    const app = new H3();
    app.all("/app/**", async (event) => {
      if (event.req.method === "GET") {
        return verify({ event, req: event.req, url: event.url });
      }
      const raw = await event.req.text();
      return receive({ event: [raw, event.req], headers: [raw, event.req.headers] });
    });
    return serve(toNodeHandler(app));
  });

  /** Serves a function of the web's standards. */
  const serveWeb = (answer, options) =>
    serve(async (incoming, response) => {
      const raw = await bytesOf(incoming);
      const { method, url, headers } = incoming;
      const request = new Request(`http://app.example${url}`, { method, headers, body: method === "GET" ? undefined : raw });
      const answered = await answer(request);
      response.writeHead(answered.status).end(await answered.text());
    }, options);

  it("of Hono, in an application that is mounted", () => {
    const inner = new Hono();
    inner.get("/tickets/:reference/done", (c) => c.json(verify({ c, req: c.req, raw: c.req.raw, url: c.req.url })));
    inner.post("/webhook", async (c) => {
      const raw = await c.req.arrayBuffer();
      return c.json(receive({ c: [raw, c], req: [raw, c.req], raw: [raw, c.req.raw], headers: [raw, c.req.header()] }));
    });
    const app = new Hono().route("/app", inner);
    return serveWeb((request) => app.fetch(request));
  });

  it("of React Router and Remix", () => {
    const loader = (given) => Response.json(verify({ given, request: given.request }));
    const action = async ({ request, ...rest }) => {
      const raw = await request.text();
      return Response.json(receive({ request: [raw, request], given: [raw, { request, ...rest }] }));
    };
    const { queryRoute } = createStaticHandler([
      { id: "done", path: "/app/tickets/:reference/done", loader },
      { id: "webhook", path: "/app/webhook", action },
    ]);
    return serveWeb((request) => queryRoute(request));
  });

  it("of Azure Functions", () =>
    serveWeb(async (request) => {
      const isGet = request.method === "GET";
      const raw = Buffer.from(await request.arrayBuffer());
      const query = Object.fromEntries(new URL(request.url).searchParams);
      const init = { method: request.method, url: request.url, headers: Object.fromEntries(request.headers), query };
      const azure = new HttpRequest({ ...init, body: isGet ? undefined : { bytes: raw } });
      // The class of version 3, as its worker makes it.
      const three = new (class Request {
        method = request.method;
        url = request.url;
        originalUrl = request.url;
        headers = init.headers;
        query = query;
        params = {};
        body = undefined;
        rawBody = isGet ? undefined : raw.toString();
      })();
      if (isGet) {
        return Response.json(verify({ azure, three }));
      }
      const bytes = await azure.arrayBuffer();
      return Response.json(receive({ azure: [bytes, azure], headers: [bytes, azure.headers], three: [three] }));
    }));

  it("of SvelteKit, Astro, Deno and Bun: an event with a Request and a URL", () =>
    serveWeb(async (request) => {
      const url = new URL(request.url);
      const sveltekit = { cookies: {}, locals: {}, params: {}, route: { id: "/" }, isDataRequest: false, request, url };
      if (request.method === "GET") {
        const { request: _, ...load } = sveltekit;
        return Response.json(verify({ request, url, sveltekit, load, astro: Object.assign(new (class APIContext {})(), { request, url }) }));
      }
      const raw = await request.text();
      return Response.json(receive({ request: [raw, request], sveltekit: [raw, sveltekit], map: [raw, new Map(request.headers)], pairs: [raw, [...request.headers]] }));
    }));

  it("of Next in its edge runtime, where `request` throws", () =>
    serveWeb(async (incoming) => {
      // As next/dist/server/web/adapter.js has it.
      class NextRequestHint extends Request {
        get request() {
          throw new Error("PageSignatureError");
        }
        get nextUrl() {
          return new URL(this.url);
        }
      }
      const raw = await incoming.clone().arrayBuffer();
      const request = new NextRequestHint(incoming);
      const { nextUrl } = request;
      return Response.json(request.method === "GET" ? verify({ request, nextUrl }) : receive({ request: [raw, request] }));
    }));
});
