// The settings: endpoints, events, faults, links, requests, keys and the clock.

import { attempt, onSubmit, request } from "./api.js";
import { showDelivery } from "./details.js";
import { bdi, block, copyButton, duration, h, label, moment, select, tick } from "./dom.js";

const PAYLOADS = [
  ["guide", "guide for integrators"],
  ["developer", "developer documentation"],
];
const HEADERS = [...PAYLOADS, ["both", "both"]];
const RETRIES = [
  ["guide", "0, 1 min, 5 min, 30 min, 2 h"],
  ["developer", "1, 5, 30 min"],
];
const FAULTS = [
  ["duplicate", "Send twice"],
  ["reorder", "Send after the next one"],
  ["delay", "Send later"],
  ["lose", "Never send"],
  ["tamper_body", "Tamper with the body"],
  ["tamper_header", "Tamper with the signature"],
  ["old_secret", "Sign with the old secret"],
  ["wrong_secret", "Sign with a wrong secret"],
  ["stale_timestamp", "Stale timestamp"],
  ["wrong_header_style", "Wrong header style"],
  ["huge_body", "Huge body"],
  ["slow_sending", "Send the body slowly"],
];
const RETURN_FAULTS = [
  ["return_forged", "Forged return"],
  ["return_expired", "Expired return"],
  ["return_doubled", "Return with a doubled parameter"],
  ["return_other_ticket", "Return of another ticket"],
];
/** The faults with a time, each with its default. */
const SECONDS = { delay: 600, stale_timestamp: 14400, slow_sending: 5 };
const STEPS = [
  [60, "1 min"],
  [300, "5 min"],
  [1800, "30 min"],
  [7200, "2 h"],
  [86400, "1 day"],
];

const section = (id) => document.getElementById(id);
const title = (id, text) => h("h2", { id: `${id}-title` }, text);
const button = (text, action) => h("button", { type: "button", onclick: () => attempt(action) }, text);
const wide = (element) => (element.classList.add("wide"), element);
const path = (...parts) => ["/sandbox", ...parts.map(encodeURIComponent)].join("/");

let overview;
let refresh;

/** Returns a list that is redrawn only if its data changed, and keeps open items open. */
function liveList(attributes, item) {
  const list = h("ul", { role: "list", ...attributes });
  let before;
  function draw(data) {
    // The use of a key must not close an open form.
    const now = JSON.stringify(data, (name, value) => (name === "last_used" ? undefined : value));
    if (now === before) return;
    before = now;
    const open = new Set([...list.querySelectorAll("details[open]")].map(({ dataset }) => dataset.key));
    const hadFocus = list.contains(document.activeElement);
    list.replaceChildren(...data.map(item));
    for (const details of list.querySelectorAll("details")) details.open = open.has(details.dataset.key);
    if (hadFocus) list.closest("section").focus();
  }
  return [list, draw];
}

/** Shows a secret, which no other answer has. */
function showSecret(place, secret) {
  place.replaceChildren(
    h("p", {}, "The secret. It is shown once:"),
    block("Secret", secret),
    h("p", { class: "actions" }, copyButton(secret)),
  );
}

const eventSelect = (attributes) =>
  select("event", overview.events.map((name) => [name, name]), "submission.created", attributes);

// Endpoints.

async function log(endpoint, place) {
  const found = [];
  for (let after = 0; ; ) {
    const query = new URLSearchParams({ endpoint, after });
    const { deliveries, last } = await request("GET", `/sandbox/deliveries?${query}`);
    if (deliveries.length === 0) break;
    found.push(...deliveries);
    after = last;
  }
  const rows = found.reverse().slice(0, 100).map((delivery) => {
    const last = delivery.attempts.at(-1);
    const time = last && ` · ${last.answer.status ?? "no answer"} · ${last.milliseconds} ms`;
    const details = h("details", {}, h("summary", {}, `${delivery.event} · ${delivery.status}`, time, h("br"), moment(delivery.created)));
    details.addEventListener("toggle", () => details.append(...showDelivery(delivery)), { once: true });
    return details;
  });
  place.replaceChildren(...(rows.length > 0 ? rows : [h("p", { class: "quiet" }, "No deliveries yet.")]));
}

function endpointItem(endpoint) {
  const { id, name, url, events, active, payload, headers, timestamp, retries } = endpoint;
  const secret = h("div", { role: "status" });
  const form = h(
    "form",
    { class: "grid" },
    label("Name", h("input", { name: "name", value: name, required: true, dir: "auto" })),
    wide(label("URL", h("input", { name: "url", type: "url", value: url, required: true }))),
    h("fieldset", {}, h("legend", {}, "Events"), overview.events.map((event) => tick(event, "events", events.includes(event), event))),
    label("Payload", select("payload", PAYLOADS, payload)),
    label("Headers", select("headers", HEADERS, headers)),
    label("Retries", select("retries", RETRIES, retries)),
    h("div", { class: "ticks" }, tick("submission.created has a timestamp", "timestamp", timestamp), tick("Active", "active", active)),
    h("p", { class: "actions" }, h("button", {}, "Save")),
  );
  onSubmit(form, async (fields) => {
    await request("PATCH", path("endpoints", id), {
      name: fields.get("name"),
      url: fields.get("url"),
      events: fields.getAll("events"),
      payload: fields.get("payload"),
      headers: fields.get("headers"),
      retries: fields.get("retries"),
      timestamp: fields.has("timestamp"),
      active: fields.has("active"),
    });
    await refresh();
  });
  const event = eventSelect({ "aria-label": `Test event for ${name}` });
  const entries = h("div", { class: "log" });
  const logs = h("details", { "data-key": `log-${id}` }, h("summary", {}, "Log"), entries);
  logs.addEventListener("toggle", () => logs.open && attempt(() => log(id, entries)));
  return h(
    "li",
    { class: "thing" },
    h("h3", {}, bdi(name), !active && [" ", h("span", { class: "tag" }, "not active")]),
    name !== url && h("p", { class: "quiet" }, bdi(url)),
    h(
      "p",
      { class: "actions" },
      event,
      button("Send a test event", () => request("POST", path("endpoints", id, "test"), { event: event.value })),
    ),
    logs,
    h(
      "details",
      { "data-key": `edit-${id}` },
      h("summary", {}, "Settings"),
      form,
      h(
        "p",
        { class: "actions" },
        button("Regenerate the secret", async () => showSecret(secret, (await request("POST", path("endpoints", id, "secret"))).secret)),
        button("Delete", async () => {
          if (!confirm(`Delete the endpoint ${name}?`)) return;
          await request("DELETE", path("endpoints", id));
          await refresh();
        }),
      ),
      secret,
    ),
  );
}

function endpoints() {
  const secret = h("div", { role: "status" });
  const form = h(
    "form",
    { class: "row" },
    label("URL", h("input", { name: "url", type: "url", required: true, placeholder: "http://localhost:8000/webhook" })),
    h("button", {}, "Add an endpoint"),
  );
  onSubmit(form, async (fields) => {
    const added = await request("POST", path("endpoints"), { url: fields.get("url") });
    form.reset();
    showSecret(secret, added.secret);
    await refresh();
  });
  const [list, draw] = liveList({}, endpointItem);
  const none = h("p", { class: "quiet" }, "No endpoint yet: webhooks go nowhere.");
  section("endpoints").replaceChildren(title("endpoints", "Endpoints"), none, list, form, secret);
  return () => {
    none.hidden = overview.endpoints.length > 0;
    draw(overview.endpoints);
  };
}

// Events.

function events() {
  const done = h("p", { role: "status" });
  const form = h(
    "form",
    { class: "grid" },
    label("Event", eventSelect()),
    label("Unique value", h("input", { name: "unique_value", value: "ABC123", required: true, dir: "auto" })),
    label("Source", h("input", { name: "source", value: "zendesk", required: true, dir: "auto" })),
    label("Ticket", h("input", { name: "reference", value: "ticket-456", required: true, dir: "auto" })),
    h("p", { class: "actions" }, h("button", {}, "Send to all endpoints")),
  );
  onSubmit(form, async (fields) => {
    const { deliveries } = await request("POST", path("events"), Object.fromEntries(fields));
    done.textContent =
      deliveries.length === 0 ? "No active endpoint wants this event." : `Deliveries: ${deliveries.length}`;
  });
  section("events").replaceChildren(title("events", "Events"), form, done);
}

// Faults.

function faultItem({ id, kind, seconds, endpoint, remaining }) {
  const [, text] = [...FAULTS, ...RETURN_FAULTS].find(([name]) => name === kind) ?? [kind, kind];
  const name = overview.endpoints.find((other) => other.id === endpoint)?.name;
  const facts = [
    seconds != null && duration(seconds),
    remaining == null ? "until removed" : `the next ${remaining}`,
    kind.startsWith("return_") ? null : (name ?? "all endpoints"),
  ];
  return h(
    "li",
    { class: "thing split" },
    h("p", {}, h("strong", {}, text), h("br"), h("span", { class: "quiet" }, bdi(facts.filter(Boolean).join(" · ")))),
    h(
      "button",
      {
        type: "button",
        "aria-label": `Remove: ${text}`,
        onclick: () => attempt(async () => {
          await request("DELETE", path("faults", id));
          await refresh();
        }),
      },
      "Remove",
    ),
  );
}

function faults() {
  const group = (name, options) => h("optgroup", { label: name }, options.map(([value, text]) => h("option", { value }, text)));
  const kind = h("select", { name: "kind" }, group("Webhooks", FAULTS), group("Returns", RETURN_FAULTS));
  const seconds = h("input", { name: "seconds", type: "number", min: 0, required: true });
  const secondsLabel = label("Seconds", seconds);
  const endpoint = h("select", { name: "endpoint" });
  const endpointLabel = label("Endpoint", endpoint);
  const form = h(
    "form",
    { class: "grid" },
    label("Fault", kind),
    label("For the next", h("input", { name: "remaining", type: "number", min: 1, value: 1, placeholder: "all, until removed" })),
    secondsLabel,
    endpointLabel,
    h("p", { class: "actions" }, h("button", {}, "Switch on")),
  );
  function adapt() {
    const time = SECONDS[kind.value];
    secondsLabel.hidden = time === undefined;
    seconds.disabled = time === undefined;
    seconds.value = time ?? "";
    endpointLabel.hidden = kind.value.startsWith("return_");
    endpoint.disabled = endpointLabel.hidden;
  }
  kind.addEventListener("change", adapt);
  adapt();
  onSubmit(form, async (fields) => {
    const number = (name) => (fields.get(name) ? Number(fields.get(name)) : undefined);
    await request("POST", path("faults"), {
      kind: fields.get("kind"),
      seconds: number("seconds"),
      remaining: number("remaining"),
      endpoint: fields.get("endpoint") || undefined,
    });
    await refresh();
  });
  const [list, draw] = liveList({}, faultItem);
  section("faults").replaceChildren(title("faults", "Faults"), list, form);
  return () => {
    const chosen = endpoint.value;
    const options = overview.endpoints.map(({ id, name }) => h("option", { value: id }, name));
    endpoint.replaceChildren(h("option", { value: "" }, "all"), ...options);
    endpoint.value = chosen;
    if (endpoint.selectedIndex < 0) endpoint.value = "";
    draw(overview.faults);
  };
}

// Links.

function itemRow({ id = "", title: text = "", instructions = "", required = false } = {}) {
  const row = h(
    "fieldset",
    { class: "item grid" },
    h("legend", {}, "Item"),
    label("ID", h("input", { name: "id", value: id, required: true })),
    label("Title", h("input", { name: "title", value: text, required: true, dir: "auto" })),
    label("Instructions", h("input", { name: "instructions", value: instructions, dir: "auto" })),
    tick("Required", "required", required),
    h("p", { class: "actions" }, h("button", { type: "button", onclick: () => row.remove() }, "Remove the item")),
  );
  return row;
}

function linkItem(link) {
  const { slug } = link;
  const secret = h("div", { role: "status" });
  const items = h("div", {}, link.items.map(itemRow));
  const redirect = h("input", {
    name: "redirect",
    value: link.redirect ?? "",
    placeholder: "http://localhost:8000/done?ref={reference}&sig={signature}",
  });
  const form = h(
    "form",
    { class: "grid" },
    label("Name", h("input", { name: "name", value: link.name, required: true, dir: "auto" })),
    label("Label of the unique value", h("input", { name: "unique_field_label", value: link.unique_field_label, required: true, dir: "auto" })),
    wide(label("Redirect template", redirect)),
    link.redirect_lacks && h("p", { class: "wide" }, `It lacks ${link.redirect_lacks.join(", ")}. `, h(
      "button",
      { type: "button", onclick: () => (redirect.value = link.complete_redirect) },
      "Use the template that carries all",
    )),
    h("div", { class: "ticks" }, tick("Workflow Mode", "workflow_mode", link.workflow_mode), tick("Active", "active", link.active)),
    items,
    h(
      "p",
      { class: "actions" },
      h("button", {}, "Save"),
      h("button", { type: "button", onclick: () => items.append(itemRow()) }, "Add an item"),
    ),
  );
  onSubmit(form, async (fields) => {
    const value = (row, name) => row.querySelector(`[name=${name}]`);
    await request("PUT", path("links", slug), {
      name: fields.get("name"),
      redirect: fields.get("redirect") || null,
      unique_field_label: fields.get("unique_field_label"),
      workflow_mode: fields.has("workflow_mode"),
      active: fields.has("active"),
      items: [...items.children].map((row) => ({
        id: value(row, "id").value,
        title: value(row, "title").value,
        instructions: value(row, "instructions").value,
        required: value(row, "required").checked,
      })),
    });
    await refresh();
  });
  return h(
    "li",
    { class: "thing" },
    h(
      "h3",
      {},
      bdi(slug),
      !link.active && [" ", h("span", { class: "tag" }, "not active")],
      !link.workflow_mode && [" ", h("span", { class: "tag" }, "Workflow Mode off")],
    ),
    h("p", { class: "quiet" }, link.redirect ? bdi(link.redirect) : "No redirect template: nobody is sent back."),
    h(
      "details",
      { "data-key": `link-${slug}` },
      h("summary", {}, "Settings"),
      form,
      h(
        "p",
        { class: "actions" },
        button("Regenerate the secret", async () => showSecret(secret, (await request("POST", path("links", slug, "secret"))).secret)),
        button("Delete", async () => {
          if (!confirm(`Delete the link ${slug}?`)) return;
          await request("DELETE", path("links", slug));
          await refresh();
        }),
      ),
      secret,
    ),
  );
}

function links() {
  const secret = h("div", { role: "status" });
  const form = h(
    "form",
    { class: "row" },
    label("Slug", h("input", { name: "slug", required: true, placeholder: "damage-report" })),
    h("button", {}, "Add a link"),
  );
  onSubmit(form, async (fields) => {
    const added = await request("PUT", path("links", fields.get("slug")), {});
    form.reset();
    if (added.secret) showSecret(secret, added.secret);
    await refresh();
  });
  const [list, draw] = liveList({}, linkItem);
  section("links").replaceChildren(title("links", "Links"), list, form, secret);
  return () => draw(overview.links);
}

// Photo requests.

const isOpen = ({ status }) => status === "pending" || status === "in_progress";

function requestItem(shown) {
  const { id, unique_code: code, numeric_code: digits, status, instructions, expires, url } = shown;
  return h(
    "li",
    { class: "thing" },
    h("h3", {}, h("a", { href: url, target: "_blank", rel: "noopener" }, code), " ", h("span", { class: "tag" }, status.replace("_", " "))),
    h("p", { class: "brief" }, bdi(instructions)),
    h("p", { class: "quiet" }, `Code ${digits}`, expires != null && ` · expires ${moment(expires)}`),
    isOpen(shown) &&
      h(
        "p",
        { class: "actions" },
        h(
          "button",
          {
            type: "button",
            "aria-label": `Submit without a browser: ${code}`,
            onclick: () => attempt(async () => {
              await request("POST", path("photo-requests", id, "submit"), {});
              await refresh();
            }),
          },
          "Submit without a browser",
        ),
      ),
  );
}

function requests() {
  const [list, draw] = liveList({}, requestItem);
  const none = h("p", { class: "quiet" }, "None yet. A program makes them through the ", h("a", { href: "/sandbox/api" }, "service’s API"), ".");
  section("requests").replaceChildren(
    title("requests", "Photo requests"),
    none,
    list,
    h("p", {}, h("a", { href: "/code", target: "_blank", rel: "noopener" }, "Open the page for codes")),
  );
  return () => {
    none.hidden = overview.requests.length > 0;
    draw(overview.requests);
  };
}

// Keys of the service's API.

const scopeTicks = (chosen) =>
  h("fieldset", {}, h("legend", {}, "Scopes"), overview.scopes.map((scope) => tick(scope, "scopes", chosen.includes(scope), scope)));

/** A new key is shown once, outside of the list, which is redrawn. */
const shownKey = h("div", { role: "status" });

function keyItem(key) {
  const { id, name, scopes, active, hint, last_used: used } = key;
  const form = h(
    "form",
    { class: "grid" },
    label("Name", h("input", { name: "name", value: name, required: true, maxlength: 200, dir: "auto" })),
    scopeTicks(scopes),
    h("div", { class: "ticks" }, tick("Active", "active", active)),
    h("p", { class: "actions" }, h("button", {}, "Save")),
  );
  onSubmit(form, async (fields) => {
    await request("PATCH", path("keys", id), {
      name: fields.get("name"),
      scopes: fields.getAll("scopes"),
      active: fields.has("active"),
    });
    await refresh();
  });
  const lacks = overview.scopes.length - scopes.length;
  return h(
    "li",
    { class: "thing" },
    h(
      "h3",
      {},
      bdi(name),
      !active && [" ", h("span", { class: "tag" }, "not active")],
      lacks > 0 && [" ", h("span", { class: "tag" }, `${scopes.length} of ${overview.scopes.length} scopes`)],
    ),
    h("p", { class: "quiet" }, h("code", {}, hint), used == null ? " · never used" : ` · last used ${moment(used)}`),
    h(
      "details",
      { "data-key": `key-${id}` },
      h("summary", {}, "Settings"),
      form,
      h(
        "p",
        { class: "actions" },
        button("Regenerate the key", async () => showSecret(shownKey, (await request("POST", path("keys", id, "secret"))).secret)),
        button("Delete", async () => {
          if (!confirm(`Delete the key ${name}?`)) return;
          await request("DELETE", path("keys", id));
          await refresh();
        }),
      ),
    ),
  );
}

function keys() {
  const form = h(
    "form",
    { class: "row" },
    label("Name", h("input", { name: "name", required: true, maxlength: 200, value: "Help desk", dir: "auto" })),
    label("Kind", select("mode", [["test", "vsk_test_"], ["live", "vsk_live_"]], "test")),
    h("button", {}, "Make a key"),
  );
  onSubmit(form, async (fields) => {
    const added = await request("POST", path("keys"), Object.fromEntries(fields));
    showSecret(shownKey, added.key);
    await refresh();
  });
  const limit = h("input", { name: "limit", type: "number", min: 1, max: 1000000, required: true });
  const limits = h("form", { class: "row" }, label("Requests a minute", limit), h("button", {}, "Set"));
  onSubmit(limits, async (fields) => {
    await request("PUT", path("rate-limit"), { limit: Number(fields.get("limit")) });
    await refresh();
  });
  const state = h("p", { class: "quiet", role: "status" });
  const [list, draw] = liveList({}, keyItem);
  const none = h("p", { class: "quiet" }, "No key yet: the API refuses every program.");
  section("keys").replaceChildren(
    title("keys", "API keys"),
    h("p", { class: "quiet" }, "For ", h("code", {}, `${overview.origin}/api/v1`), ", in the header ", h("code", {}, "X-API-Key"), "."),
    none,
    list,
    form,
    shownKey,
    h("h3", {}, "Rate limit"),
    state,
    limits,
    h(
      "p",
      { class: "actions" },
      button("Exhaust it for a minute", async () => {
        await request("PUT", path("rate-limit"), { exhausted: true });
        await refresh();
      }),
    ),
  );
  return () => {
    none.hidden = overview.api_keys.length > 0;
    draw(overview.api_keys);
    const { limit: most, exhausted } = overview.rate_limit;
    state.textContent = exhausted ? "Exhausted: every key gets 429 until a minute is over on the clock." : `Each key may send ${most} requests a minute.`;
    if (document.activeElement !== limit) limit.value = most;
  };
}

// The clock.

function clock() {
  const advance = async (seconds) => {
    await request("POST", path("clock"), { advance: seconds });
    await refresh();
  };
  const form = h(
    "form",
    { class: "row" },
    label("Seconds", h("input", { name: "seconds", type: "number", min: 1, value: 3600, required: true })),
    h("button", {}, "Advance"),
  );
  onSubmit(form, (fields) => advance(Number(fields.get("seconds"))));
  section("clock").replaceChildren(
    title("clock", "Clock"),
    h("p", { class: "quiet" }, "Links expire and retries come due at once."),
    h("p", { class: "actions" }, STEPS.map(([seconds, text]) => button(`+ ${text}`, () => advance(seconds)))),
    form,
    h("h3", {}, "Reset"),
    h("p", { class: "quiet" }, "Forgets everything but the links, the endpoints, the keys and their secrets."),
    h("p", { class: "actions" }, button("Reset the sandbox", async () => {
      if (confirm("Forget all photo requests, visits, photos, deliveries and faults?")) await request("POST", path("reset"));
    })),
  );
}

/** Builds the settings. Returns a function that shows the newest overview. */
export function build(first, onChange) {
  overview = first;
  refresh = onChange;
  const draws = [endpoints(), faults(), links(), requests(), keys()];
  events();
  clock();
  return (next) => {
    overview = next;
    for (const draw of draws) draw();
  };
}
