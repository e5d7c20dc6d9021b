import { createRequestHandler } from "react-router";

const build = () => import("virtual:react-router/server-build");
const handler = createRequestHandler(build, import.meta.env.MODE);

export default { fetch: (request) => handler(request) };
