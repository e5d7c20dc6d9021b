//! Counts the instructions of the core's operations with callgrind, which shows a change of the code
//! even on a busy machine: `cargo run --release -p conformance --example operations`.
//!
//! It says what changed since the last run, keeps the counts in `tests/instructions.txt`, and prints
//! them. For callgrind it runs itself: `operations sign_link 1000`.

use std::hint::black_box;
use std::process::Command;
use std::{env, fs};

use conformance::sample::{LINK, RETURN, RETURN_TIME as NOW, signed_return, webhook, workflow};
use visiono_workflow::{ExpectReturn, LinkUrl, RedirectTemplate};

const TEMPLATE: &str = "https://a.example/t/{reference}/done?s={submission_id}&u={unique_value}\
    &c={photo_count}&t={timestamp}&h={signature}";

/// The counts of the last run, to compare with.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/instructions.txt");
const OPERATIONS: [&str; 5] = [
    "sign_link",
    "verify_return",
    "verify_return, template",
    "sign_return",
    "verify, webhook of 1 KiB",
];
/// Calls of a short and a long run, whose difference excludes the start and the end.
const CALLS: [u32; 2] = [1000, 3000];

fn main() {
    let arguments: Vec<_> = env::args().collect();
    if let [_, operation, calls] = &arguments[..] {
        return repeat(operation, calls.parse().expect("a count"));
    }
    let last = fs::read_to_string(FILE).unwrap_or_default();
    let mut table = String::from("| operation | instructions |\n|---|--:|\n");
    for operation in OPERATIONS {
        let [short, long] = CALLS.map(|calls| count(operation, calls));
        let row = format!(
            "| {operation} | {} |\n",
            (long - short) / (CALLS[1] - CALLS[0])
        );
        if !last.contains(&row) {
            eprint!("changed: {row}");
        }
        table += &row;
    }
    fs::write(FILE, &table).expect("a file to write");
    print!("{table}");
}

/// Counts the instructions of a run.
fn count(operation: &str, calls: u32) -> u32 {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env::current_exe().expect("a path"))
        .args([operation, &calls.to_string()])
        .output()
        .expect("valgrind to run");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let (_, after) = said.split_once("Collected :").expect("the end of a report");
    let count = after.split_whitespace().next();
    count.and_then(|count| count.parse().ok()).expect("a count")
}

/// Runs an operation a number of times.
fn repeat(operation: &str, calls: u32) {
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
    for _ in 0..calls {
        out.clear();
        match operation {
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
