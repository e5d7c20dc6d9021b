//! Measures how the core's cost grows with the length of a field, the number of accepted secrets,
//! the number of foreign parameters, and the size of a webhook's body.
//!
//! Writes a plot of each to the folder given as an argument, and prints tables in Markdown.

mod plot;

use std::error::Error;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use std::{env, fs};

use visiono_workflow::{
    ExpectLink, ExpectReturn, LinkFields, LinkUrl, RedirectTemplate, ReturnFields, Webhook,
    WebhookHeaders, WebhookSecret, Workflow, WorkflowSecret,
};

use self::plot::{Line, Plot};

const NOW: u64 = 1_705_500_000;
/// The time to measure each point, over all its rounds.
const LONG: Duration = Duration::from_millis(300);
const ROUNDS: u32 = 15;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(env::args().nth(1).ok_or("name the folder of the plots")?);
    let plots = [
        field_length(),
        accepted_secrets(),
        foreign_parameters(),
        body_size(),
    ];
    for plot in plots {
        fs::write(folder.join(format!("{}.svg", plot.name)), plot.to_svg())?;
        println!("{}", plot.to_markdown());
    }
    Ok(())
}

/// Returns the nanoseconds of a call: the minimum of the rounds, which other programs disturbed
/// least.
fn nanoseconds<T>(mut call: impl FnMut() -> T) -> f64 {
    let start = Instant::now();
    black_box(call());
    let once = start.elapsed().max(Duration::from_nanos(50));
    let calls = (LONG.as_nanos() / once.as_nanos() / u128::from(ROUNDS)).clamp(1, 100_000) as u32;
    let mut least = f64::MAX;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for _ in 0..calls {
            black_box(call());
        }
        least = least.min(start.elapsed().as_nanos() as f64 / f64::from(calls));
    }
    least
}

/// Measures the same operation at several sizes.
fn line(name: &'static str, sizes: &[usize], mut measure: impl FnMut(usize) -> f64) -> Line {
    let points = sizes.iter().map(|size| (*size as f64, measure(*size)));
    Line {
        name,
        points: points.collect(),
    }
}

fn plot<const N: usize>(name: &'static str, axis: &'static str, lines: [Line; N]) -> Plot {
    Plot {
        name,
        axis,
        lines: lines.into(),
    }
}

fn workflow(secrets: usize) -> Workflow {
    let secret = |number| WorkflowSecret::new(format!("{number:064}")).expect("a secret");
    // The last secret signed the message, although the time is the same for all.
    Workflow::new((1..=secrets).rev().map(secret)).expect("a workflow")
}

fn link_fields(unique_value: &str) -> LinkFields<'_> {
    LinkFields {
        unique_value,
        source: "zendesk",
        reference: "ticket-456",
        timestamp: NOW,
    }
}

fn signed_return(template: &RedirectTemplate<'_>) -> String {
    let fields = ReturnFields {
        submission_id: "pls_123",
        unique_value: "ABC123",
        reference: "ticket-456",
        photo_count: 5,
        timestamp: NOW,
    };
    let signed = workflow(1).sign_return(template, &fields).expect("signed");
    signed.to_string()
}

fn field_length() -> Plot {
    const BYTES: [usize; 6] = [10, 100, 1000, 10_000, 100_000, 1_000_000];
    let workflow = workflow(1);
    let url = LinkUrl::from_slug("damage-report").expect("a slug");
    let link = |value: &str| {
        let signed = workflow.sign_link(&url, &link_fields(value));
        signed.expect("signed").to_string()
    };
    let lines = [
        line("sign_link", &BYTES, |bytes| {
            let value = "a".repeat(bytes);
            let mut out = String::with_capacity(bytes + 512);
            nanoseconds(|| {
                out.clear();
                let signed = workflow.sign_link(&url, &link_fields(black_box(&value)));
                let signed = signed.expect("signed");
                signed.write_to(&mut out).expect("room");
            })
        }),
        line("verify_link", &BYTES, |bytes| {
            let url = link(&"a".repeat(bytes));
            let expect = ExpectLink::new();
            nanoseconds(|| {
                let link = workflow.verify_link(black_box(&url), NOW, &expect);
                link.expect("verified").timestamp()
            })
        }),
        line("verify_link, every byte encoded", &BYTES, |bytes| {
            let url = link(&"/".repeat(bytes));
            let expect = ExpectLink::new();
            nanoseconds(|| {
                let link = workflow.verify_link(black_box(&url), NOW, &expect);
                link.expect("verified").timestamp()
            })
        }),
    ];
    plot("field-length", "bytes of the unique value", lines)
}

fn accepted_secrets() -> Plot {
    let template = RedirectTemplate::parse("https://a.example/done").expect("a template");
    let url = signed_return(&template);
    let expect = ExpectReturn::new();
    let lines = [line(
        "verify_return",
        &[1, 2, 3, 4, 5, 6, 7, 8],
        |secrets| {
            let workflow = workflow(secrets);
            nanoseconds(|| {
                let done = workflow.verify_return(black_box(&url), None, NOW, &expect);
                done.expect("verified").photo_count()
            })
        },
    )];
    plot("accepted-secrets", "accepted secrets", lines)
}

fn foreign_parameters() -> Plot {
    const COUNTS: [usize; 6] = [0, 1, 10, 100, 1000, 10_000];
    let workflow = workflow(1);
    let expect = ExpectReturn::new();
    let plain = RedirectTemplate::parse("https://a.example/done").expect("a template");
    let template = RedirectTemplate::parse(
        "https://a.example/done?s={submission_id}&u={unique_value}&r={reference}\
         &c={photo_count}&t={timestamp}&h={signature}",
    )
    .expect("a template");
    let measure = |template: &RedirectTemplate<'_>, count: usize| {
        let url = signed_return(template) + &"&utm_source=mail".repeat(count);
        nanoseconds(|| {
            let done = workflow.verify_return(black_box(&url), Some(template), NOW, &expect);
            done.expect("verified").photo_count()
        })
    };
    let lines = [
        line("verify_return", &COUNTS, |count| measure(&plain, count)),
        line("verify_return, template of six", &COUNTS, |count| {
            measure(&template, count)
        }),
    ];
    plot(
        "foreign-parameters",
        "foreign parameters in the query",
        lines,
    )
}

fn body_size() -> Plot {
    const BYTES: [usize; 6] = [100, 1000, 10_000, 100_000, 500_000, 1_000_000];
    let secret = WebhookSecret::new("whsec_0123456789abcdef").expect("a secret");
    let webhook = Webhook::new(secret).expect("a webhook");
    let signed = |bytes: usize| {
        let start = r#"{"event":"a","timestamp":"2024-01-17T14:00:00Z","data":[0"#;
        let body = format!("{start}{}]}}", ",12345".repeat((bytes - start.len()) / 6));
        let header = webhook.signature_header(body.as_bytes());
        (body, header)
    };
    let lines = [
        line("verify", &BYTES, |bytes| {
            let (body, header) = signed(bytes);
            nanoseconds(|| {
                let verified =
                    webhook.verify(black_box(body.as_bytes()), Some(header.as_str().as_bytes()));
                verified.expect("verified").secret_index()
            })
        }),
        line("receive", &BYTES, |bytes| {
            let (body, header) = signed(bytes);
            let headers = WebhookHeaders::from_iter([("X-Visiono-Signature", header.as_str())]);
            nanoseconds(|| {
                let delivery = webhook.receive(black_box(body.as_bytes()), &headers, NOW);
                delivery.expect("received").secret_index()
            })
        }),
    ];
    plot("body-size", "bytes of the body", lines)
}
