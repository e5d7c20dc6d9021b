import { route } from "@react-router/dev/routes";

export default [route("done", "routes/done.js")];
