import {
  LIMITS,
  RETURN,
  expectations,
  isObject,
  member,
  message,
  optional,
  options,
  read,
  string,
  timeOrNow,
} from "./arguments.js";
import { answer, reader, text, wasm } from "./call.js";
import { Handle, method } from "./handle.js";
import { keyed, secretClass, secretTexts } from "./secret.js";
import { template } from "./template.js";

const { workflow_free: free } = wasm;

const LINK = [
  ["slug", optional(string)],
  ["link", optional((link, what) => string(isObject(link) ? member(link, "href") : link, what))],
  // cargo xtask generate: link except Signature
  // ["{camel}", {string/whole/timeOrNow}],
  ["uniqueValue", string],
  ["source", string],
  ["reference", string],
  ["timestamp", timeOrNow],
  // end generated
];
const CHECKS = [
  ["now", timeOrNow],
  ["expect", expectations],
];

export class Workflow extends Handle {
  // The build shortens names, and this one is printed.
  static name = "Workflow";

  constructor(secrets, settings) {
    const texts = secretTexts(secrets);
    super(keyed(wasm.workflow_new, [...options(settings, LIMITS), ...texts]), free);
  }

  signLink(fields) {
    method(this, free, wasm.sign_link, read(fields, "the fields", LINK));
    return text();
  }

  verifyLink(input, settings) {
    const received = message(input);
    const [now, expected] = options(settings, CHECKS);
    method(this, free, wasm.verify_link, [received, now, ...expected]);
    const next = reader();
    return {
      // cargo xtask generate: link except Signature
      // {camel}: {next/answer/answer}(),
      uniqueValue: next(),
      source: next(),
      reference: next(),
      timestamp: answer(),
      // end generated
      secretIndex: answer(),
    };
  }

  signReturn(by, fields) {
    const [source, handle] = textOrHandle(template(by));
    method(this, free, wasm.sign_return, [source, ...read(fields, "the fields", RETURN)], handle);
    return text();
  }

  verifyReturn(input, settings) {
    const received = message(input);
    const [by, now, expected] = options(settings, [["template", optional(template)], ...CHECKS]);
    const [source, handle] = textOrHandle(by);
    method(this, free, wasm.verify_return, [received, source, now, ...expected], handle);
    const next = reader();
    return {
      // cargo xtask generate: return except Signature
      // {camel}: {next/answer/answer}(),
      submissionId: next(),
      uniqueValue: next(),
      reference: next(),
      photoCount: answer(),
      timestamp: answer(),
      // end generated
      secretIndex: answer(),
    };
  }
}

export const WorkflowSecret = secretClass("WorkflowSecret", Workflow);

function textOrHandle(template) {
  return typeof template === "string" ? [template] : [undefined, template];
}
