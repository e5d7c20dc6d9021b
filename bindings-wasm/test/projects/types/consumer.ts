// Has to compile, and what is marked as an error has to be one.

import {
  type Code,
  type Input,
  RedirectTemplate,
  type ReturnField,
  type VerifiedLink,
  type VerifiedReturn,
  Workflow,
  WorkflowError,
} from "visiono-workflow";

using workflow = new Workflow(["a secret of 16 bytes", "and another one, too"], {
  maxAge: 600,
  leeway: 5n,
});

const fields = { uniqueValue: "ABC123", source: "zendesk", reference: "ticket-456" };
const link: string = workflow.signLink({ ...fields, slug: "damage-report" });
workflow.signLink({ ...fields, link: new URL("https://a.example/"), timestamp: new Date() });
workflow.signLink({ ...fields, link: "https://a.example/", timestamp: 1705500000n });
// @ts-expect-error: neither a slug nor a link
workflow.signLink(fields);
// @ts-expect-error: both
workflow.signLink({ ...fields, slug: "a", link: "https://a.example/" });
// @ts-expect-error: a field is missing
workflow.signLink({ slug: "a", uniqueValue: "ABC123", source: "zendesk" });

const inputs: Input[] = [
  link,
  new URL(link),
  new Request(link),
  new URL(link).searchParams,
  { uv: "ABC123", src: undefined },
];
// @ts-expect-error: a set of parameters with arrays in it
inputs.push({ uv: ["ABC123"] });
// @ts-expect-error: not a message
inputs.push(null);

const verified: VerifiedLink = workflow.verifyLink(link, { expect: { source: "zendesk" } });
verified.timestamp.toFixed();
// @ts-expect-error: it can't be changed
verified.timestamp = 0;
// @ts-expect-error: a link has no photos
workflow.verifyLink(link, { expect: { photoCount: 5 } });

using template = new RedirectTemplate("https://a.example/{reference}?sig={signature}");
const missing: readonly ReturnField[] = template.missing;
const done: VerifiedReturn = workflow.verifyReturn(new URL(link), {
  template,
  now: new Date(),
  expect: { photoCount: 5n, reference: "ticket-456" },
});
const url: string = template.expand({ ...done, signature: "" });
workflow.signReturn("https://a.example/", { ...done, photoCount: 5 });

try {
  workflow.free();
} catch (error) {
  if (error instanceof WorkflowError) {
    const code: Code = error.code;
    const names: readonly string[] = error.parameters;
    const by: number = error.number + (error.seconds ?? 0) + (error.position ?? 0);
    console.log(code === "expired", names, by, missing, url);
    // @ts-expect-error: not a code
    console.log(code === "expiry");
  }
}
// @ts-expect-error: only the library makes one
new WorkflowError();
