// Sends a person to Visiono for a ticket, and shows what came back.

import { Workflow, WorkflowError } from "visiono-workflow";

/** Made once: the secret of a deployment doesn't change. */
let workflow;

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    try {
      workflow ??= new Workflow(env.VISIONO_WORKFLOW_SECRET);
      const [, page, ticket] = pathname.split("/");
      if (page === "start" && ticket) {
        return start(decodeURIComponent(ticket), env);
      }
      if (pathname === "/done") {
        return done(request);
      }
      return answer(404, "Nothing is here", "Start at /start/ and the number of a ticket.");
    } catch (error) {
      return refuse(error);
    }
  },
};

function start(ticket, env) {
  const link = workflow.signLink({
    slug: env.VISIONO_SLUG,
    uniqueValue: ticket,
    source: "example",
    reference: ticket,
  });
  return new Response(null, {
    status: 302,
    headers: {
      location: link,
      // The ticket that the return must be for. The URL of the return can't say: anyone can make that.
      "set-cookie": `ticket=${encodeURIComponent(ticket)}; Path=/done; HttpOnly; Secure; SameSite=Lax`,
      "cache-control": "no-store",
    },
  });
}

function done(request) {
  const cookie = /(?:^|; )ticket=([^;]+)/.exec(request.headers.get("cookie") ?? "");
  if (cookie === null) {
    return answer(403, "No ticket was started here", "Start at /start/ and its number.");
  }
  const ticket = decodeURIComponent(cookie[1]);
  const { photoCount, submissionId } = workflow.verifyReturn(request, {
    expect: { uniqueValue: ticket, reference: ticket },
  });
  return answer(200, `Ticket ${ticket}`, `${photoCount} photos arrived as ${submissionId}.`);
}

function refuse(error) {
  if (error instanceof URIError) {
    return answer(400, "Not a ticket", "Its number is not well encoded.");
  }
  if (!(error instanceof WorkflowError)) {
    throw error;
  }
  // It never holds a secret or a value, so it can be logged as it is.
  console.warn(error.code, error.parameters.join(", "), error.message);
  if (error.isRefusal) {
    return answer(403, "This return is refused", `${error.code}: start again at your ticket.`);
  }
  if (error.code === "invalid_field") {
    return answer(400, "Not a ticket", "Its number can't be signed.");
  }
  return answer(500, "This Worker is not set up", "Its log says what to do.");
}

function answer(status, title, text) {
  const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escape(title)}</title>
<h1>${escape(title)}</h1>
<p>${escape(text)}</p>
</html>
`;
  return new Response(page, {
    status,
    headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" },
  });
}

function escape(text) {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
