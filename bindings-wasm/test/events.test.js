// The events of AWS Lambda and Netlify, which run nowhere but there. They are the samples of their
// documentation with a message in them:
//
// - REST API, payload 1.0, and HTTP API, payload 2.0:
//   https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
// - Function URL: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
// - load balancer: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
// - Netlify: https://docs.netlify.com/functions/lambda-compatibility/

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { Workflow } from "visiono-workflow";
import { Webhook } from "visiono-workflow/webhook";

const workflow = new Workflow("0123456789abcdef0123456789abcdef");
const webhook = new Webhook("whsec_0123456789abcdef0123456789abcdef");

const TICKET = "2024/0815 50%";
const template =
  "https://app.example/tickets/{reference}/done?sub={submission_id}&uv={unique_value}&ref={reference}" +
  "&cnt={photo_count}&ts={timestamp}&sig={signature}";
const fields = { submissionId: "pls_1", uniqueValue: "a b+c&d=é%41", reference: TICKET, photoCount: 5 };
const done = workflow.signReturn(template, fields);
const { pathname } = new URL(done);

/** The values of each decoded name. */
function decoded(search) {
  const names = {};
  for (const [name, value] of new URLSearchParams(search)) {
    (names[name] ??= []).push(value);
  }
  return names;
}

/** The same as they are written. */
function written(search) {
  const names = {};
  for (const piece of search.slice(1).split("&")) {
    const [name, value = ""] = piece.split("=");
    (names[name] ??= []).push(value);
  }
  return names;
}

const map = (object, change) =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));
const last = (lists) => map(lists, (list) => list.at(-1));
const orNull = (object) => (Object.keys(object).length === 0 ? null : object);

const restContext = (path, stage = "/prod") => ({
  accountId: "123456789012",
  apiId: "id",
  domainName: "id.execute-api.us-east-1.amazonaws.com",
  httpMethod: "GET",
  path: stage + path,
  protocol: "HTTP/1.1",
  resourcePath: "/{proxy+}",
  stage: "prod",
});
const httpContext = { accountId: "123456789012", http: { method: "GET", protocol: "HTTP/1.1" }, routeKey: "$default" };
const elb = { elb: { targetGroupArn: "arn:aws:elasticloadbalancing:region:123456789012:targetgroup/my-target-group/6d0ecf831eec9f09" } };

/** The events of a request, by the service. Each has its query as this service does. */
const EVENTS = {
  "REST API, payload 1.0": ({ pathname, search }) => ({
    resource: "/{proxy+}",
    path: pathname,
    httpMethod: "GET",
    headers: { host: "id.execute-api.us-east-1.amazonaws.com" },
    multiValueHeaders: { host: ["id.execute-api.us-east-1.amazonaws.com"] },
    queryStringParameters: orNull(last(decoded(search))),
    multiValueQueryStringParameters: orNull(decoded(search)),
    pathParameters: null,
    stageVariables: null,
    requestContext: restContext(pathname, ""),
    body: null,
    isBase64Encoded: false,
  }),
  "Function URL and HTTP API, payload 2.0": ({ pathname, search }) => ({
    version: "2.0",
    routeKey: "$default",
    rawPath: pathname,
    rawQueryString: search.slice(1),
    headers: { host: "id.lambda-url.us-east-1.on.aws" },
    queryStringParameters: map(decoded(search), (list) => list.join()),
    requestContext: httpContext,
    isBase64Encoded: false,
  }),
  "load balancer, multi-value": ({ pathname, search }) => ({
    requestContext: elb,
    httpMethod: "GET",
    path: pathname,
    multiValueHeaders: { host: ["lambda-alb.us-east-1.elb.amazonaws.com"] },
    multiValueQueryStringParameters: written(search),
    body: "",
    isBase64Encoded: false,
  }),
  "load balancer": ({ pathname, search }) => ({
    requestContext: elb,
    httpMethod: "GET",
    path: pathname,
    headers: { host: "lambda-alb.us-east-1.elb.amazonaws.com" },
    queryStringParameters: last(written(search)),
    body: "",
    isBase64Encoded: false,
  }),
  Netlify: ({ pathname, search, href }) => ({
    path: pathname,
    httpMethod: "GET",
    headers: { host: "a.netlify.app" },
    queryStringParameters: map(decoded(search), (list) => list.join(", ")),
    multiValueQueryStringParameters: decoded(search),
    rawUrl: href,
    rawQuery: search.slice(1),
    body: null,
    isBase64Encoded: false,
  }),
};

function refused(call, code, parameters) {
  assert.throws(call, (error) => {
    assert.deepEqual([error.code, error.parameters], [code, parameters], error.message);
    return true;
  });
}

describe("the event of a return", () => {
  const expect = { reference: TICKET };
  for (const [name, event] of Object.entries(EVENTS)) {
    const verify = (url, settings = { template }) =>
      workflow.verifyReturn(event(new URL(url)), { expect, ...settings });
    it(`${name}: is verified`, () => {
      for (const url of [done, `${done}&tag=a&tag=b&utm_source=&x[y]=1`]) {
        assert.equal(verify(url).uniqueValue, fields.uniqueValue);
        assert.equal(verify(url, {}).uniqueValue, fields.uniqueValue);
      }
    });
    it(`${name}: a parameter that is there twice is refused`, () => {
      const twice = `${done.replace("?", "?ref=other&")}`;
      if (name === "load balancer") {
        // It has dropped the first.
        assert.equal(verify(twice).uniqueValue, fields.uniqueValue);
      } else {
        refused(() => verify(twice), "duplicate_parameter", ["ref"]);
      }
    });
    it(`${name}: another path is refused`, () => {
      refused(() => verify(done.replace(pathname, "/tickets/1/done")), "duplicate_parameter", ["ref"]);
      const names = ["sub", "uv", "ref", "cnt", "ts", "sig"];
      refused(() => verify(done.replace(pathname, "/done")), "missing_parameter", names);
    });
    it(`${name}: no query is no parameters`, () => {
      refused(() => verify("https://app.example/done", {}), "missing_parameter", ["sub", "uv", "cnt", "ts", "sig"]);
      refused(() => workflow.verifyReturn(event(new URL("https://app.example/"))), "missing_parameter", ["sub", "uv", "ref", "cnt", "ts", "sig"]);
    });
  }

  it("has the path that was requested, with the stage", () => {
    const event = EVENTS["REST API, payload 1.0"](new URL(done));
    event.requestContext = restContext(pathname);
    const staged = template.replace("/tickets", "/prod/tickets");
    assert.equal(workflow.verifyReturn(event, { template: staged, expect }).reference, TICKET);
  });
  it("may have a decoded path, as an HTTP API has it", () => {
    for (const reference of ["a b", "a?b#c", "50%", "é"]) {
      const url = new URL(workflow.signReturn(template, { ...fields, reference }));
      const rawPath = decodeURIComponent(url.pathname);
      const event = { ...EVENTS["Function URL and HTTP API, payload 2.0"](url), rawPath };
      assert.equal(workflow.verifyReturn(event, { template, expect: { reference } }).reference, reference);
    }
  });
  it("is no query that was made to look like one", () => {
    const pairs = Object.fromEntries(new URL(done).searchParams);
    for (const isBase64Encoded of ["false", "true", ["false"], {}]) {
      const query = { isBase64Encoded, rawPath: "/", rawQueryString: "ref=other", rawUrl: "/?", ...pairs };
      assert.equal(workflow.verifyReturn(query).reference, TICKET);
      const { sub, uv, ref, cnt, ts, sig, ...rest } = query;
      refused(() => workflow.verifyReturn({ ...rest, rawQueryString: new URL(done).search.slice(1) }), "missing_parameter", ["sub", "uv", "ref", "cnt", "ts", "sig"]);
    }
  });
  it("of strange members is refused", () => {
    const event = (members) => ({ isBase64Encoded: false, ...members });
    const all = ["sub", "uv", "ref", "cnt", "ts", "sig"];
    for (const members of [{}, { rawQueryString: 5 }, { rawUrl: null }, { requestContext: null }, { path: {} }]) {
      refused(() => workflow.verifyReturn(event(members)), "missing_parameter", all);
    }
    const throwing = Object.defineProperty(event({}), "rawUrl", { get: () => assert.fail() });
    refused(() => workflow.verifyReturn(throwing), "invalid_argument", []);
  });
});

describe("the event of a webhook", () => {
  const body = JSON.stringify({ event: "photo_request.submitted", timestamp: new Date().toISOString(), data: { é: 1 } });
  const signature = webhook.sign(body);
  const base64 = Buffer.from(body).toString("base64");
  const post = (name, members) => ({ ...EVENTS[name](new URL("https://app.example/webhook")), ...members });
  const single = { "content-type": "application/json", "x-visiono-signature": signature, "x-visiono-delivery": null };
  const multiple = { "content-type": ["application/json"], "X-Visiono-Signature": [signature], other: null };
  for (const name of Object.keys(EVENTS)) {
    const event = (members) => post(name, { headers: single, multiValueHeaders: undefined, body, ...members });
    const has = (...given) => assert.equal(webhook.receive(...given).event, "photo_request.submitted");
    it(`${name}: is received alone, or in its parts`, () => {
      const encoded = event({ body: base64, isBase64Encoded: true });
      for (const one of [event({}), encoded, event({ multiValueHeaders: multiple })]) {
        has(one);
        has(one.body, one);
      }
      has(Buffer.from(base64, "base64"), encoded);
      has(body, encoded);
      has(encoded, undefined, { now: new Date() });
    });
    it(`${name}: one that is not genuine is refused`, () => {
      refused(() => webhook.receive(event({ body: `${body} ` })), "invalid_signature", []);
      refused(() => webhook.receive(event({ body: base64 })), "invalid_signature", []);
      refused(() => webhook.receive(event({ body: Buffer.from(`${body} `).toString("base64"), isBase64Encoded: true })), "invalid_signature", []);
      for (const empty of [null, undefined, ""]) {
        refused(() => webhook.receive(event({ body: empty })), "invalid_signature", []);
        refused(() => webhook.receive(event({ body: empty, headers: {}, multiValueHeaders: null })), "missing_parameter", ["sig"]);
        refused(() => webhook.receive(event({ body: empty, isBase64Encoded: true })), "invalid_signature", []);
      }
      const twice = { ...multiple, "X-Visiono-Signature": [signature, signature] };
      refused(() => webhook.receive(event({ multiValueHeaders: twice })), "invalid_signature", []);
    });
    it(`${name}: a parsed body is the caller's mistake`, () => {
      refused(() => webhook.receive(event({ body: JSON.parse(body) })), "invalid_argument", []);
    });
  }
});
