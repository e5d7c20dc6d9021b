//! Runs one of the core's operations a number of times, so that callgrind can count the
//! instructions of one: `operations sign_link 1000`.

use std::env;
use std::hint::black_box;

use conformance::sample::{LINK, RETURN, RETURN_TIME as NOW, signed_return, webhook, workflow};
use visiono_workflow::{ExpectReturn, LinkUrl, RedirectTemplate};

const TEMPLATE: &str = "https://a.example/t/{reference}/done?s={submission_id}&u={unique_value}\
    &c={photo_count}&t={timestamp}&h={signature}";

fn main() {
    let arguments: Vec<_> = env::args().collect();
    let [_, operation, count] = &arguments[..] else {
        panic!("pass the name of an operation and a count");
    };
    let count: u32 = count.parse().expect("a count");
    let (workflow, webhook) = (workflow(), webhook());
    let plain = signed_return("https://your-system.com/done");
    let url = LinkUrl::parse("https://visiono.io/s/damage-report").expect("a link");
    let template = RedirectTemplate::parse(TEMPLATE).expect("a template");
    let expect = ExpectReturn::new();
    let returned = workflow.sign_return(&template, &RETURN).expect("signed");
    let returned = returned.to_string();
    let body = vec![b'a'; 1024];
    let header = webhook.signature_header(&body);
    let mut out = String::with_capacity(512);
    for _ in 0..count {
        out.clear();
        match operation.as_str() {
            "sign_link" => {
                let signed = workflow.sign_link(&url, black_box(&LINK)).expect("signed");
                signed.write_to(&mut out).expect("room");
            }
            "verify_return" => {
                let verified = workflow.verify_return(black_box(&*plain), None, NOW, &expect);
                black_box(verified.expect("verified").photo_count());
            }
            "verify_return, template" => {
                let input = black_box(returned.as_str());
                let verified = workflow.verify_return(input, Some(&template), NOW, &expect);
                black_box(verified.expect("verified").photo_count());
            }
            "sign_return" => {
                let signed = workflow.sign_return(&template, black_box(&RETURN));
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
