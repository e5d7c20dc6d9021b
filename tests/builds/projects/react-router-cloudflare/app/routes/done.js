import { route } from "../../route.js";

export const action = ({ request }) => route(request);
