import { defineEventHandler, toWebRequest } from "h3";
import { route } from "../route.js";

export default defineEventHandler((event) => route(toWebRequest(event)));
