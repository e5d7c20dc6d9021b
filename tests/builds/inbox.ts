// The route of `visiono-workflow/inbox`: it receives an event twice, and one that is forged.

import { Inbox, InboxError, createReceiver, postgresStore } from "visiono-workflow/inbox";
import { Webhook } from "visiono-workflow/webhook";

const webhook = new Webhook("whsec_of-the-matrix-test", { maxAge: 1e10 });

/** A client of a database that keeps the keys of events in memory. */
class Client {
  readonly kept = new Set<unknown>();

  async query(_text: string, [key]: unknown[] = []) {
    const rowCount = this.kept.has(key) ? 0 : 1;
    this.kept.add(key);
    return { rows: [], rowCount };
  }
}

export async function route(request: Request): Promise<Response> {
  const client = new Client();
  const inbox = new Inbox(postgresStore(client));
  const receive = createReceiver({ webhook, inbox, log: () => {} });
  const body = await request.text();
  const headers = { "x-visiono-signature": request.headers.get("x-visiono-signature")! };
  const answers: number[] = [];
  for (const sent of [body, body, `${body} `]) {
    const { status } = await receive(new Request(request.url, { method: "POST", headers, body: sent }));
    answers.push(status);
  }
  const refused = await inbox.commit({ dedupKey: "no key", token: 1 }).catch((error: unknown) => error);
  return Response.json({
    answers,
    kept: client.kept.size,
    refused: refused instanceof InboxError ? refused.code : String(refused),
  });
}
