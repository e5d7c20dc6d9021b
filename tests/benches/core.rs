//! How long the core's operations take, beside a bare keyed HMAC over the same bytes and beside
//! the same work done the usual way. `cargo xtask bench core` prints the ratios.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use sha2::block_api::compress256;
use url::Url;
use url::form_urlencoded::Serializer;
use visiono_workflow::{
    ExpectReturn, LinkFields, LinkUrl, RedirectTemplate, ReturnFields, Workflow, WorkflowSecret,
};

const SECRET: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const LINK: &str = "https://visiono.io/s/damage-report";
const NOW: u64 = 1_705_500_000;
const RETURN: &str = "https://your-system.com/done?sub=pls_123&uv=ABC123&ref=ticket-456&cnt=5\
    &ts=1705500100&sig=1712c74befb1b1e1baea9f62fb5d7fefc49cf4f6118744e627d8e8967220d5d5";
const TEMPLATE: &str = "https://a.example/t/{reference}/done?s={submission_id}&u={unique_value}\
    &c={photo_count}&t={timestamp}&h={signature}";

fn link_fields() -> LinkFields<'static> {
    LinkFields {
        unique_value: "ABC123",
        source: "zendesk",
        reference: "ticket-456",
        timestamp: NOW,
    }
}

fn return_fields() -> ReturnFields<'static> {
    ReturnFields {
        submission_id: "pls_123",
        unique_value: "ABC123",
        reference: "ticket-456",
        photo_count: 5,
        timestamp: 1_705_500_100,
    }
}

/// HMAC with the key's midstates ready: the floor under both operations.
fn bare(c: &mut Criterion) {
    let keyed = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("any key");
    let mut group = c.benchmark_group("bare keyed HMAC");
    for (name, payload) in [
        ("link", "ABC123|zendesk|ticket-456|1705500000"),
        ("return", "pls_123|ABC123|ticket-456|5|1705500100"),
    ] {
        group.bench_function(name, |b| {
            b.iter(|| {
                let mac = keyed.clone().chain_update(black_box(payload));
                mac.finalize().into_bytes()
            });
        });
    }
}

/// The floor under all: what SHA-256 itself does for a link or return of ordinary length, the key's
/// own compressions aside.
fn compressions(c: &mut Criterion) {
    let mut group = c.benchmark_group("two compressions");
    group.bench_function("SHA-256", |b| {
        let mut state = [0; 8];
        b.iter(|| {
            for _ in 0..2 {
                compress256(black_box(&mut state), black_box(&[[0; 64]]));
            }
        });
    });
}

fn this_library(c: &mut Criterion) {
    let workflow = Workflow::new(WorkflowSecret::new(SECRET).expect("a secret")).expect("one");
    let url = LinkUrl::parse(LINK).expect("a link");
    let template = RedirectTemplate::parse(TEMPLATE).expect("a template");
    let mut out = String::with_capacity(512);
    let mut group = c.benchmark_group("visiono-workflow");
    group.bench_function("sign_link", |b| {
        b.iter(|| {
            out.clear();
            let signed = workflow.sign_link(&url, &black_box(link_fields()));
            signed.expect("signed").write_to(&mut out).expect("room");
        });
    });
    group.bench_function("verify_return", |b| {
        let expect = ExpectReturn::new();
        b.iter(|| {
            let verified = workflow.verify_return(black_box(RETURN), None, &expect, NOW + 200);
            verified.expect("verified").photo_count()
        });
    });
    group.bench_function("sign_return", |b| {
        b.iter(|| {
            out.clear();
            let signed = workflow.sign_return(&template, &black_box(return_fields()));
            signed.expect("signed").write_to(&mut out).expect("room");
        });
    });
    let signed = workflow.sign_return(&template, &return_fields());
    let returned = signed.expect("signed").to_string();
    group.bench_function("verify_return with a template", |b| {
        let expect = ExpectReturn::new();
        b.iter(|| {
            let url = black_box(returned.as_str());
            let verified = workflow.verify_return(url, Some(&template), &expect, NOW + 200);
            verified.expect("verified").photo_count()
        });
    });
    // What a template adds: the same return, already signed, is written again.
    let signed = workflow
        .sign_return(&template, &return_fields())
        .expect("signed");
    group.bench_function("expand", |b| {
        b.iter(|| {
            out.clear();
            black_box(&signed).write_to(&mut out).expect("room");
        });
    });
}

/// The same work with the `url` crate and HMAC keyed for each call.
fn usual(c: &mut Criterion, name: &str, tag: fn(&str) -> String) {
    let mut group = c.benchmark_group(name);
    group.bench_function("sign_link", |b| {
        b.iter(|| {
            let fields = black_box(link_fields());
            let timestamp = fields.timestamp.to_string();
            let sig = tag(&format!(
                "{}|{}|{}|{timestamp}",
                fields.unique_value, fields.source, fields.reference
            ));
            let query = Serializer::new(String::new())
                .append_pair("uv", fields.unique_value)
                .append_pair("src", fields.source)
                .append_pair("ref", fields.reference)
                .append_pair("ts", &timestamp)
                .append_pair("sig", &sig)
                .finish();
            format!("{LINK}?{query}")
        });
    });
    group.bench_function("verify_return", |b| {
        b.iter(|| {
            let url = Url::parse(black_box(RETURN)).expect("a URL");
            let query: HashMap<Cow<'_, str>, Cow<'_, str>> = url.query_pairs().collect();
            let sig = tag(&format!(
                "{}|{}|{}|{}|{}",
                query["sub"], query["uv"], query["ref"], query["cnt"], query["ts"]
            ));
            let timestamp: u64 = query["ts"].parse().expect("a number");
            assert!(sig == query["sig"] && NOW + 200 - timestamp <= 3600);
        });
    });
}

fn rustcrypto(c: &mut Criterion) {
    usual(c, "url and hmac", |payload| {
        let mac = Hmac::<Sha256>::new_from_slice(black_box(SECRET.as_bytes())).expect("any key");
        hex::encode(mac.chain_update(payload).finalize().into_bytes())
    });
}

fn ring(c: &mut Criterion) {
    usual(c, "url and ring", |payload| {
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, black_box(SECRET.as_bytes()));
        hex::encode(ring::hmac::sign(&key, payload.as_bytes()))
    });
}

criterion_group!(benches, compressions, bare, this_library, rustcrypto, ring);
criterion_main!(benches);
