// Calls a handler of AWS Lambda, as API Gateway does with payloads of version 2.0.

import process from "node:process";
import { BODY, HEADERS, QUERY } from "../request.js";

const { handler } = await import(process.argv[2]);
const http = { method: "POST", path: "/done", protocol: "HTTP/1.1", sourceIp: "127.0.0.1" };
const { body, statusCode } = await handler(
  {
    version: "2.0",
    rawPath: "/done",
    rawQueryString: QUERY.slice(1),
    queryStringParameters: Object.fromEntries(new URLSearchParams(QUERY)),
    headers: { host: "localhost", ...HEADERS },
    requestContext: { http },
    body: BODY,
    isBase64Encoded: false,
  },
  {},
);
console.log(body);
process.exit(statusCode === 200 ? 0 : 1);
