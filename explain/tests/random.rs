//! Tests random messages: none is explained by chance, and right ones are valid.

mod common;

use common::random::{Random, right, wrong, wrong_webhook};
use common::{Made, Program, keys_and_forms, texts, webhook_forms};
use visiono_workflow_explain::{Kind, Mistake, Verdict};

const SEED: u64 = 1;

fn none_is_explained(kind: Kind) {
    let mut random = Random(SEED);
    for at in 0..200 {
        let diagnosis = wrong(&mut random, kind);
        assert_eq!(
            diagnosis.verdict,
            Verdict::Unexplained,
            "{kind:?} {at}: {diagnosis}"
        );
        assert_eq!(diagnosis.bound, None, "{kind:?} {at}");
        assert!(
            diagnosis.candidates > 50_000,
            "{kind:?} {at}: {}",
            diagnosis.candidates
        );
    }
}

#[test]
fn no_wrong_link_is_explained() {
    none_is_explained(Kind::Link);
}

#[test]
fn no_wrong_return_is_explained() {
    none_is_explained(Kind::Return);
}

#[test]
fn no_wrong_webhook_is_explained() {
    let mut random = Random(SEED);
    for at in 0..100 {
        let diagnosis = wrong_webhook(&mut random);
        assert_eq!(diagnosis.verdict, Verdict::Unexplained, "{at}: {diagnosis}");
        assert_eq!(diagnosis.bound, None, "{at}");
    }
}

#[test]
fn right_messages_are_valid() {
    let mut random = Random(SEED);
    for kind in [Kind::Link, Kind::Return] {
        for at in 0..1000 {
            let diagnosis = right(&mut random, kind);
            assert_eq!(
                diagnosis.verdict,
                Verdict::Valid,
                "{kind:?} {at}: {diagnosis}"
            );
        }
    }
}

/// Makes each mistake with a tag that is too short, and with one that differs in one bit.
fn only_an_equal_tag_explains(program: fn() -> Program, made: &[Made]) {
    for made in made {
        let mut short = program();
        (made.make)(&mut short);
        // The test replaces the encoding.
        if matches!(made.step, common::Step::Encode) {
            continue;
        }
        let mut flipped = short.clone();
        short.encode = |tag| common::hex(&tag[..15]);
        flipped.encode = |tag| {
            let mut tag = tag.to_vec();
            tag[11] ^= 0x10;
            common::hex(&tag)
        };
        for program in [short, flipped] {
            let diagnosis = program.explain();
            assert_ne!(
                diagnosis.verdict,
                Verdict::Explained,
                "{}: {diagnosis}",
                made.mistake
            );
            assert_ne!(
                diagnosis.verdict,
                Verdict::Valid,
                "{}: {diagnosis}",
                made.mistake
            );
        }
    }
}

#[test]
fn only_an_equal_tag_explains_a_link() {
    let mut made = keys_and_forms();
    made.extend(texts());
    only_an_equal_tag_explains(Program::link, &made);
}

#[test]
fn only_an_equal_tag_explains_a_webhook() {
    let mut made = keys_and_forms();
    made.extend(webhook_forms());
    made.retain(|made| made.mistake != Mistake::KeyHexDecoded);
    only_an_equal_tag_explains(Program::webhook, &made);
}
