import { route } from "../../route.js";

export const prerender = false;
export const POST = ({ request }) => route(request);
