//! Runs one of the core's operations a number of times, so that callgrind can count what one
//! takes: `operations sign_link 1000`.

use std::env;
use std::hint::black_box;

use visiono_workflow::{
    ExpectReturn, LinkFields, LinkUrl, RedirectTemplate, ReturnFields, Webhook, WebhookSecret,
    Workflow, WorkflowSecret,
};

const SECRET: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const NOW: u64 = 1_705_500_000;
const RETURN: &str = "https://your-system.com/done?sub=pls_123&uv=ABC123&ref=ticket-456&cnt=5\
    &ts=1705500100&sig=1712c74befb1b1e1baea9f62fb5d7fefc49cf4f6118744e627d8e8967220d5d5";
const TEMPLATE: &str = "https://a.example/t/{reference}/done?s={submission_id}&u={unique_value}\
    &c={photo_count}&t={timestamp}&h={signature}";

fn main() {
    let arguments: Vec<_> = env::args().collect();
    let [_, operation, count] = &arguments[..] else {
        panic!("pass the name of an operation and a count");
    };
    let count: u32 = count.parse().expect("a count");
    let workflow = Workflow::new(WorkflowSecret::new(SECRET).expect("a secret")).expect("one");
    let url = LinkUrl::parse("https://visiono.io/s/damage-report").expect("a link");
    let template = RedirectTemplate::parse(TEMPLATE).expect("a template");
    let link = LinkFields {
        unique_value: "ABC123",
        source: "zendesk",
        reference: "ticket-456",
        timestamp: NOW,
    };
    let done = ReturnFields {
        submission_id: "pls_123",
        unique_value: "ABC123",
        reference: "ticket-456",
        photo_count: 5,
        timestamp: NOW + 100,
    };
    let expect = ExpectReturn::new();
    let returned = workflow.sign_return(&template, &done).expect("signed");
    let returned = returned.to_string();
    let webhook = Webhook::new(WebhookSecret::new(SECRET).expect("a secret")).expect("one");
    let body = vec![b'a'; 1024];
    let header = webhook.signature_header(&body);
    let mut out = String::with_capacity(512);
    for _ in 0..count {
        out.clear();
        match operation.as_str() {
            "sign_link" => {
                let signed = workflow.sign_link(&url, black_box(&link)).expect("signed");
                signed.write_to(&mut out).expect("room");
            }
            "verify_return" => {
                let verified = workflow.verify_return(black_box(RETURN), None, NOW + 200, &expect);
                black_box(verified.expect("verified").photo_count());
            }
            "verify_return, template" => {
                let input = black_box(returned.as_str());
                let verified = workflow.verify_return(input, Some(&template), NOW + 200, &expect);
                black_box(verified.expect("verified").photo_count());
            }
            "sign_return" => {
                let signed = workflow.sign_return(&template, black_box(&done));
                let signed = signed.expect("signed");
                signed.write_to(&mut out).expect("room");
            }
            "verify, webhook of 1 KiB" => {
                let verified = webhook.verify(black_box(&body), Some(header.as_str().as_bytes()));
                black_box(verified.expect("verified").secret_index());
            }
            other => panic!("no operation {other:?}"),
        }
        black_box(&out);
    }
}
