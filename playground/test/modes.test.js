// Tests each mode and each verdict like a person uses them.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { EXAMPLES } from "../src/examples.js";
import { FILE, launch, mode, open } from "./browser.js";

const SECRET = "4f8a1c0de27b93655f0e8d7c6b5a493827160f1e2d3c4b5a69788796a5b4c3d2";
const OTHER = "another-secret-of-a-staging-link";
const NOW = 1735137360;
const hmac = (key, text) => createHmac("sha256", key).update(text).digest("hex");
const link = (key, text = `ABC|zendesk|t-1|${NOW}`, more = "") =>
  `https://visiono.io/s/a?uv=ABC&src=zendesk&ref=t-1&ts=${NOW}&sig=${hmac(key, text)}${more}`;

let browser, context, page, problems;
before(async () => {
  browser = await launch();
  ({ context, page, problems } = await open(browser, FILE));
});
after(async () => {
  await browser?.close();
});

/** The names of the tabs. */
const TABS = { link: "Link", return: "Return", webhook: "Webhook" };

/** Opens an empty mode. */
async function empty(name) {
  const found = await mode(page, name);
  await page.getByRole("button", { name: "Clear" }).click();
  await found.unfold();
  return found;
}

async function outcomes(found) {
  const words = await found.checks.locator(".word").allInnerTexts();
  return words.map((word) => word[0]).join("");
}

const until = (locator, text) => locator.filter({ hasText: text }).waitFor();

/** The verdict, the checks and the causes of each example. */
const ANSWERS = {
  "A valid link": ["Valid", "ppppppp"],
  "A wrong key": ["Refused by check 5 of 7", "ppppfnn", "key_hex_decoded"],
  "A wrong text": ["Refused by check 5 of 7", "ppppfnn", "encoded_values"],
  "An expired link": ["Refused by check 6 of 7", "pppppfn", "expired"],
  "A look-alike parameter": ["Refused by check 2 of 7", "pfnnnnn", "doubtful_name"],
  "An invisible character": ["Refused by check 5 of 7", "ppppfnn", "squeezed"],
  "A valid return": ["Valid", "ppppppp"],
  "A template that lacks fields": ["Refused by check 3 of 7", "ppfnnnn", "template_lacks"],
  "Your own check is wrong": ["Valid", "ppppppp", "field_order"],
  "Another ticket": ["Refused by check 7 of 7", "ppppppf", "unexpected_value"],
  "A valid webhook": ["Valid", "ppppppp"],
  "Parsed and written again": ["Refused by check 4 of 7", "pppfnnn", "reserialized"],
  "A secret without its prefix": ["Refused by check 4 of 7", "pppfnnn", "key_prefix_removed"],
};

describe("the examples", () => {
  it("all have an answer here", () => {
    assert.deepEqual(EXAMPLES.map(({ title }) => title), Object.keys(ANSWERS));
  });
  for (const { kind, title } of EXAMPLES) {
    it(title, async () => {
      const found = await empty(TABS[kind]);
      await found.example(title);
      const [verdict, checks, cause] = ANSWERS[title];
      await until(found.verdict, verdict);
      assert.equal(await outcomes(found), checks);
      const asks = found.panel.getByRole("button", { name: "Explain" });
      assert.equal(await asks.count(), cause ? 1 : 0);
      if (cause) {
        await asks.click();
        await found.panel.locator(".explained h3[tabindex]").waitFor();
        assert.deepEqual(await found.causes.allInnerTexts(), [cause]);
        assert.equal(await found.panel.locator(".explained [role=tab]").count(), 3);
      }
    });
  }
});

describe("a link", () => {
  it("shows its parts without a secret, and verifies nothing", async () => {
    const found = await empty("Link");
    await found.control("Signed link").fill(link(SECRET));
    await until(found.verdict, "Type the secret to check it.");
    assert.equal(await found.checks.count(), 0);
    const rows = await found.panel.locator("tr.field").evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll("th > code, .value")].map(({ textContent }) => textContent)));
    assert.deepEqual(rows.slice(0, 4), [["uv", "ABC"], ["src", "zendesk"], ["ref", "t-1"], ["ts", String(NOW)]]);
  });

  it("has a verdict, the signed text, the time left, and the values that the code receives", async () => {
    const found = await empty("Link");
    await found.control("Signed link").fill(`${link(SECRET)}\n`);
    await found.control("Workflow secret").fill(SECRET);
    await until(found.verdict, "Refused by check 6 of 7");
    await found.control("Time of the check").fill(String(NOW + 3000));
    await until(found.verdict, "Valid");
    assert.equal(await found.panel.locator(".left").innerText(), "Time left: 10 min 1 s, until 2024-12-25 15:36:01 UTC, from the time of the check");
    assert.equal(await found.panel.getByLabel("The text that must be signed").innerText(), `ABC|zendesk|t-1|${NOW}`);
    const received = JSON.parse(await found.panel.getByLabel("What your code receives").innerText());
    assert.deepEqual(received, { uniqueValue: "ABC", source: "zendesk", reference: "t-1", timestamp: NOW, secretIndex: 0 });
    await found.control("Maximum age in seconds").fill("2999");
    await until(found.verdict, "Refused by check 6 of 7");
    await found.control("Maximum age in seconds").fill("3100");
    await found.control("Expected reference").fill("t-2");
    await until(found.verdict, "Refused by check 7 of 7");
    await found.control("Expected reference").fill("t-1");
    await until(found.verdict, "Valid");
    await found.control("Workflow secret").fill("short");
    await until(found.verdict, "Refused by check 1 of 7");
    await found.control("A second secret that is accepted").fill(SECRET);
    await found.control("Workflow secret").fill(OTHER);
    await until(found.verdict, "Valid");
    assert.match(await found.panel.getByLabel("What your code receives").innerText(), /"secretIndex": 1/);
  });

  it("counts down on the clock of the machine", async () => {
    const found = await empty("Link");
    const now = Math.floor(Date.now() / 1000) - 60;
    const text = `A|b|c|${now}`;
    await found.control("Signed link").fill(`?uv=A&src=b&ref=c&ts=${now}&sig=${hmac(SECRET, text)}`);
    await found.control("Workflow secret").fill(SECRET);
    await until(found.verdict, "Valid");
    const left = await found.panel.locator(".left strong").innerText();
    assert.match(left, /^(58 min \d+ s|59 min [01] s)$/);
    await found.panel.locator(".left strong").filter({ hasNotText: left }).waitFor();
  });

  it("is unexplained, and explained with the other secret", async () => {
    const found = await empty("Link");
    await found.control("Signed link").fill(link(OTHER));
    await found.control("Workflow secret").fill(SECRET);
    await found.control("Time of the check").fill(String(NOW));
    await until(found.verdict, "Refused by check 5 of 7");
    await found.explain();
    await until(found.panel.locator(".explained h3"), "No known mistake explains this");
    await found.control("Another secret that may have been used by mistake").fill(OTHER);
    await found.control("It is").selectOption("rotated");
    await until(found.panel.locator(".explained h3"), "Why?");
    await found.explain();
    await until(found.causes, "key_rotated");
  });

  it("has a hint, and a note", async () => {
    const found = await empty("Link");
    await found.control("Workflow secret").fill(SECRET);
    await found.control("Time of the check").fill(String(NOW));
    await found.control("Signed link").fill(link(SECRET).replace(/&sig=.*/, ""));
    await until(found.verdict, "Refused by check 3 of 7");
    await found.explain();
    await until(found.panel.locator(".explained h3"), "Nothing is proved");
    await found.control("Signed link").fill(link(Buffer.from(SECRET, "hex"), undefined, "&utm_source=mail"));
    await until(found.panel.locator(".explained h3"), "Why?");
    await found.explain();
    await until(found.panel.locator(".cause.note"), "tracking_parameters");
  });

  it("reports an invalid time", async () => {
    const found = await empty("Link");
    await found.control("Signed link").fill(link(SECRET));
    await found.control("Workflow secret").fill(SECRET);
    await found.control("Time of the check").fill("yesterday");
    await until(found.panel.locator(".banner"), "The time of the check must be a whole number of seconds.");
    await found.control("Time of the check").fill("-5");
    await until(found.panel.locator(".banner"), "invalid_argument");
    await found.control("Time of the check").fill(String(NOW * 1000));
    await until(found.panel.locator(".banner"), "invalid_argument");
  });
});

describe("a return", () => {
  it("is read by a template with its ticket in the path", async () => {
    const found = await empty("Return");
    const text = `pls_1|A B|t/1|3|${NOW}`;
    const url = `/base/t%2F1/done?n=3&u=A+B&s=pls_1&t=${NOW}&sig=${hmac(SECRET, text)}`;
    await found.control("Return URL").fill(url);
    await found.control("Workflow secret").fill(SECRET);
    await found.control("Time of the check").fill(String(NOW));
    await until(found.verdict, "Refused by check 3 of 7");
    await found.control("Redirect template").fill("https://a.example/base/{reference}/done?n={photo_count}&u={unique_value}&s={submission_id}&t={timestamp}&sig={signature}");
    await until(found.verdict, "Valid");
    const fields = await found.panel.locator("tr.field th > code").allInnerTexts();
    assert.deepEqual(fields, ["ref", "cnt", "uv", "sub", "ts", "sig"]);
    await found.control("Redirect template").fill("https://a.example/{ref}");
    await until(found.panel.locator(".banner"), "invalid_template");
  });
});

describe("a webhook", () => {
  const body = '{"event":"submission.created","data":{"n":12345678901234567890}}\r\n';
  const header = (bytes) => `x-visiono-signature: sha256=${hmac(OTHER, bytes)}`;

  it("is text, Base64, digits or a file", async () => {
    const found = await empty("Webhook");
    await found.control("Headers").fill(`POST /webhook HTTP/1.1\r\nHost: a.example\r\n${header(body)}\r\n`);
    await found.control("Webhook secret").fill(OTHER);
    await found.control("Raw body").fill(body);
    // A text area has no carriage return.
    await until(found.verdict, "Refused by check 4 of 7");
    for (const [format, encoding] of [["base64", "base64"], ["hex", "hex"]]) {
      await found.control("The body is written as").selectOption(format);
      await found.control("Raw body").fill("§");
      await until(found.panel.locator(".banner"), "The body is not");
      await found.control("Raw body").fill(Buffer.from(body).toString(encoding).replace(/..../g, "$& \n"));
      await until(found.verdict, "Valid");
    }
    await found.control("Raw body").fill("");
    await found.panel.getByLabel("or the bytes of a file:").setInputFiles({ name: "<b>body", mimeType: "application/json", buffer: Buffer.from(body) });
    await until(found.panel.locator(".kept"), "<b>body · 66 bytes");
    await until(found.verdict, "Valid");
    assert.equal(await found.panel.locator(".left").innerText(), "It never expires: it has no time. Remember it, so that it counts once.");
    assert.equal(await found.panel.getByRole("heading", { name: "The body: 66 bytes" }).count(), 1);
    await found.panel.getByText("Bytes", { exact: true }).click();
    const bytes = await found.panel.getByLabel("The bytes of the body").innerText();
    assert.match(bytes, /^000000 {2}7b 22 65 76 65 6e 74 22 3a 22 73 75 62 6d 69 73 {2}\{"event":"submis\n/);
    assert.match(bytes, /000040 {2}0d 0a +··\n/);
    await found.control("Refuse an event without a timestamp").check();
    await until(found.verdict, "Refused by check 6 of 7");
    await found.panel.getByRole("button", { name: "Remove" }).click();
    await until(found.verdict, "Refused by check 4 of 7");
  });

  it("explains the signature that your own code computed", async () => {
    const found = await empty("Webhook");
    const bytes = '{"event":"x","timestamp":"2024-12-25T14:36:00Z"}';
    await found.control("Headers").fill(header(bytes));
    await found.control("Raw body").fill(bytes);
    await found.control("Webhook secret").fill(OTHER);
    await found.control("Time of the check").fill(String(NOW));
    await until(found.verdict, "Valid");
    assert.match(await found.panel.locator(".left").innerText(), /^Time left: 3 h 0 min, until/);
    await found.control("The signature that your own code computed").fill(`sha256=${hmac(OTHER, `${NOW}.${bytes}`)}`);
    await found.explain();
    await until(found.causes, "timestamp_prefixed");
  });
});

describe("a template", () => {
  it("shows the carried and missing fields, and completes it", async () => {
    const found = await empty("Template");
    await found.example("Visiono’s own example");
    await until(found.verdict, "It lacks 3 of 6 fields");
    assert.deepEqual(await found.checks.locator(".word").allInnerTexts(), ["carried", "lacking", "carried", "lacking", "lacking", "carried"]);
    await found.panel.getByRole("button", { name: "Use it" }).click();
    await until(found.verdict, "It carries every field");
    assert.equal(await found.control("Redirect template").inputValue(), "https://your-system.com/done?id={submission_id}&ref={reference}&sig={signature}&uv={unique_value}&cnt={photo_count}&ts={timestamp}");
    await found.control("timestamp").fill("1735137360");
    await until(found.panel.getByLabel("The expanded example"), "&uv=ABC%20123&cnt=5&ts=1735137360");
    await found.control("photo_count").fill("many");
    await until(found.panel, "TypeError");
  });
  it("without placeholders", async () => {
    const found = await empty("Template");
    await found.example("One without placeholders");
    await until(found.verdict, "It carries every field");
    await until(found.checks.first(), "appended as sub");
  });
  it("that can't be read back, climbs, or is invalid", async () => {
    const found = await empty("Template");
    await found.example("One that can’t be read back");
    await until(found.verdict, "It can’t be read back");
    await found.control("Redirect template").fill("https://a.example/{reference}/x");
    await found.control("reference").fill("..");
    await until(found.panel.locator(".result"), "invalid_field");
    await found.control("Redirect template").fill("ftp://a.example/");
    await until(found.verdict, "Not a redirect template");
    await until(found.panel.locator(".banner"), "invalid_template");
  });
});

describe("make", () => {
  it("signs a link, which is valid with the same secret alone", async () => {
    const found = await empty("Make");
    await found.panel.getByRole("button", { name: "Sign" }).click();
    await until(found.verdict, "Type a secret to sign with.");
    await found.panel.getByLabel("Workflow secret", { exact: true }).first().fill(SECRET);
    await found.panel.getByRole("button", { name: "Sign" }).click();
    const url = await found.panel.getByLabel("The signed link").innerText();
    assert.match(url, /^https:\/\/visiono\.io\/s\/damage-report\?uv=ABC%20123&src=zendesk&ref=ticket-456&ts=\d+&sig=[0-9a-f]{64}$/);
    const inspect = await empty("Link");
    await inspect.control("Signed link").fill(url);
    await inspect.control("Workflow secret").fill(OTHER);
    await until(inspect.verdict, "Refused by check 5 of 7");
    // A value typed to make messages changes no verdict.
    const make = await mode(page, "Make");
    await make.panel.getByLabel("Workflow secret", { exact: true }).first().fill(OTHER);
    await make.panel.getByRole("button", { name: "Sign" }).click();
    await until(make.verdict, "Signed");
    const again = await mode(page, "Link");
    await until(again.verdict, "Refused by check 5 of 7");
    await again.control("Workflow secret").fill(SECRET);
    await until(again.verdict, "Valid");
  });

  it("signs a link of any URL, and reports values that can't be signed", async () => {
    const found = await empty("Make");
    const control = (label) => found.panel.getByLabel(label, { exact: true }).locator("visible=true");
    await control("Workflow secret").fill(SECRET);
    await control("Smart Link").fill("https://tenant.visio.now/fleet?lang=it");
    await control("Reference").press("Enter");
    await until(found.panel.getByLabel("The signed link"), "https://tenant.visio.now/fleet?lang=it&uv=");
    await control("Unique value").fill("a|b");
    await until(found.verdict, "Nothing is signed yet.");
    await control("Unique value").press("Enter");
    await until(found.panel.locator(".banner"), "invalid_field");
  });

  it("signs a return", async () => {
    const found = await empty("Make");
    const control = (label) => found.panel.getByLabel(label, { exact: true }).locator("visible=true");
    await found.panel.getByLabel("Make a").selectOption("return");
    await control("Workflow secret").fill(SECRET);
    await found.panel.getByRole("button", { name: "Sign" }).click();
    const url = await found.panel.getByLabel("The signed return").innerText();
    assert.match(url, /^https:\/\/app\.example\/tickets\/ticket-456\/done\?sub=pls_123&uv=ABC%20123&ref=ticket-456&cnt=5&ts=\d+&sig=[0-9a-f]{64}$/);
  });

  it("signs a webhook of each event, in both styles", async () => {
    const found = await empty("Make");
    await found.panel.getByLabel("Make a").selectOption("webhook");
    const control = (label) => found.panel.getByLabel(label, { exact: true }).locator("visible=true");
    await control("Webhook secret").fill(OTHER);
    const events = await control("Event").locator("option").allInnerTexts();
    assert.equal(events.length, 7);
    for (const event of events) {
      for (const style of ["guide", "developer"]) {
        await control("Event").selectOption(event);
        await control("Style").selectOption(style);
        await found.panel.getByRole("button", { name: "Sign" }).click();
        const body = await found.panel.getByLabel("The body").innerText();
        const headers = await found.panel.getByLabel("The headers").innerText();
        assert.equal(JSON.parse(body).event, event);
        assert.ok(headers.includes(`${style === "guide" ? "X-Visiono-Signature" : "X-Webhook-Signature"}: sha256=${hmac(OTHER, body)}`), headers);
      }
    }
  });

  it("has code in each language, without the secret", async () => {
    const found = await empty("Make");
    await found.panel.getByLabel("Workflow secret", { exact: true }).first().fill(SECRET);
    for (const kind of ["link", "return", "webhook"]) {
      await found.panel.getByLabel("Make a").selectOption(kind);
      for (const language of ["JavaScript", "PHP", "Python", "Rust", "C", "Shell"]) {
        await found.panel.getByRole("tab", { name: language, exact: true }).click();
        const code = await found.panel.getByLabel(`Code: ${language}`).innerText();
        assert.match(code, /VISIONO_W\w+_SECRET/);
        assert.ok(!code.includes(SECRET));
      }
    }
  });
});

it("nothing is wrong with the page itself", () => {
  // Chromium doesn't know the policy for WebRTC.
  assert.deepEqual(problems.filter((text) => !text.includes("directive 'webrtc'")), []);
});
