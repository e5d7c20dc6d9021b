import { route } from "../route.js";

export const onRequestPost = ({ request }) => route(request);
