// Marked errors that a compiler finds with `exactOptionalPropertyTypes`.

import { Workflow } from "visiono-workflow";

declare const ticket: string | undefined;

const workflow = new Workflow("a-secret-of-16-bytes");
// @ts-expect-error: a session without a ticket would turn the check off
workflow.verifyLink("", { expect: { reference: ticket } });
// @ts-expect-error: likewise
workflow.verifyReturn("", { expect: { photoCount: undefined } });
