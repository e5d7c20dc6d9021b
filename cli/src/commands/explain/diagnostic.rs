//! Draws a diagnosis as a compiler draws its own: the cause, the signed text with what differs
//! marked, and the lines to change.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use visiono_workflow_explain::{Bound, Cause, Certainty, Diagnosis, Outcome, Verdict, VisibleText};

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
        group = group.element(snippet(&signed.right, "the text that must be signed"));
        if let Some(used) = &signed.used {
            group = group.element(snippet(used, "the text that was signed"));
        }
    }
    match diagnosis.causes.first() {
        Some(cause) => fixes(group, cause),
        None => group,
    }
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
    group.element(Level::NOTE.message(format!("more in the book: {}", cause.chapter)))
}

/// Returns a text with its marks. It has one line, because line feeds in it are escaped.
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

/// Returns the core's checks, one a line, and how much was searched.
fn checks(diagnosis: &Diagnosis) -> String {
    let mut lines = String::from("checks:\n");
    for check in &diagnosis.checks {
        let outcome = match check.outcome {
            Outcome::Passed => "passed",
            Outcome::Failed => "FAILED",
            Outcome::NotReached => "-",
        };
        let message = check
            .message
            .as_deref()
            .map(|message| format!(": {}", sentences(message)));
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
