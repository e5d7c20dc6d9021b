// The body of a delivery beside what a slow reader, which knows nothing but the rules, makes of
// it. Bodies are made at random, of what is hard to read.

const SECRET = "whsec_0123456789abcdef";

/** Reads this many bodies. Returns the failures, and how many bodies had a bigint in them. */
export function readBodies({ Webhook }, rounds) {
  const webhook = new Webhook(SECRET);
  const failures = [];
  let bigints = 0;
  for (let seed = 1; seed <= rounds; seed++) {
    const body = `{"event":"x","data":${text(generator(seed), 0)}}`;
    const wanted = read(body);
    const headers = { "x-visiono-signature": webhook.sign(body) };
    const forms = [body, new TextEncoder().encode(body)];
    if (!forms.every((form) => isSame(webhook.receive(form, headers).body, wanted))) {
      failures.push(`body ${seed} is read wrongly: ${body.slice(0, 2000)}`);
    }
    bigints += hasBigint(wanted) ? 1 : 0;
  }
  return { failures, bigints };
}

/** Whole numbers from 0 up to a limit, the same ones for the same seed. */
function generator(seed) {
  let state = seed;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

const WHOLE = [
  "0",
  "-0",
  "9007199254740991",
  "-9007199254740991",
  "9007199254740992",
  "-9007199254740992",
  "9007199254740993",
  "9223372036854775807",
  "-9223372036854775808",
  "18446744073709551616",
  "1000000000000000",
  `1${"0".repeat(308)}`,
];
const TAILS = ["", "", "", ".0", ".5", "e0", "E-3", ".25e+2"];
const PIECES = [
  "9007199254740993",
  ",9007199254740993,",
  ":9007199254740993",
  '\\"9007199254740993\\"',
  "\\\\",
  '\\"',
  "\\/\\b\\f\\n\\r\\t",
  "\\u0039007199254740993",
  "\\ud83d\\ude42",
  "🙂é",
  "[{",
  "}]",
  "",
];
const NAMES = [
  "a",
  "\\u0061",
  "__proto__",
  "\\u005f_proto__",
  "constructor",
  "toString",
  "length",
  "2",
  "1",
  "9007199254740993",
  "",
];

function text(random, depth) {
  const space = () => ["", "", " ", "\n\t\r "][random(4)];
  const list = (open, close, item) => {
    const items = Array.from({ length: random(5) }, item);
    return open + space() + items.join(`${space()},${space()}`) + space() + close;
  };
  const string = () =>
    `"${Array.from({ length: random(4) }, () => PIECES[random(PIECES.length)]).join("")}"`;
  const number = () => {
    const digits = Array.from({ length: 1 + random(40) }, () => random(10)).join("");
    const whole = random(2) === 0 ? WHOLE[random(WHOLE.length)] : digits.replace(/^0+(?=.)/, "");
    // The core refuses a number that is beyond a double.
    return whole.length > 300 ? whole : whole + TAILS[random(TAILS.length)];
  };
  const value = () => text(random, depth + 1);
  switch (depth > 6 ? random(4) : random(8)) {
    case 0:
      return ["true", "false", "null"][random(3)];
    case 1:
      return string();
    case 2:
    case 3:
      return number();
    case 4:
      // As deep as the core takes: the object around it is one.
      return depth === 0 ? "[".repeat(126) + number() + "]".repeat(126) : number();
    case 5:
      return list("[", "]", value);
    default:
      return list("{", "}", () => `"${NAMES[random(NAMES.length)]}"${space()}:${space()}${value()}`);
  }
}

const ESCAPES = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\", "/": "/" };

/** Reads JSON a character at a time. */
function read(json) {
  let at = 0;
  const skip = () => {
    while (" \t\n\r".includes(json[at]) && at < json.length) {
      at += 1;
    }
  };
  const string = () => {
    let result = "";
    for (at += 1; json[at] !== '"'; at++) {
      if (json[at] !== "\\") {
        result += json[at];
        continue;
      }
      at += 1;
      if (json[at] === "u") {
        result += String.fromCharCode(Number.parseInt(json.slice(at + 1, at + 5), 16));
        at += 4;
      } else {
        result += ESCAPES[json[at]];
      }
    }
    at += 1;
    return result;
  };
  const number = () => {
    const start = at;
    while ("+-.eE0123456789".includes(json[at]) && at < json.length) {
      at += 1;
    }
    const digits = json.slice(start, at);
    if ([...digits].some((character) => ".eE".includes(character))) {
      return Number(digits);
    }
    const exact = BigInt(digits);
    return exact > 2n ** 53n - 1n || exact < 1n - 2n ** 53n ? exact : Number(digits);
  };
  const list = (end, item) => {
    at += 1;
    skip();
    while (json[at] !== end) {
      item();
      skip();
      if (json[at] === ",") {
        at += 1;
        skip();
      }
    }
    at += 1;
  };
  const value = () => {
    skip();
    switch (json[at]) {
      case "{": {
        const object = {};
        list("}", () => {
          const name = string();
          skip();
          at += 1;
          const own = { value: value(), writable: true, enumerable: true, configurable: true };
          Object.defineProperty(object, name, own);
        });
        return object;
      }
      case "[": {
        const array = [];
        list("]", () => array.push(value()));
        return array;
      }
      case '"':
        return string();
      case "t":
        at += 4;
        return true;
      case "f":
        at += 5;
        return false;
      case "n":
        at += 4;
        return null;
      default:
        return number();
    }
  };
  return value();
}

function isSame(one, other) {
  if (typeof one !== "object" || one === null || typeof other !== "object" || other === null) {
    return Object.is(one, other);
  }
  const names = Reflect.ownKeys(one);
  const others = Reflect.ownKeys(other);
  return (
    Object.getPrototypeOf(one) === Object.getPrototypeOf(other) &&
    names.length === others.length &&
    names.every((name, place) => name === others[place] && isSame(one[name], other[name]))
  );
}

function hasBigint(value) {
  return typeof value === "object" && value !== null
    ? Object.values(value).some(hasBigint)
    : typeof value === "bigint";
}
