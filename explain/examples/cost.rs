//! Measures one mistake, two, and a search that finds nothing:
//! `cargo run --release -p visiono-workflow-explain --example cost`.

#[path = "../tests/common/mod.rs"]
mod common;

use std::time::{Duration, Instant};

use common::{Made, Program, keys_and_forms, texts, urls};
use visiono_workflow_explain::{Input, Kind, Message, Request, explain};

fn main() {
    println!("| message | mistakes | time | candidates |\n|---|---|--:|--:|");
    for (name, program, kind) in [
        ("link", Program::plain_link as fn() -> Program, Kind::Link),
        ("link with rich values", Program::link, Kind::Link),
        ("return with rich values", Program::returned, Kind::Return),
    ] {
        let mut made = keys_and_forms();
        made.extend(texts());
        if kind == Kind::Link {
            made.extend(urls());
        }
        let slowest = |changes: &dyn Fn(&mut Program)| {
            let mut program = program();
            changes(&mut program);
            let time = |_| {
                let start = Instant::now();
                let diagnosis = program.explain();
                (start.elapsed(), diagnosis.candidates)
            };
            (0..5).map(time).min().unwrap_or_default()
        };
        let one = made
            .iter()
            .map(|made| (slowest(&made.make), made.mistake))
            .max();
        if let Some(((time, tried), mistake)) = one {
            println!("| {name} | one mistake ({mistake}) | {time:.1?} | {tried} |");
        }
        let last = |made: &[Made]| made.len() - 1;
        let two = slowest(&|program| {
            (made[0].make)(program);
            (made[last(&made)].make)(program);
        });
        println!("| {name} | two mistakes | {:.1?} | {} |", two.0, two.1);
        let (time, tried) = nothing(&program(), kind);
        println!("| {name} | nothing found | {time:.1?} | {tried} |");
    }
    webhook(1_000);
    webhook(1 << 20);
}

/// Measures the whole search of a webhook whose body has this many bytes.
fn webhook(bytes: usize) {
    let mut body = String::from("{\"event\":\"photo_submission.created\",\"data\":{\"photos\":[");
    while body.len() < bytes - 100 {
        body.push_str("{\"url\":\"https://a.example/é/1.jpg\",\"n\":1.50},");
    }
    body.push_str("0]}}");
    let signature = format!("sha256={}", "0123456789abcdef".repeat(4));
    let headers = [(b"X-Visiono-Signature".as_slice(), signature.as_bytes())];
    let secrets = [common::WEBHOOK.as_bytes()];
    let message = Message::Webhook {
        body: body.as_bytes(),
        headers: &headers,
    };
    let start = Instant::now();
    let diagnosis = explain(&Request::new(message, &secrets));
    println!(
        "| webhook of {} bytes | {} | {:.1?} | {} |",
        body.len(),
        diagnosis
            .bound
            .map_or("nothing found", |_| "stopped at the bound"),
        start.elapsed(),
        diagnosis.candidates,
    );
}

/// Returns the time and the number of candidates of a search that finds nothing.
fn nothing(program: &Program, kind: Kind) -> (Duration, u64) {
    let url = program.sent_url(&"0123456789abcdef".repeat(4));
    let secrets = [program.secret.as_bytes()];
    let message = match kind {
        Kind::Link => Message::Link(Input::Text(url.as_bytes())),
        _ => Message::Return(Input::Text(url.as_bytes())),
    };
    let time = |_| {
        let start = Instant::now();
        let diagnosis = explain(&Request::new(message, &secrets));
        (start.elapsed(), diagnosis.candidates)
    };
    (0..3).map(time).min().unwrap_or_default()
}
