import * as argument from "../arguments.js";
import { optional, options, string, timeOrNow } from "../arguments.js";
import { answer, call, invoke, nextText, wasm } from "../call.js";
import { Handle } from "../handle.js";
import { message } from "../input.js";
import { keyed, secretClass, secretTexts } from "../secret.js";
import { freeTemplate, template } from "./template.js";

const free = (pointer) => call(wasm.workflow_free, pointer);

const LINK = [
  ["slug", optional(string)],
  ["link", optional(argument.link)],
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
  ["expect", argument.expectations],
];

export class Workflow extends Handle {
  // The build shortens class names, and this name is printed.
  static name = "Workflow";

  constructor(secrets, settings) {
    const texts = secretTexts(secrets);
    super(keyed(wasm.workflow_new, [...options(settings, argument.LIMITS), ...texts]), free);
  }

  signLink(fields) {
    return invoke(wasm.sign_link, argument.read(fields, "the fields", LINK), this, free);
  }

  verifyLink(input, settings) {
    const received = message(input);
    const [now, expected] = options(settings, CHECKS);
    invoke(wasm.verify_link, [received, now, ...expected], this, free);
    return {
      // cargo xtask generate: link except Signature
      // {camel}: {nextText/answer/answer}(),
      uniqueValue: nextText(),
      source: nextText(),
      reference: nextText(),
      timestamp: answer(),
      // end generated
      secretIndex: answer(),
    };
  }

  signReturn(by, fields) {
    const [source, handle] = template(by);
    const given = [source, ...argument.read(fields, "the fields", argument.RETURN)];
    return invoke(wasm.sign_return, given, this, free, handle, freeTemplate);
  }

  verifyReturn(input, settings) {
    const received = message(input);
    const [by = [], now, expected] = options(settings, [["template", optional(template)], ...CHECKS]);
    const [source, handle] = by;
    const given = [received, source, now, ...expected];
    invoke(wasm.verify_return, given, this, free, handle, freeTemplate);
    return {
      // cargo xtask generate: return except Signature
      // {camel}: {nextText/answer/answer}(),
      submissionId: nextText(),
      uniqueValue: nextText(),
      reference: nextText(),
      photoCount: answer(),
      timestamp: answer(),
      // end generated
      secretIndex: answer(),
    };
  }
}

export const WorkflowSecret = secretClass("WorkflowSecret", Workflow);
