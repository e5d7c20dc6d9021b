// Requests to the sandbox's API.

import { bdi } from "./dom.js";

/** Sends a request. Returns the JSON of the answer, or throws the sandbox's error message. */
export async function request(method, path, body) {
  const json = body === undefined ? {} : { "content-type": "application/json" };
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: { accept: "application/json", ...json },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Error("The sandbox doesn't answer: is it still running?");
  }
  const text = await response.text();
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new Error(text.trim() || `The sandbox answered ${response.status}`);
  }
  if (!response.ok) throw new Error(answer.error.message);
  return answer;
}

const problem = document.getElementById("problem");

/** Runs an action that a person started, and shows its error. */
export async function attempt(action) {
  problem.hidden = true;
  try {
    return await action();
  } catch (error) {
    problem.replaceChildren(bdi(error.message));
    problem.hidden = false;
    problem.scrollIntoView({ block: "nearest" });
  }
}

/** Runs `action` with a form's fields when it is submitted, once at a time. */
export function onSubmit(form, action) {
  let isRunning = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isRunning) return;
    isRunning = true;
    await attempt(() => action(new FormData(form)));
    isRunning = false;
  });
}
