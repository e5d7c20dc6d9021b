// In the other router: with webpack, Next 16 doesn't build a route of `app` for the edge runtime.

export { route as default } from "../../route.js";
export const config = { runtime: "edge" };
