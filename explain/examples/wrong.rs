//! Explains random wrong messages with the full search, as evidence that none is explained by
//! chance: `cargo run --release -p visiono-workflow-explain --example wrong -- 10000 1`.

#[path = "../tests/common/mod.rs"]
mod common;

use common::random::{Random, right, wrong, wrong_webhook};
use visiono_workflow_explain::{Kind, Verdict};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut number = |default| {
        arguments
            .next()
            .map_or(default, |text| text.parse().unwrap_or(default))
    };
    let (count, seed) = (number(200), number(1));
    for kind in [Kind::Link, Kind::Return] {
        let mut random = Random(seed);
        let (mut explained, mut tried) = (0, 0);
        for _ in 0..count {
            let diagnosis = wrong(&mut random, kind);
            explained += u64::from(diagnosis.verdict == Verdict::Explained);
            tried += diagnosis.candidates;
        }
        let valid = (0..count)
            .filter(|_| right(&mut random, kind).verdict == Verdict::Valid)
            .count();
        println!(
            "{kind:?}, seed {seed}: {count} wrong ones, {explained} explained, {tried} candidates; \
             {count} right ones, {valid} valid"
        );
    }
    let (mut random, count) = (Random(seed), count / 10);
    let explained = (0..count)
        .filter(|_| wrong_webhook(&mut random).verdict == Verdict::Explained)
        .count();
    println!("Webhook, seed {seed}: {count} wrong ones, {explained} explained");
}
