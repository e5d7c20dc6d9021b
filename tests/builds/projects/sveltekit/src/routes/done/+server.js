import { route } from "../../../route.js";

export const POST = ({ request }) => route(request);
