export { route as POST } from "../../route.js";
export const runtime = "edge";
