// Example messages. Their secrets belong to nobody, and the time of verification is fixed.

const WORKFLOW = "4f8a1c0de27b93655f0e8d7c6b5a493827160f1e2d3c4b5a69788796a5b4c3d2";
const WEBHOOK = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NOW = "1735137360";
const BODY =
  '{"event":"submission.created","timestamp":"2024-12-25T14:35:00Z","data":{"permanent_link_submission":{"id":"pls_123","unique_field_value":"ABC 123","external_source":"zendesk","external_reference":"ticket-456"}}}';
const TEMPLATE =
  "https://app.example/tickets/{reference}/done?sub={submission_id}&uv={unique_value}&ref={reference}&cnt={photo_count}&ts={timestamp}&sig={signature}";

export const EXAMPLES = [
  {
    kind: "link",
    title: "A valid link",
    values: {
      message: "https://visiono.io/s/damage-report?uv=ABC%20123&src=zendesk&ref=ticket-456&ts=1735137300&sig=06ec1b8869db5f2837c29fda6a100cbb94fb23d0bddafd4c7945a264fcfa34ef",
      secret: WORKFLOW,
      now: NOW,
    },
  },
  {
    kind: "link",
    title: "A wrong key",
    values: {
      message: "https://visiono.io/s/damage-report?uv=ABC%20123&src=zendesk&ref=ticket-456&ts=1735137300&sig=9629d870b7e5a47de35d083ac1ebd65d0bd1de3f04ec8d5eb081e19bb1f65239",
      secret: WORKFLOW,
      now: NOW,
    },
  },
  {
    kind: "link",
    title: "A wrong text",
    values: {
      message: "https://visiono.io/s/damage-report?uv=AB%2012%2F%C3%A9&src=zendesk&ref=ticket-456&ts=1735137300&sig=21eca902354f832abbafaaba83272d685b0a60a7c5b04e9cfffd08a0bfdd470e",
      secret: WORKFLOW,
      now: NOW,
    },
  },
  {
    kind: "link",
    title: "An expired link",
    values: {
      message: "https://visiono.io/s/damage-report?uv=ABC%20123&src=zendesk&ref=ticket-456&ts=1735128223&sig=8a6289f45592caac19fc359ccc70e4ec6db9008ce9b565452acdf4f41a4e542f",
      secret: WORKFLOW,
      now: NOW,
    },
  },
  {
    kind: "link",
    title: "A look-alike parameter",
    values: {
      message: "https://visiono.io/s/damage-report?uv=ABC%20123&src=zendesk&ref=ticket-456&ts=1735137300&sig=06ec1b8869db5f2837c29fda6a100cbb94fb23d0bddafd4c7945a264fcfa34ef&REF=ticket-457",
      secret: WORKFLOW,
      now: NOW,
    },
  },
  {
    kind: "link",
    title: "An invisible character",
    values: {
      message: "https://visiono.io/s/damage-report?uv=AB%E2%80%AEC%C2%A0123&src=zendesk&ref=ticket-456&ts=1735137300&sig=ab7056a223c2918ec6366fc1fc257ba01b45f7695c40e94187bc4a21e143302e",
      secret: WORKFLOW,
      now: NOW,
    },
  },
  {
    kind: "return",
    title: "A valid return",
    values: {
      message: "https://app.example/tickets/ticket-456/done?sub=pls_123&uv=ABC%20123&ref=ticket-456&cnt=5&ts=1735137300&sig=a7dfc5954aea4a00421f69c0c8a415aa5b12e294e2d3a39ac2bec2edb558ea60",
      template: TEMPLATE,
      secret: WORKFLOW,
      now: NOW,
      "expect.reference": "ticket-456",
    },
  },
  {
    kind: "return",
    title: "A template that lacks fields",
    values: {
      message: "https://your-system.com/done?id=pls_123&ref=ticket-456&sig=a7dfc5954aea4a00421f69c0c8a415aa5b12e294e2d3a39ac2bec2edb558ea60",
      template: "https://your-system.com/done?id={submission_id}&ref={reference}&sig={signature}",
      secret: WORKFLOW,
      now: NOW,
    },
  },
  {
    kind: "return",
    title: "Your own check is wrong",
    values: {
      message: "https://app.example/done?sub=pls_123&uv=ABC%20123&ref=ticket-456&cnt=5&ts=1735137300&sig=a7dfc5954aea4a00421f69c0c8a415aa5b12e294e2d3a39ac2bec2edb558ea60",
      secret: WORKFLOW,
      now: NOW,
      computed: "6e9f776ec9ff202338f129f9f1d5581849a282d644775770ceed03ccd3162844",
    },
  },
  {
    kind: "return",
    title: "Another ticket",
    values: {
      message: "https://app.example/done?sub=pls_123&uv=ABC%20123&ref=ticket-456&cnt=5&ts=1735137300&sig=a7dfc5954aea4a00421f69c0c8a415aa5b12e294e2d3a39ac2bec2edb558ea60",
      secret: WORKFLOW,
      now: NOW,
      "expect.reference": "ticket-457",
    },
  },
  {
    kind: "webhook",
    title: "A valid webhook",
    values: {
      headers: "Content-Type: application/json\nX-Visiono-Event: submission.created\nX-Visiono-Signature: sha256=3dcaed98b1756d8ee128d3f50c3e0792facbc5865fdc8caf990521bc0f9f6036",
      body: BODY,
      secret: WEBHOOK,
      now: NOW,
    },
  },
  {
    kind: "webhook",
    title: "Parsed and written again",
    values: {
      headers: "Content-Type: application/json\nX-Visiono-Signature: sha256=3dcaed98b1756d8ee128d3f50c3e0792facbc5865fdc8caf990521bc0f9f6036",
      body: "{\n  \"event\": \"submission.created\",\n  \"timestamp\": \"2024-12-25T14:35:00Z\",\n  \"data\": {\n    \"permanent_link_submission\": {\n      \"id\": \"pls_123\",\n      \"unique_field_value\": \"ABC 123\",\n      \"external_source\": \"zendesk\",\n      \"external_reference\": \"ticket-456\"\n    }\n  }\n}",
      secret: WEBHOOK,
      now: NOW,
    },
  },
  {
    kind: "webhook",
    title: "A secret without its prefix",
    values: {
      headers: "X-Webhook-Signature: sha256=87bf871517c43fed5fe01138ac629e67f00efbcbd58c8907ffa702d9620e9d33",
      body: BODY,
      secret: WEBHOOK,
      now: NOW,
    },
  },
];
