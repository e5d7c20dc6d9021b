// Tests of the parts that need no browser: the parts of a URL, links to the page, and the code in
// each language, whose literals that language reads.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { linkCode, returnCode, webhookCode } from "../src/code.js";
import { fromFragment, holds, toFragment } from "../src/share.js";
import { split } from "../src/url.js";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

describe("the parts of a URL", () => {
  const fields = (kind, text, template) =>
    split(kind, text, template).filter(({ field }) => field).map(({ field, value }) => [field.short, value]);
  const whole = (kind, text, template) => split(kind, text, template).map(({ text }) => text).join("");

  it("of a link", () => {
    const url = "https://visiono.io/s/a?x=1&uv=A%20B+C&src=&ref=%C3%A9%FF&ts=1&sig=0#f?uv=2";
    assert.deepEqual(fields("link", url), [["uv", "A B C"], ["src", ""], ["ref", "é\ufffd"], ["ts", "1"], ["sig", "0"]]);
    assert.equal(whole("link", url), url);
  });
  it("of a query alone", () => {
    assert.deepEqual(fields("link", "uv=1&src=2#3"), [["uv", "1"], ["src", "2#3"]]);
    assert.deepEqual(fields("link", "?uv=1&src=2#3"), [["uv", "1"], ["src", "2"]]);
  });
  it("of a return with a template", () => {
    const template = "https://a.example/t/{reference}/d?n={photo_count}&sub=1&s={signature}";
    const url = "https://b.example/t/a+b%2F/d?n=5&sub=1&s=0";
    assert.deepEqual(fields("return", url, template), [["ref", "a+b/"], ["cnt", "5"], ["sig", "0"]]);
    assert.equal(whole("return", url, template), url);
    assert.deepEqual(fields("return", "https://a.example/?sub=1", "https://a.example/"), [["sub", "1"]]);
  });
  it("of anything", () => {
    const many = `?${"uv=1&".repeat(1000)}`;
    for (const text of ["", "?", "#", "&", "https://", "a\u0000b", "%", "=", "//", "https://a/b/c/", many, "/".repeat(1000), "\ud800=\udc00"]) {
      assert.equal(whole("link", text), text);
      assert.ok(split("link", text).length <= 800);
    }
  });
});

describe("a link to the page", () => {
  it("has the values that it was made from", async () => {
    const values = { message: "a\u0000\u202eb", ticked: true, body: Uint8Array.of(0, 255), __proto__: null };
    const { mode, values: found } = await fromFragment(await toFragment("webhook", values));
    assert.equal(mode, "webhook");
    assert.deepEqual(Object.fromEntries(found), { ...values });
  });
  it("rejects other fragments", async () => {
    const bomb = await toFragment("link", { message: "a".repeat(9 << 20) });
    assert.ok(bomb.length < 20_000);
    for (const fragment of ["", "#", "#1.", "#1.%%", "#1.AAAA", "#main", "#2.AAAA", bomb]) {
      assert.equal(await fromFragment(fragment), null, fragment.slice(0, 20));
    }
    assert.equal(await toFragment("webhook", { body: Buffer.from(Array.from({ length: 2_000_000 }, (_, at) => (at * at * 31 + at * 7) >> 3 & 255)).map((byte, at) => byte ^ Math.imul(at, 2654435761) >>> 24) }), null);
  });
  it("a secret in other fields is found", () => {
    const secret = "a secret/with ümlaut";
    for (const text of [`x${secret}`, `x${encodeURIComponent(secret)}y`, Buffer.from(secret).toString("base64"), Buffer.from(`x${secret}`)]) {
      assert.equal(holds({ a: "1", b: text }, secret), true);
    }
    assert.equal(holds({ a: "another" }, secret), false);
  });
});

// Each program runs with a stand-in for the library, which prints its arguments.
describe("the code in each language", () => {
  const folder = mkdtempSync(join(tmpdir(), "playground-"));
  after(() => rmSync(folder, { recursive: true }));
  const hostile = `a'b"c\\d$e\${f}\`g%h??=i<?php#j{k}|\u202el\u2066é😀\u2028<!--</script>\\u0041$(id)`;
  const fields = { uniqueValue: hostile, source: "\\", reference: "'" };
  const back = { submissionId: hostile, uniqueValue: "\\", reference: "??/", photoCount: 5 };
  const event = { id: "test", submissionId: "'", uniqueValue: hostile, source: "\\\\", reference: "\"", style: "developer", timestamp: false };
  const template = `https://a.example/${hostile.replaceAll(/[^ -~]/g, "")}?'={signature}`;
  const CODES = {
    link: linkCode({ slug: hostile }, fields),
    return: returnCode(template, back),
    webhook: webhookCode("submission.created", event),
  };
  const texts = {
    link: [hostile, ...Object.values(fields)],
    return: [template, ...Object.values(back)],
    webhook: ["submission.created", ...Object.values(event)],
  };

  function run(command, args, options) {
    const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8", ...options });
    assert.ok(!error && status === 0, `${command}: ${error?.message ?? stderr}`);
    return stdout;
  }
  const file = (name, text) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const code = (kind, language) => new Map(CODES[kind]).get(language);

  for (const kind of Object.keys(CODES)) {
    it(`JavaScript: ${kind}`, () => {
      const stand = `const stand = (...given) => { console.log(JSON.stringify(given)); return {}; };
        class Workflow { signLink = stand; signReturn = stand; } class Webhook { testDelivery = stand; }
        const fetch = () => {}; console.log = ((log) => (text) => text?.startsWith?.("[") && log(text))(console.log);`;
      const program = code(kind, "JavaScript").replace(/^import .*/, stand);
      const given = JSON.parse(run(process.execPath, [file(`${kind}.mjs`, program)]));
      assert.deepEqual(given.flatMap((value) => (typeof value === "object" ? Object.values(value) : [value])), texts[kind]);
    });

    it(`Python: ${kind}`, () => {
      file("visiono_workflow.py", `import json
class Stand:
    def __init__(self, secret): pass
    def show(self, *texts, **named):
        print(json.dumps([*texts, *named.values()])); self.body = self.headers = ""; return self
    sign_link = sign_return = test_delivery = show
    def receive(self, *_): pass
    def __str__(self): return ""
Workflow = Webhook = Stand
`);
      const env = { ...process.env, VISIONO_WORKFLOW_SECRET: "x", VISIONO_WEBHOOK_SECRET: "x", PYTHONPATH: folder, PYTHONIOENCODING: "utf-8" };
      const [given] = run("python3", [file(`${kind}.py`, code(kind, "Python"))], { env }).split("\n");
      assert.deepEqual(JSON.parse(given), texts[kind]);
    });

    it(`PHP: ${kind}`, () => {
      const stand = `<?php class Stand { public $body, $headers; function __construct($secret) {} function receive() {}
        function __call($name, $given) { echo json_encode(array_values($given), JSON_THROW_ON_ERROR), "\\n"; return $this; }
        function __toString() { return ''; } }`;
      const program = code(kind, "PHP").replace(/<\?php\nrequire.*\n\nuse.*/, () => stand).replace(/new W\w+/, "new Stand");
      const [given] = run("php", [file(`${kind}.php`, program)]).split("\n");
      assert.deepEqual(JSON.parse(given), texts[kind]);
    });

    it(`C: ${kind}`, () => {
      // The preprocessor has replaced trigraphs, and the compiler has checked every name and type.
      const source = file(`${kind}.c`, code(kind, "C"));
      const include = ["-I", path("../../bindings-c/include")];
      run("gcc", ["-std=c99", "-Wall", "-Wextra", "-Werror", "-Wno-bidi-chars", "-fsyntax-only", ...include, source]);
      const literals = code(kind, "C").match(/visiono_text\(\s*"(?:[^"\\]|\\.)*"\)/g);
      const main = file("main.c", `#include <stdio.h>\n#include <string.h>\n#define visiono_text(text) fwrite(text "\\n", 1, strlen(text) + 1, stdout)
int main(void) { ${literals.map((literal) => `${literal};`).join("\n")} return 0; }`);
      run("gcc", ["-std=c99", "-Wno-bidi-chars", "-o", join(folder, "main"), main]);
      const expected = texts[kind].filter((text) => typeof text === "string" && text !== "developer");
      const printed = run(join(folder, "main"), []).split("\n").slice(0, -1);
      assert.deepEqual(printed.sort(), expected.sort());
    });

    it(`Shell: ${kind}`, () => {
      const stand = file("visiono-workflow", `#!${process.execPath}\nconsole.log(JSON.stringify(process.argv.slice(2)))`);
      chmodSync(stand, 0o755);
      const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
      const given = JSON.parse(run("sh", [file(`${kind}.sh`, code(kind, "Shell"))], { env }));
      const values = given.map((text) => text.replace(/^--[\w-]+=/, ""));
      for (const text of texts[kind]) {
        if (typeof text !== "boolean") assert.ok(values.includes(String(text)), `${text} is in ${values}`);
      }
    });
  }
});
