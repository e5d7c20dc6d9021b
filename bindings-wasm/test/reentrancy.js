// Arguments that run code while a call reads them: getters, iterators, traps of a proxy, methods
// that convert, and JavaScript's own functions replaced. The code frees the objects of the call,
// calls back in, throws, or makes the module's memory grow. It runs in any runtime.
//
// A call returns exactly what it returns for plain arguments, or it throws. It never returns
// anything once an object that it uses was freed.

const SECRETS = ["0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"];
const NOW = 1705500100;
const LINK = {
  slug: "damage-report",
  uniqueValue: "ABC123",
  source: "zendesk",
  reference: "ticket-456",
  timestamp: 1705500000,
};
const RETURN = {
  submissionId: "pls_123",
  uniqueValue: "a unique value that is longer than what a loop copies",
  reference: "ticket-456",
  photoCount: 5,
  timestamp: 1705500000,
};
const TEMPLATE =
  "https://a.example/t/{reference}/done?a=b&s={submission_id}&u={unique_value}&c={photo_count}" +
  "&t={timestamp}&h={signature}";
const BODY =
  '{"event":"submission.created","timestamp":"2024-01-17T14:00:00Z","data":' +
  '{"permanent_link_submission":{"id":"pls_123","unique_field_value":"ABC123",' +
  '"external_source":"zendesk","external_reference":"ticket-456"}}}';
const MARKER = new Error("thrown by an argument");

/** Built-in functions that a call uses before the module runs. */
const REPLACED = [
  [String.prototype, "charCodeAt"],
  [String.prototype, "split"],
  [String.prototype, "isWellFormed"],
  [Array.prototype, "forEach"],
  [Array.prototype, "map"],
  [Array.prototype, Symbol.iterator],
  [TextEncoder.prototype, "encodeInto"],
  [Uint8Array.prototype.__proto__, "set"],
  [WeakMap.prototype, "get"],
  [Reflect, "ownKeys"],
  [Object, "entries"],
];

/** Runs this many calls. Returns what failed, and how many calls ended in each way. */
export function fuzzReentrancy(visiono, rounds) {
  const failures = [];
  const outcomes = { returned: 0, freed: 0, threw: 0, refused: 0 };
  const control = world(visiono, 0);
  const expected = new Map(operations(control).map(({ name, run, args }) => [name, run(...args)]));
  for (let seed = 1; seed <= rounds; seed++) {
    const round = new Round(visiono, seed, control, expected);
    try {
      outcomes[round.run()] += 1;
    } catch (error) {
      failures.push(`re-entrancy ${seed}, ${round.name}: ${error.stack ?? error}`);
    }
    round.close();
  }
  return { failures, outcomes };
}

/** Fresh objects of one secret. */
function world({ Workflow, RedirectTemplate, Webhook, WorkflowSecret, WebhookSecret }, secret) {
  const workflow = new Workflow(SECRETS[secret]);
  const template = new RedirectTemplate(TEMPLATE);
  const webhook = new Webhook(SECRETS[secret]);
  return { Workflow, RedirectTemplate, Webhook, WorkflowSecret, WebhookSecret, workflow, template, webhook };
}

const close = ({ workflow, template, webhook }) => [workflow, template, webhook].forEach((one) => one.free());

/** Every method, with plain arguments that are right. */
function operations({ Workflow, RedirectTemplate, Webhook, WorkflowSecret, WebhookSecret, ...objects }) {
  const { workflow, template, webhook } = objects;
  const signer = new Workflow(SECRETS[0]);
  const signature = signer.signReturn("https://a.example/?={signature}", RETURN).slice(-64);
  const link = signer.signLink(LINK);
  const done = signer.signReturn(TEMPLATE, RETURN);
  signer.free();
  const receiver = new Webhook(SECRETS[0]);
  const header = receiver.sign(BODY);
  const headers = { "content-type": "application/json", "x-visiono-signature": header, "x-list": ["a", "b"] };
  const { link: delivered } = receiver.receive(BODY, headers, { now: NOW });
  receiver.free();
  const bytes = new TextEncoder().encode(BODY);
  const pairs = Object.fromEntries(new URL(link).searchParams);
  const { slug, ...fields } = LINK;
  const once = (object, use) => {
    try {
      return use(object);
    } finally {
      object.free();
    }
  };
  const settings = { now: NOW, expect: { reference: "ticket-456", timestamp: 1705500000 } };
  const operation = (name, used, run, ...args) => ({ name, used, run, args });
  return [
    operation("signLink", [workflow], (...given) => workflow.signLink(...given), LINK),
    operation("signLink of a URL", [workflow], (...given) => workflow.signLink(...given), {
      ...fields,
      link: { href: `https://a.example/${"a".repeat(9000)}` },
    }),
    operation("verifyLink", [workflow], (...given) => workflow.verifyLink(...given), link, settings),
    operation("verifyLink of pairs", [workflow], (...given) => workflow.verifyLink(...given), pairs, settings),
    operation(
      "verifyLink of a list of pairs",
      [workflow],
      (...given) => workflow.verifyLink(...given),
      Object.entries(pairs).map(([name, value]) => [name, [value]]),
      settings,
    ),
    operation("signReturn", [workflow, template], (...given) => workflow.signReturn(template, ...given), RETURN),
    operation("signReturn of a text", [workflow], (...given) => workflow.signReturn(...given), TEMPLATE, RETURN),
    operation(
      "verifyReturn",
      [workflow, template],
      (input, { now, expect }) => workflow.verifyReturn(input, { now, expect, template }),
      done,
      settings,
    ),
    operation("verifyReturn of a text", [workflow], (...given) => workflow.verifyReturn(...given), done, {
      ...settings,
      template: TEMPLATE,
    }),
    operation("expand", [template], (...given) => template.expand(...given), { ...RETURN, signature }),
    operation("checkExtractable", [template], () => String(template.checkExtractable())),
    operation("new Workflow", [], (...given) => once(new Workflow(...given), (one) => one.signLink(LINK)), SECRETS, {
      maxAge: 5,
      leeway: 5,
    }),
    operation(
      "new WorkflowSecret",
      [],
      (text) => once(new Workflow([new WorkflowSecret(text)]), (one) => one.signLink(LINK)),
      SECRETS[0],
    ),
    operation(
      "new RedirectTemplate",
      [],
      (text) => once(new RedirectTemplate(text), (one) => workflow.signReturn(one, RETURN)),
      TEMPLATE,
    ),
    operation("new Webhook", [], (...given) => once(new Webhook(...given), (one) => one.sign(BODY)), SECRETS, {
      maxAge: 5,
      requireTimestamp: true,
    }),
    operation(
      "new WebhookSecret",
      [],
      (text) => once(new Webhook([new WebhookSecret(text)]), (one) => one.sign(BODY)),
      SECRETS[0],
    ),
    operation("receive", [webhook], (...given) => webhook.receive(...given), BODY, headers, { now: NOW }),
    operation("receive of bytes", [webhook], (...given) => webhook.receive(...given), bytes, Object.entries(headers), {
      now: NOW,
    }),
    operation("receive of a request", [webhook], (...given) => webhook.receive(...given), bytes, { headers }, { now: NOW }),
    operation("verify", [webhook], (...given) => webhook.verify(...given), bytes, header),
    operation("sign", [webhook], (...given) => webhook.sign(...given), bytes),
    operation("testDelivery", [webhook], (...given) => webhook.testDelivery(...given), "submission.created", {
      id: "d-1",
      reference: "ticket-456",
      style: "developer",
      timestamp: true,
      now: NOW,
    }),
    operation("matches", [], (...given) => delivered.matches(...given), { ...RETURN, uniqueValue: "ABC123" }),
  ];
}

class Round {
  constructor(visiono, seed, control, expected) {
    this.visiono = visiono;
    this.random = generator(seed);
    this.control = control;
    this.expected = expected;
    this.world = world(visiono, 0);
    this.freed = new Set();
    this.others = [];
    this.isWrong = false;
    this.isActing = false;
    const all = operations(this.world);
    this.operation = all[this.random(all.length)];
    this.name = this.operation.name;
    this.wanted = JSON.stringify(expected.get(this.name));
    /** The number of times that the caller's code runs until it does something. */
    this.until = 1 + this.random(5);
  }

  /** Makes the call, and says how it ended. */
  run() {
    const { used, run, args } = this.operation;
    const restore = this.random(4) === 0 ? this.replace() : () => {};
    let result;
    try {
      result = run(...args.map((argument) => this.hostile(argument)));
    } catch (error) {
      restore();
      this.until = 0;
      this.check();
      if (error === MARKER) {
        return "threw";
      }
      if (error instanceof TypeError || error.code === "invalid_argument") {
        return used.some((object) => this.freed.has(object)) ? "freed" : "refused";
      }
      // A value that is no text under a name of the message, or among the headers.
      if (["malformed_parameter", "missing_parameter", "invalid_signature", "invalid_secret"].includes(error.code)) {
        return "refused";
      }
      throw error;
    }
    restore();
    this.until = 0;
    this.check();
    if (used.some((object) => this.freed.has(object))) {
      throw new Error("it worked with an object that was freed");
    }
    if (JSON.stringify(result) !== this.wanted) {
      throw new Error(`it returned ${JSON.stringify(result)}`);
    }
    return "returned";
  }

  /** Everything else works as before. */
  check() {
    if (this.isWrong) {
      throw new Error("a call within was wrong");
    }
    for (const { name, run, args } of operations(this.control)) {
      if (JSON.stringify(run(...args)) !== JSON.stringify(this.expected.get(name))) {
        throw new Error(`then ${name} was wrong`);
      }
    }
  }

  close() {
    close(this.world);
    this.others.forEach(close);
  }

  /** Runs as the caller's code. */
  act() {
    this.until -= 1;
    if (this.until !== 0 || this.isActing) {
      return;
    }
    // It may happen again.
    this.until = this.random(3) === 0 ? 1 + this.random(5) : 0;
    this.isActing = true;
    try {
      this.actOnce();
    } finally {
      this.isActing = false;
    }
  }

  actOnce() {
    const { workflow, template, webhook } = this.world;
    switch (this.random(8)) {
      case 0:
        throw MARKER;
      case 1:
      case 2: {
        const { used } = this.operation;
        const one = used[this.random(used.length)] ?? webhook;
        one.free();
        this.freed.add(one);
        break;
      }
      case 3:
      case 4: {
        // The next object takes the place of the freed one.
        [workflow, template, webhook].forEach((one) => {
          one.free();
          this.freed.add(one);
        });
        this.others.push(world(this.visiono, 1), world(this.visiono, 1));
        break;
      }
      case 5:
        this.callBack(this.control);
        break;
      case 6:
        this.control.workflow.signLink({ ...LINK, uniqueValue: "é".repeat(20_000 << this.random(5)) });
        break;
      default:
        this.callBack(this.world);
    }
  }

  /** Calls any method with plain arguments. */
  callBack(world) {
    const all = operations(world);
    const { name, used, run, args } = all[this.random(all.length)];
    let result;
    try {
      result = run(...args);
    } catch (error) {
      this.isWrong ||= !(error.code === "invalid_argument" && this.freed.size > 0);
      return;
    }
    this.isWrong ||=
      used.some((object) => this.freed.has(object)) ||
      JSON.stringify(result) !== JSON.stringify(this.expected.get(name));
  }

  /** Replaces a built-in function. */
  replace() {
    const [holder, name] = REPLACED[this.random(REPLACED.length)];
    const original = holder[name];
    if (original === undefined) {
      return () => {};
    }
    const round = this;
    const put = (value) => {
      Object.defineProperty(holder, name, { value, writable: true, configurable: true });
    };
    put(function (...args) {
      put(original);
      try {
        round.act();
        return Reflect.apply(original, this, args);
      } finally {
        put(replaced);
      }
    });
    const replaced = holder[name];
    return () => put(original);
  }

  /** The same argument, and code that runs when it is read. */
  hostile(value) {
    if (typeof value === "object" && value !== null) {
      return this.hostileObject(value);
    }
    // Now and then something else that converts to it.
    if (this.random(12) > 0) {
      return value;
    }
    const convert = () => {
      this.act();
      return value;
    };
    return { toString: convert, valueOf: convert, [Symbol.toPrimitive]: convert, toJSON: convert };
  }

  hostileObject(value) {
    if (ArrayBuffer.isView(value)) {
      return this.hostileBytes(value);
    }
    const items = Array.isArray(value) ? [] : {};
    for (const name of Object.keys(value)) {
      const item = this.hostile(value[name]);
      const get = () => {
        this.act();
        return item;
      };
      const member = this.random(3) === 0 ? { value: item } : { get };
      Object.defineProperty(items, name, { ...member, enumerable: true, configurable: true });
    }
    const act = () => this.act();
    switch (this.random(4)) {
      case 0:
        return items;
      case 1:
        return proxy(items, act);
      case 2:
        if (Array.isArray(value)) {
          Object.defineProperty(items, Symbol.iterator, {
            *value() {
              act();
              for (let i = 0; i < items.length; i++) {
                yield items[i];
                act();
              }
            },
          });
        }
        return items;
      default:
        return value;
    }
  }

  hostileBytes(value) {
    const act = () => this.act();
    const copy = value.slice();
    switch (this.random(4)) {
      case 0:
        return copy;
      case 1:
        return new (class extends Uint8Array {
          get buffer() {
            act();
            return super.buffer;
          }
          get byteLength() {
            act();
            return super.byteLength;
          }
        })(copy);
      case 2:
        return proxy(copy, act);
      default:
        return new DataView(copy.buffer);
    }
  }
}

/** A proxy that does what its target does, after code of its own. */
function proxy(target, act) {
  const traps = ["get", "has", "ownKeys", "getOwnPropertyDescriptor", "getPrototypeOf"].map((name) => [
    name,
    (...args) => {
      act();
      return Reflect[name](...args);
    },
  ]);
  return new Proxy(target, Object.fromEntries(traps));
}

/** Whole numbers from 0 up to a limit, the same ones for the same seed. */
function generator(seed) {
  let state = (seed * 2654435761) | 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}
