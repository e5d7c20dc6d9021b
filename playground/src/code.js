// The code that makes a message, in each language. It never contains the secret.

/** Writes a text as a literal of each language. */
const json = (text) => JSON.stringify(text);
const hex = (character) => character.codePointAt(0).toString(16);
/** Controls, and characters that make code look like other code. */
const UNSEEN = /[\0-\x1f\x7f\u202a-\u202e\u2066-\u2069]/g;
const escaped = (text, unseen, other) => text.replaceAll(/["\\]/g, "\\$&").replaceAll(unseen, other);
export const LITERALS = {
  javascript: json,
  python: json,
  php: (text) => `'${text.replaceAll(/['\\]/g, "\\$&")}'`,
  rust: (text) => `"${escaped(text, UNSEEN, (character) => `\\u{${hex(character)}}`)}"`,
  // Escapes the second question mark of two, which may start a trigraph.
  c: (text) => `"${escaped(text, /[\0-\x1f\x7f]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`).replaceAll("??", "?\\?")}"`,
  shell: (text) => `'${text.replaceAll("'", "'\\''")}'`,
};

const NAMES = [
  ["javascript", "JavaScript"],
  ["php", "PHP"],
  ["python", "Python"],
  ["rust", "Rust"],
  ["c", "C"],
  ["shell", "Shell"],
];

const snake = (name) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const kebab = (name) => snake(name).replaceAll("_", "-");

/** Returns `[language, code]` for each language. */
function each(write) {
  return NAMES.map(([key, name]) => [name, write[key](LITERALS[key])]);
}

const C_START = (kind, variable) => `#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <visiono_workflow.h>

int main(void) {
  visiono_error_t *error = visiono_error_new();
  visiono_${kind}_t *${kind} = NULL;
  visiono_str_t secret = visiono_text(getenv("${variable}"));
  visiono_code_t code = visiono_${kind}_new(&secret, 1, NULL, NULL, ${kind === "webhook" ? "false, " : ""}&${kind}, error);
`;
const C_END = (kind) => `  if (code != VISIONO_OK) fprintf(stderr, "%s\\n", visiono_error_message(error).data);
  visiono_${kind}_free(${kind});
  visiono_error_free(error);
  return code == VISIONO_OK ? 0 : 1;
}
`;

/** Writes the fields of a C struct. */
const cFields = (fields, q) =>
  Object.entries(fields).map(([name, value]) => `      .${snake(name)} = ${typeof value === "number" ? value : `visiono_text(${q(value)})`},`).join("\n");

/** Returns the code that signs a link. `target` is `{ slug }` or `{ link }`. */
export function linkCode(target, fields) {
  const all = { ...target, ...fields };
  const [[where, place]] = Object.entries(target);
  const entries = Object.entries(all);
  return each({
    javascript: (q) => `import { Workflow } from "visiono-workflow";

const workflow = new Workflow(process.env.VISIONO_WORKFLOW_SECRET);
const url = workflow.signLink({
${entries.map(([name, value]) => `  ${name}: ${q(value)},`).join("\n")}
});
console.log(url);
`,
    php: (q) => `<?php
require 'vendor/autoload.php';

use Visiono\\Workflow\\Workflow;

$workflow = new Workflow(getenv('VISIONO_WORKFLOW_SECRET'));
$url = $workflow->signLink(
${entries.map(([name, value]) => `    ${name}: ${q(value)},`).join("\n")}
);
echo $url, "\\n";
`,
    python: (q) => `import os
from visiono_workflow import Workflow

workflow = Workflow(os.environ["VISIONO_WORKFLOW_SECRET"])
url = workflow.sign_link(
${entries.map(([name, value]) => `    ${snake(name)}=${q(value)},`).join("\n")}
)
print(url)
`,
    rust: (q) => `use std::env;
use visiono_workflow::{Error, LinkFields, LinkUrl, Workflow, unix_time};

fn main() -> Result<(), Error> {
    let workflow = Workflow::from_texts([env::var("VISIONO_WORKFLOW_SECRET").ok()])?;
    let target = LinkUrl::${where === "slug" ? "from_slug" : "parse"}(${q(place)})?;
    let fields = LinkFields {
${Object.entries(fields).map(([name, value]) => `        ${snake(name)}: ${q(value)},`).join("\n")}
        timestamp: unix_time(),
    };
    println!("{}", workflow.sign_link(&target, &fields)?);
    Ok(())
}
`,
    c: (q) => `${C_START("workflow", "VISIONO_WORKFLOW_SECRET")}
  char memory[4096];
  visiono_signed_t link = {.url = {.data = memory, .capacity = sizeof memory}};
  visiono_link_fields_t fields = {
${cFields(all, q)}
      .timestamp = time(NULL),
  };
  if (code == VISIONO_OK) code = visiono_workflow_sign_link(workflow, &fields, &link, error);
  if (code == VISIONO_OK) printf("%.*s\\n", (int)link.url.len, link.url.data);
${C_END("workflow")}`,
    shell: (q) => `# The secret is in VISIONO_WORKFLOW_SECRET.
visiono-workflow sign-link \\
${entries.map(([name, value]) => `  --${kebab(name)}=${q(value)}`).join(" \\\n")}
`,
  });
}

/** Returns the code that signs a return, as Visiono does. */
export function returnCode(template, fields) {
  const entries = Object.entries(fields);
  const write = (q) => (value) => (typeof value === "number" ? String(value) : q(value));
  return each({
    javascript: (q) => `import { Workflow } from "visiono-workflow";

const workflow = new Workflow(process.env.VISIONO_WORKFLOW_SECRET);
const url = workflow.signReturn(${q(template)}, {
${entries.map(([name, value]) => `  ${name}: ${write(q)(value)},`).join("\n")}
});
console.log(url);
`,
    php: (q) => `<?php
require 'vendor/autoload.php';

use Visiono\\Workflow\\Workflow;

$workflow = new Workflow(getenv('VISIONO_WORKFLOW_SECRET'));
$url = $workflow->signReturn(
    ${q(template)},
${entries.map(([name, value]) => `    ${name}: ${write(q)(value)},`).join("\n")}
);
echo $url, "\\n";
`,
    python: (q) => `import os
from visiono_workflow import Workflow

workflow = Workflow(os.environ["VISIONO_WORKFLOW_SECRET"])
url = workflow.sign_return(
    ${q(template)},
${entries.map(([name, value]) => `    ${snake(name)}=${write(q)(value)},`).join("\n")}
)
print(url)
`,
    rust: (q) => `use std::env;
use visiono_workflow::{Error, ReturnFields, Workflow, unix_time};

fn main() -> Result<(), Error> {
    let workflow = Workflow::from_texts([env::var("VISIONO_WORKFLOW_SECRET").ok()])?;
    let fields = ReturnFields {
${entries.map(([name, value]) => `        ${snake(name)}: ${write(q)(value)},`).join("\n")}
        timestamp: unix_time(),
    };
    println!("{}", workflow.sign_return(${q(template)}, &fields)?);
    Ok(())
}
`,
    c: (q) => `${C_START("workflow", "VISIONO_WORKFLOW_SECRET")}
  char memory[4096];
  visiono_signed_t back = {.url = {.data = memory, .capacity = sizeof memory}};
  visiono_return_fields_t fields = {
${cFields(fields, q)}
      .timestamp = time(NULL),
  };
  visiono_str_t template = visiono_text(
      ${q(template)});
  if (code == VISIONO_OK) code = visiono_workflow_sign_return_text(workflow, template, &fields, &back, error);
  if (code == VISIONO_OK) printf("%.*s\\n", (int)back.url.len, back.url.data);
${C_END("workflow")}`,
    shell: (q) => `# The secret is in VISIONO_WORKFLOW_SECRET.
visiono-workflow sign-return \\
${entries.map(([name, value]) => `  --${kebab(name)}=${write(q)(value)}`).join(" \\\n")} \\
  -- ${q(template)}
`,
  });
}

/** Returns the code that makes a test delivery of an event. */
export function webhookCode(event, { timestamp, style, ...texts }) {
  const entries = Object.entries(texts);
  const isDeveloper = style === "developer";
  return each({
    javascript: (q) => `import { Webhook } from "visiono-workflow/webhook";

const webhook = new Webhook(process.env.VISIONO_WEBHOOK_SECRET);
const { body, headers } = webhook.testDelivery(${q(event)}, {
${entries.map(([name, value]) => `  ${name}: ${q(value)},`).join("\n")}
  style: ${q(style)},
  timestamp: ${timestamp},
});
await fetch("http://localhost:3000/webhook", { method: "POST", headers, body });
`,
    php: (q) => `<?php
require 'vendor/autoload.php';

use Visiono\\Workflow\\Webhook;

$webhook = new Webhook(getenv('VISIONO_WEBHOOK_SECRET'));
$test = $webhook->testDelivery(
    ${q(event)},
${entries.map(([name, value]) => `    ${name}: ${q(value)},`).join("\n")}
    style: ${q(style)},
    timestamp: ${timestamp},
);
$webhook->receive($test->body, $test->headers);
`,
    python: (q) => `import os
from visiono_workflow import Webhook

webhook = Webhook(os.environ["VISIONO_WEBHOOK_SECRET"])
test = webhook.test_delivery(
    ${q(event)},
${entries.map(([name, value]) => `    ${snake(name)}=${q(value)},`).join("\n")}
    style=${q(style)},
    timestamp=${timestamp ? "True" : "False"},
)
webhook.receive(test.body, test.headers)
`,
    rust: (q) => `use std::env;
use visiono_workflow::{Error, TestEvent, Webhook, WebhookHeaders, WebhookStyle, unix_time};

fn main() -> Result<(), Error> {
    let webhook = Webhook::from_texts([env::var("VISIONO_WEBHOOK_SECRET").ok()])?;
    let event = TestEvent {
${entries.map(([name, value]) => `        ${snake(name)}: ${q(value)},`).join("\n")}
        style: WebhookStyle::${isDeveloper ? "Developer" : "Guide"},
        timestamp: ${timestamp},
    };
    let sent = webhook.test_delivery(${q(event)}, &event, unix_time())?;
    let headers: WebhookHeaders = sent.headers().collect();
    webhook.receive(sent.body().as_bytes(), &headers, unix_time())?;
    Ok(())
}
`,
    c: (q) => `${C_START("webhook", "VISIONO_WEBHOOK_SECRET")}
  visiono_test_delivery_t *test = NULL;
  visiono_test_event_t event = {
${cFields(texts, q)}
      .style = VISIONO_STYLE_${isDeveloper ? "DEVELOPER" : "GUIDE"},
      .without_timestamp = ${!timestamp},
  };
  if (code == VISIONO_OK) {
    code = visiono_webhook_test_delivery(webhook, visiono_text(${q(event)}), &event,
                                         time(NULL), &test, error);
  }
  if (code == VISIONO_OK) {
    visiono_str_t body = visiono_test_delivery_body(test);
    printf("%.*s\\n", (int)body.len, body.data);
  }
  visiono_test_delivery_free(test);
${C_END("webhook")}`,
    shell: (q) => `# The secret is in VISIONO_WEBHOOK_SECRET.
visiono-workflow webhook send http://localhost:3000/webhook --event=${q(event)} --style=${style} \\
${entries.map(([name, value]) => `  --${kebab(name)}=${q(value)}`).join(" \\\n")}${timestamp ? "" : " \\\n  --no-timestamp"}
`,
  });
}
