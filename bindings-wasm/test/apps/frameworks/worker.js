// The requests and events of frameworks that run in Workers.

import { H3 } from "h3";
import { Hono } from "hono";
import { createStaticHandler } from "react-router";
import { Workflow } from "visiono-workflow";
import { Webhook } from "visiono-workflow/webhook";

const secrets = { workflow: "0123456789abcdef0123456789abcdef", webhook: "whsec_0123456789abcdef" };
let workflow;
let webhook;

export default {
  async fetch(request) {
    workflow ??= new Workflow(secrets.workflow);
    webhook ??= new Webhook(secrets.webhook);
    const shapes = await (request.method === "GET" ? returns(request) : webhooks(request));
    const answers = Object.entries(shapes).map(([name, verify]) => {
      try {
        return [name, verify()];
      } catch (error) {
        return [name, error.code ?? error.stack];
      }
    });
    return Response.json(Object.fromEntries(answers));
  },
};

/** Returns the object that an application is given, by a server of a framework. */
async function given(serve, request) {
  let object;
  await serve((context) => {
    object = context;
    return new Response();
  }, request);
  return object;
}

const hono = (handle, request) => new Hono().all("*", handle).fetch(request);
const h3 = (handle, request) => new H3().all("/**", handle).fetch(request);
const reactRouter = (handle, request) =>
  createStaticHandler([{ id: "a", path: "*", loader: handle, action: handle }]).queryRoute(request);

async function returns(request) {
  const url = new URL(request.url);
  const [c, event, loader] = await Promise.all(
    [hono, h3, reactRouter].map((serve) => given(serve, request)),
  );
  const template =
    "https://a.example/tickets/{reference}/done?sub={submission_id}&uv={unique_value}" +
    "&cnt={photo_count}&ts={timestamp}&sig={signature}";
  const expect = { reference: "a/b" };
  const inputs = {
    ...{ request, url, href: url.href, hono: c, "hono req": c.req, "hono raw": c.req.raw },
    ...{ h3: event, "h3 req": event.req, "react-router": loader },
    sveltekit: { locals: {}, params: {}, request, url, isDataRequest: false },
    "sveltekit load": { params: {}, url },
  };
  return Object.fromEntries(
    Object.entries(inputs).map(([name, input]) => [
      name,
      () => workflow.verifyReturn(input, { template, expect }).uniqueValue,
    ]),
  );
}

async function webhooks(request) {
  const body = await request.clone().arrayBuffer();
  const sources = {
    ...{ request, headers: request.headers, pairs: [...request.headers] },
    hono: await given(hono, request.clone()),
    h3: await given(h3, request.clone()),
    "react-router": await given(reactRouter, request.clone()),
  };
  return Object.fromEntries(
    Object.entries(sources).map(([name, source]) => [name, () => webhook.receive(body, source).event]),
  );
}
