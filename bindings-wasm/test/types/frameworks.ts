// The objects of the frameworks, by their own types.

import type { HttpRequest } from "@azure/functions";
import type { Request as HapiRequest } from "@hapi/hapi";
import type { ALBEvent, APIGatewayProxyEvent, APIGatewayProxyEventV2 } from "aws-lambda";
import type { Request as ExpressRequest } from "express";
import type { FastifyRequest } from "fastify";
import type { H3Event } from "h3";
import type { H3Event as H3EventOne } from "h3-v1";
import type { Context as HonoContext } from "hono";
import type { Context as KoaContext } from "koa";
import type { LoaderFunctionArgs } from "react-router";
import type { Input, Workflow } from "visiono-workflow";
import type { Webhook } from "visiono-workflow/webhook";

declare const azure: HttpRequest;
declare const hapi: HapiRequest;
declare const balancer: ALBEvent;
declare const rest: APIGatewayProxyEvent;
declare const http: APIGatewayProxyEventV2;
declare const express: ExpressRequest;
declare const fastify: FastifyRequest;
declare const h3: H3Event;
declare const h3One: H3EventOne;
declare const hono: HonoContext;
declare const koa: KoaContext;
declare const loader: LoaderFunctionArgs;
declare const workflow: Workflow;
declare const webhook: Webhook;
declare const raw: Uint8Array;

const inputs: Input[] = [azure, azure.query, azure.url];
inputs.push(hapi, hapi.raw.req, hapi.url, hapi.query);
inputs.push(balancer, rest, rest.multiValueQueryStringParameters ?? {}, http, http.rawQueryString);
inputs.push(express, express.originalUrl, express.query);
inputs.push(fastify, fastify.raw, fastify.originalUrl);
inputs.push(h3, h3.req, h3.url, h3One, h3One.node.req, h3One.path);
inputs.push(hono, hono.req, hono.req.raw, hono.req.url, hono.req.queries());
inputs.push(koa, koa.request, koa.req, koa.query);
inputs.push(loader, loader.request);
for (const input of inputs) {
  workflow.verifyReturn(input);
}

webhook.receive(raw, azure);
webhook.receive(raw, azure.headers);
webhook.receive(raw, hapi);
webhook.receive(raw, hapi.raw.req.headers);
for (const event of [balancer, rest, http]) {
  webhook.receive(event);
  webhook.receive(event, undefined, { now: 5 });
  webhook.receive(event.body, event);
}
webhook.receive(express);
webhook.receive(express.body, express);
webhook.receive(raw, express.headers);
webhook.receive(raw, express.rawHeaders);
webhook.receive(raw, fastify);
webhook.receive(raw, fastify.headers);
webhook.receive(raw, h3);
webhook.receive(raw, h3.req);
webhook.receive(raw, h3One);
webhook.receive(raw, hono);
webhook.receive(raw, hono.req);
webhook.receive(raw, hono.req.header());
webhook.receive(raw, koa);
webhook.receive(raw, koa.headers);
webhook.receive(raw, loader);
// @ts-expect-error: the body alone has no headers
webhook.receive(raw);
// @ts-expect-error: a query has no headers
webhook.receive(raw, "a=b");
