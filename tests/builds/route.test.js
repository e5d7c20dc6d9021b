// The route as a test. The functions are globals of Jest and Vitest.

import { BODY, EXPECTED, HEADERS, QUERY } from "./request.js";
import { exercise } from "./route.js";

test("the route", () => {
  const url = `http://localhost/done${QUERY}`;
  expect(exercise(new URL(url), url, BODY, HEADERS)).toEqual(EXPECTED);
});
