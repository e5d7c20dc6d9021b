// The route as a program: it prints the answer.

import { BODY, HEADERS, QUERY } from "./request.js";
import { route } from "./route.js";

const init = { method: "POST", headers: HEADERS, body: BODY };
route(new Request(`http://localhost/done${QUERY}`, init))
  .then((response) => response.text())
  .then(console.log);
