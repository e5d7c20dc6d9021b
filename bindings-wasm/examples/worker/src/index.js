// Sends a person to Visiono for a ticket, and stores what came back.

import { Workflow, WorkflowError } from "visiono-workflow";
import { isAllowed } from "./login.js";

/** Made once: the secret of a deployment doesn't change. */
let workflow;

export default {
  async fetch(request, env) {
    try {
      workflow ??= new Workflow([env.VISIONO_WORKFLOW_SECRET, env.VISIONO_OTHER_WORKFLOW_SECRET]);
      return await route(request, env);
    } catch (error) {
      return refuse(error);
    }
  },
};

async function route(request, env) {
  // The path isn't decoded before it is split, so a ticket may have a slash.
  const [, section, segment, action, ...rest] = new URL(request.url).pathname.split("/");
  if (section !== "tickets" || !segment || rest.length > 0) {
    return page(404, "Nothing is here", "Open /tickets/ and the number of a ticket.");
  }
  const ticket = decodeURIComponent(segment);
  if (!(await isAllowed(request, ticket, env))) {
    return page(403, "Not your ticket", "Log in as someone who works on it.");
  }
  const pages = { "GET ": show, "POST start": start, "GET done": done };
  const answer = pages[`${request.method} ${action ?? ""}`];
  if (answer === undefined) {
    return page(405, "Not like this", "Use the button on the ticket's page.", { allow: "GET, POST" });
  }
  return answer(request, ticket, env);
}

/** The page of a ticket. The link is not made here: it is valid for an hour, and a page stays open. */
async function show(_request, ticket, env) {
  const stored = await env.PHOTOS.get(ticket, "json");
  const text = stored
    ? `${stored.photoCount} photos arrived as ${stored.submissionId}.`
    : "No photos yet.";
  return page(200, `Ticket ${ticket}`, text, {}, `${pathOf(ticket)}/start`);
}

/** Signs a link when the person clicks, and sends the person there. */
async function start(_request, ticket, env) {
  const link = workflow.signLink({
    link: env.VISIONO_LINK,
    uniqueValue: ticket,
    source: "example",
    reference: ticket,
  });
  return redirect(link);
}

/** Verifies a return, and that it is for the ticket in the path. */
async function done(request, ticket, env) {
  const { photoCount, submissionId } = workflow.verifyReturn(request, {
    expect: { uniqueValue: ticket, reference: ticket },
  });
  // Stored, because the address of the return is refused when it is loaded again after an hour.
  await env.PHOTOS.put(ticket, JSON.stringify({ photoCount, submissionId }));
  return redirect(new URL(pathOf(ticket), request.url).href);
}

const pathOf = (ticket) => `/tickets/${encodeURIComponent(ticket)}`;

function refuse(error) {
  if (error instanceof URIError) {
    return page(400, "Not a ticket", "Its number is not well encoded.");
  }
  if (!(error instanceof WorkflowError)) {
    console.error(error);
    return page(500, "Something went wrong on our side", "Please try again later.");
  }
  // It never holds a secret or a value, so it can be logged as it is.
  console.warn(error.code, error.parameters.join(", "), error.message);
  if (error.isRefusal) {
    return page(
      400,
      "This address is not valid",
      "If you have sent your photos, they have arrived. Otherwise start again from your ticket.",
    );
  }
  if (error.code === "invalid_field") {
    return page(400, "Not a ticket", "Its number can't be signed.");
  }
  return page(500, "Something went wrong on our side", "Please try again later.");
}

function redirect(location) {
  return new Response(null, { status: 303, headers: { location, "cache-control": "no-store" } });
}

function page(status, title, text, headers = {}, action = undefined) {
  const form = action && `<form method="post" action="${escape(action)}"><button>Send photos</button></form>`;
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escape(title)}</title>
<h1>${escape(title)}</h1>
<p>${escape(text)}</p>
${form ?? ""}
</html>
`;
  return new Response(html, {
    status,
    headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store", ...headers },
  });
}

function escape(text) {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
