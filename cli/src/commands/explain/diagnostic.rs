//! Formats a diagnosis like a compiler error: the cause, the signed text with its differences
//! marked, and the lines to change.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use visiono_workflow_explain::{
    Bound, Cause, Certainty, Diagnosis, Kind, Outcome, Subject, Verdict, VisibleText,
};

use crate::shown::sentences;

/// Returns the text for a terminal or a pipe.
pub(crate) fn text(diagnosis: &Diagnosis) -> String {
    let mut groups = vec![main(diagnosis)];
    groups.extend(
        diagnosis
            .causes
            .iter()
            .skip(1)
            .map(|cause| with_fix(title(cause), cause)),
    );
    groups.extend(diagnosis.notes.iter().map(|note| {
        Group::with_title(
            Level::NOTE
                .secondary_title(sentence(note))
                .id(note.mistake.id()),
        )
    }));
    let drawn = Renderer::styled().render(&groups);
    format!("{drawn}\n\n{}", checks(diagnosis))
}

/// Returns the first cause, with the signed text.
fn main(diagnosis: &Diagnosis) -> Group<'_> {
    let mut group = match diagnosis.causes.first() {
        Some(cause) => Group::with_title(title(cause)),
        None => Group::with_title(match diagnosis.verdict {
            Verdict::Valid => Level::INFO.primary_title("the message is valid"),
            _ => Level::ERROR.primary_title(
                "nothing explains the signature: it was made with a different secret, or with a \
                 change that is not known",
            ),
        }),
    };
    if let Some(signed) = &diagnosis.signed_text {
        let (right, used) = labels(diagnosis);
        group = group.element(snippet(&signed.right, right));
        if let Some(text) = &signed.used {
            group = group.element(snippet(text, used));
        }
    }
    match diagnosis.causes.first() {
        Some(cause) => fixes(group, cause),
        None => group.elements(advice(diagnosis).map(|line| Level::HELP.message(line))),
    }
}

/// Returns the labels of the two texts: the one of the message, and the one that was signed.
fn labels(diagnosis: &Diagnosis) -> (&'static str, &'static str) {
    let signature = diagnosis
        .checks
        .iter()
        .position(|check| check.name == "signature");
    let mut before = diagnosis.checks.iter().take(signature.unwrap_or(0));
    if before.any(|check| check.outcome == Outcome::Failed) {
        return ("the text as it arrived", "the text that was signed");
    }
    match (diagnosis.subject, diagnosis.kind) {
        (Subject::Received, Kind::Webhook) => {
            ("the body that you passed", "the body that Visiono signed")
        }
        (Subject::Received, Kind::Return) => {
            ("the text of this return", "the text that was signed")
        }
        _ => (
            "the text that must be signed",
            "the text that your code signed",
        ),
    }
}

/// Returns suggestions for a diagnosis without a cause.
fn advice(diagnosis: &Diagnosis) -> impl Iterator<Item = &'static str> {
    let computed = "if your own code refuses it, pass the signature that your code computes for it \
        as --computed";
    let secrets = "pass other secrets that may have been used as --other-secret-file and \
        --old-secret-file";
    let advice = match (diagnosis.verdict, diagnosis.kind) {
        (Verdict::Valid, Kind::Link) => None,
        (Verdict::Valid, _) if diagnosis.subject == Subject::Received => Some(computed),
        (Verdict::Valid, _) => None,
        _ => Some(secrets),
    };
    advice.into_iter()
}

fn with_fix<'a>(title: annotate_snippets::Title<'a>, cause: &'a Cause) -> Group<'a> {
    fixes(Group::with_title(title), cause)
}

fn title(cause: &Cause) -> annotate_snippets::Title<'_> {
    let level = match cause.certainty {
        Certainty::Proof => Level::ERROR,
        Certainty::Hint | Certainty::Note => Level::WARNING.with_name("perhaps"),
    };
    level.primary_title(sentence(cause)).id(cause.mistake.id())
}

fn sentence(cause: &Cause) -> String {
    let text = cause.sentence.trim_end_matches('.');
    match &cause.detail {
        Some(detail) => sentences(&format!("{text} ({detail})")),
        None => text.to_owned(),
    }
}

fn fixes<'a>(group: Group<'a>, cause: &'a Cause) -> Group<'a> {
    let fix = &cause.fix;
    let lines = [
        ("PHP", &fix.php),
        ("JavaScript", &fix.javascript),
        ("Python", &fix.python),
    ];
    let lines = lines
        .into_iter()
        .map(|(language, line)| format!("{language}: {line}"));
    let group = group.elements(lines.map(|line| Level::HELP.message(line)));
    let id = cause.mistake.id();
    group.element(Level::NOTE.message(format!("see docs/signature-is-wrong.md#{id}")))
}

/// Returns a text with its marks. It has one line, because its line feeds are escaped.
fn snippet<'a>(
    text: &'a VisibleText,
    label: &'a str,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let bytes = text.length;
    let cut = if text.cut { ", shown in part" } else { "" };
    let marks = text
        .marks
        .iter()
        .map(|&(start, end)| AnnotationKind::Primary.span(start..end));
    let whole = AnnotationKind::Context
        .span(0..text.text.len())
        .label(format!("{label}: {bytes} bytes{cut}"));
    Snippet::source(text.text.as_str())
        .line_numbering(false)
        .annotations(marks)
        .annotation(whole)
}

/// Returns the core's checks, one a line, and the extent of the search.
fn checks(diagnosis: &Diagnosis) -> String {
    let mut lines = String::from("checks:\n");
    for check in &diagnosis.checks {
        let outcome = match check.outcome {
            Outcome::Passed => "passed",
            Outcome::Failed => "FAILED",
            Outcome::NotReached => "-",
        };
        // The advice after the colon is for a server that refuses the message.
        let fault = check
            .message
            .as_deref()
            .and_then(|message| message.split(": ").next());
        let message = fault.map(|fault| format!(": {}", sentences(fault)));
        lines += &format!(
            "  {outcome:<8}{}{}\n",
            check.title,
            message.unwrap_or_default()
        );
    }
    lines += &format!("candidates tried: {}\n", diagnosis.candidates);
    match diagnosis.bound {
        Some(Bound::Bytes) => lines += "The search ended at its bound: not everything was tried.\n",
        Some(Bound::Stopped) => lines += "The search was stopped: not everything was tried.\n",
        None => {}
    }
    lines
}
