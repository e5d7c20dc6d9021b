import { route } from "./route.js";

export default { fetch: route };
