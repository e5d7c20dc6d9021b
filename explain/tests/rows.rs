//! Tests that a program with a row's mistake is diagnosed with that row and no other.

mod common;

use common::{Made, Program, keys_and_forms, texts, urls, webhook_forms};
use visiono_workflow_explain::{Certainty, Diagnosis, Kind, Mistake, Verdict};

fn named(diagnosis: &Diagnosis) -> Vec<Mistake> {
    diagnosis.causes.iter().map(|cause| cause.mistake).collect()
}

fn assert_named(kind: Kind, program: fn() -> Program, made: &[Made]) {
    let mut wrong = Vec::new();
    for (at, made) in made.iter().enumerate() {
        let mut program = program();
        (made.make)(&mut program);
        let diagnosis = program.explain();
        if named(&diagnosis) != [made.mistake]
            || diagnosis.verdict != Verdict::Explained
            || diagnosis.causes[0].certainty != Certainty::Proof
        {
            wrong.push(format!("{at} {}: {diagnosis}", made.mistake));
        }
    }
    assert!(wrong.is_empty(), "{kind:?}\n{}", wrong.join("\n"));
}

#[test]
fn keys_and_forms_of_a_link() {
    assert_named(Kind::Link, Program::link, &keys_and_forms());
}

#[test]
fn keys_and_forms_of_a_return() {
    assert_named(Kind::Return, Program::returned, &keys_and_forms());
}

#[test]
fn keys_and_forms_of_a_webhook() {
    let mut made = keys_and_forms();
    made.retain(|made| made.mistake != Mistake::KeyHexDecoded);
    made.extend(webhook_forms());
    assert_named(Kind::Webhook, Program::webhook, &made);
}

#[test]
fn texts_of_a_link() {
    assert_named(Kind::Link, Program::link, &texts());
}

#[test]
fn texts_of_a_return() {
    assert_named(Kind::Return, Program::returned, &texts());
}

#[test]
fn urls_of_a_link() {
    assert_named(Kind::Link, Program::link, &urls());
}
