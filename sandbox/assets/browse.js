// The service's API: its OpenAPI document as a page, and a form to try each request.

import { attempt, onSubmit } from "./api.js";
import { block, h, label } from "./dom.js";

const operations = document.getElementById("operations");
const key = document.getElementById("try").elements.key;
document.getElementById("try").addEventListener("submit", (event) => event.preventDefault());

let openapi;

/** Returns the target of a reference, with the reference's own description. */
function resolve(value) {
  if (!value?.$ref) return value ?? {};
  const found = value.$ref.split("/").slice(1).reduce((part, name) => part[name], openapi);
  return { ...resolve(found), ...value, name: value.$ref.split("/").at(-1) };
}

/** Returns a text with its `code` marked. */
const prose = (text) => text.split("`").map((part, index) => (index % 2 === 1 ? h("code", {}, part) : part));

/** Returns a description with its first word as a tag. */
function sourced(description = "", source) {
  const [, rest] = /^(?:Documented|Inferred)\.?\s*(.*)$/s.exec(description) ?? [null, description];
  const text = rest && rest[0].toUpperCase() + rest.slice(1);
  return [source && h("span", { class: `tag ${source}` }, source), text && " ", ...prose(text)];
}

/** Returns the first schema that is not `null`. */
function main(schema) {
  const found = resolve(schema);
  const other = found.oneOf?.find(({ type }) => type !== "null");
  return other ? { ...resolve(other), description: found.description, "x-visiono-source": found["x-visiono-source"] } : found;
}

function type(schema) {
  const found = main(schema);
  const types = [found.type].flat().filter((one) => one && one !== "null");
  const [name] = types;
  if (found.enum) return found.enum.join(" | ");
  if (name === "array") return `array of ${found.items ? type(found.items) : "anything"}`;
  const bounds = [
    found.minLength != null && `at least ${found.minLength}`,
    found.maxLength != null && `at most ${found.maxLength} characters`,
    found.minimum != null && found.minimum !== 0 && `from ${found.minimum}`,
    found.maximum != null && `to ${found.maximum}`,
    found.pattern,
    found.default != null && `default ${found.default}`,
  ].filter(Boolean);
  return [found.format ?? name ?? "anything", ...bounds].join(", ");
}

function field(name, schema, required, depth) {
  const found = main(schema);
  const inner = found.properties ? found : main(found.items).properties ? main(found.items) : null;
  return h(
    "li",
    {},
    h("p", {}, h("code", { class: "name" }, name), " ", h("span", { class: "quiet" }, type(schema), required ? ", required" : "")),
    h("p", {}, sourced(found.description, found["x-visiono-source"])),
    inner && depth < 4 && h("details", {}, h("summary", {}, `Fields of ${name}`), fields(inner, depth + 1)),
  );
}

const fields = ({ properties = {}, required = [] }, depth = 0) =>
  h(
    "ul",
    { class: "fields", role: "list" },
    Object.entries(properties).map(([name, schema]) => field(name, schema, required.includes(name), depth)),
  );

const json = (content) => content?.["application/json"]?.schema;

function response([status, value]) {
  const found = resolve(value);
  const schema = json(found.content);
  const isError = Number(status) >= 400;
  return h(
    "li",
    {},
    h("p", {}, h("strong", {}, status), " ", sourced(found.description, found["x-visiono-source"])),
    schema && !isError && h("details", {}, h("summary", {}, `Fields of ${status}`), fields(main(schema))),
  );
}

/** Returns the example of a body, or one made of the required members. */
function example(schema) {
  const found = main(schema);
  if (found.examples) return found.examples[0];
  if (found.properties) {
    const wanted = Object.entries(found.properties).filter(([name]) => (found.required ?? []).includes(name) || name === "items");
    return Object.fromEntries(wanted.map(([name, inner]) => [name, name === "url" ? "http://localhost:8000/webhook" : example(inner)]));
  }
  const [name] = [found.type].flat();
  if (found.enum) return found.enum[0];
  if (name === "array") return [example(found.items)];
  return { integer: found.minimum ?? 1, number: 1, boolean: true, object: {} }[name] ?? "Please send photos";
}

function trial(path, method, operation) {
  const parameters = (operation.parameters ?? []).map(resolve);
  const schema = json(operation.requestBody?.content);
  const inputs = parameters.map((one) => label(one.name, h("input", { name: one.name, required: one.required, dir: "auto" })));
  const body = schema && h("textarea", { name: "body", rows: 8, spellcheck: "false", dir: "ltr" });
  if (body) body.value = JSON.stringify(example(schema), null, 2);
  const answer = h("div", { role: "status" });
  const form = h(
    "form",
    { class: "grid" },
    inputs,
    body && h("div", {}, label("Body", body)),
    h("p", { class: "actions" }, h("button", {}, "Send")),
  );
  onSubmit(form, async (values) => {
    let target = `/api/v1${path}`;
    const query = new URLSearchParams();
    for (const { name, in: place } of parameters) {
      const value = values.get(name);
      if (place === "path") target = target.replace(`{${name}}`, encodeURIComponent(value));
      else if (value !== "") query.append(name, value);
    }
    if (query.size > 0) target += `?${query}`;
    const headers = { "x-api-key": key.value.trim() };
    if (body?.value.trim()) headers["content-type"] = "application/json";
    const sent = await fetch(target, { method: method.toUpperCase(), headers, body: body?.value.trim() || undefined });
    const text = await sent.text();
    const limit = ["limit", "remaining"].map((name) => sent.headers.get(`x-ratelimit-${name}`));
    answer.replaceChildren(
      h("p", {}, h("strong", {}, String(sent.status)), limit[0] && `, ${limit[1]} of ${limit[0]} requests left`),
      block("Answer", pretty(text)),
    );
  });
  return [h("h4", {}, "Try it"), form, answer];
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function operationItem(path, method, operation) {
  const { operationId: id, summary, description, parameters = [], requestBody } = operation;
  const details = h(
    "details",
    { class: "operation", id },
    h("summary", {}, h("span", { class: "method" }, method.toUpperCase()), " ", h("code", {}, path), " ", h("span", { class: "quiet" }, summary)),
  );
  const build = () => {
    const schema = json(requestBody?.content);
    details.append(
      ...[
        h("p", {}, sourced(description, operation["x-visiono-source"])),
        parameters.length > 0 && h("h4", {}, "Parameters"),
        parameters.length > 0 &&
          h("ul", { class: "fields", role: "list" }, parameters.map(resolve).map((one) =>
            h(
              "li",
              {},
              h("p", {}, h("code", { class: "name" }, one.name), " ", h("span", { class: "quiet" }, `${one.in}, ${type(one.schema)}`)),
              h("p", {}, sourced(one.description, one["x-visiono-source"])),
            ))),
        schema && h("h4", {}, "Body"),
        schema && fields(main(schema)),
        h("h4", {}, "Answers"),
        h("ul", { class: "fields", role: "list" }, Object.entries(operation.responses).map(response)),
        ...trial(path, method, operation),
      ].filter(Boolean),
    );
  };
  details.addEventListener("toggle", build, { once: true });
  return details;
}

attempt(async () => {
  const answer = await fetch("/api/v1.openapi");
  openapi = await answer.json();
  const tags = new Map();
  for (const [path, item] of Object.entries(openapi.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      const [tag] = operation.tags;
      if (!tags.has(tag)) tags.set(tag, []);
      tags.get(tag).push(operationItem(path, method, operation));
    }
  }
  for (const [tag, items] of tags) {
    operations.append(h("section", { class: "card" }, h("h2", {}, tag), h("h3", { class: "hidden" }, "Requests"), items));
  }
  // The list was still empty when the browser looked for the element in the address.
  const wanted = location.hash && document.getElementById(location.hash.slice(1));
  if (wanted) {
    wanted.open = true;
    wanted.scrollIntoView();
  }
});
