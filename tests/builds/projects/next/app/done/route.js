export { route as POST } from "../../route.js";
