//! Decides what an answer means about the receiver.

use super::cases::{Case, Must};
use super::client::Answer;

/// A message and its result.
pub(super) struct Row {
    pub(super) case: &'static Case,
    pub(super) answer: Answer,
    /// The sentence and the fix, if the receiver is at fault.
    pub(super) fault: Option<Fault>,
}

pub(super) struct Fault {
    pub(super) sentence: String,
    pub(super) fix: &'static str,
}

/// Texts of the error pages of Node, Express, Python, PHP and Java that reveal the program's
/// internals.
const TRACES: [&str; 6] = [
    "\n    at ",
    "<br> &nbsp; &nbsp;at ",
    "Traceback (most recent call last)",
    "Stack trace:",
    "Fatal error:",
    "\n\tat ",
];

impl Row {
    pub(super) fn new(case: &'static Case, answer: Answer) -> Self {
        let fault = fault(case, &answer);
        Self {
            case,
            answer,
            fault,
        }
    }

    /// Returns the status for a person to read.
    pub(super) fn status(&self) -> String {
        let status = self.answer.status.as_ref();
        status.map_or("none".to_owned(), u16::to_string)
    }
}

fn fault(case: &Case, answer: &Answer) -> Option<Fault> {
    let fault = |sentence: &str, fix| {
        let sentence = sentence.to_owned();
        Some(Fault { sentence, fix })
    };
    let status = match &answer.status {
        Ok(status) => *status,
        Err(_) if case.must == Must::Drop => return None,
        Err(error) => {
            return fault(
                &format!("It gives no answer: {error}."),
                "Answer every request within 30 s, even a refused one.",
            );
        }
    };
    if status >= 500 {
        return fault(
            &format!("It fails with {status}, which a stranger can cause."),
            "Catch the error, and answer 4xx to a message that is refused: 5xx says try again.",
        );
    }
    if status >= 400 && TRACES.iter().any(|trace| answer.text.contains(trace)) {
        return fault(
            "It refuses with a page that reveals the program's internals.",
            "Handle errors yourself, and switch debugging off: NODE_ENV=production, DEBUG = False.",
        );
    }
    let is_accepted = match status {
        200..300 => true,
        300..400 => !case.is_webhook(),
        _ => false,
    };
    let is_refused = (400..500).contains(&status);
    match case.must {
        Must::Accept if is_accepted => None,
        Must::Refuse | Must::Drop if is_refused => None,
        Must::Answer => None,
        Must::Refuse | Must::Drop if !is_accepted => fault(
            &format!("It answers {status}, which neither accepts nor refuses."),
            "Answer 2xx or 4xx: Visiono follows no redirect.",
        ),
        Must::Accept | Must::Refuse | Must::Drop => fault(case.fault, case.fix),
    }
}

#[cfg(test)]
mod tests {
    use super::super::cases::CASES;
    use super::*;

    /// Returns the first words of the fault.
    fn said(id: &str, status: Result<u16, String>, text: &str) -> Option<String> {
        let case = CASES.iter().find(|case| case.id == id).expect("a case");
        let mut answer = Answer::none(String::new());
        answer.status = status;
        text.clone_into(&mut answer.text);
        let sentence = Row::new(case, answer).fault?.sentence;
        Some(sentence.split(' ').take(2).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn the_status_decides() {
        for (id, statuses, wanted) in [
            ("webhook-good", &[200, 204, 299][..], None),
            (
                "webhook-good",
                &[300, 302, 400, 404, 499],
                Some("It refuses"),
            ),
            ("webhook-good", &[500, 503, 599], Some("It fails")),
            ("webhook-no-header", &[400, 401, 413, 499], None),
            ("webhook-no-header", &[200, 204], Some("It accepts")),
            ("webhook-no-header", &[302], Some("It answers")),
            ("webhook-no-header", &[500, 503], Some("It fails")),
            ("return-good", &[200, 302, 303], None),
            ("return-forged", &[200, 302, 303], Some("It accepts")),
            ("return-forged", &[400, 403, 404], None),
            ("return-unknown-path", &[200, 302, 404], None),
            ("return-unknown-path", &[500], Some("It fails")),
        ] {
            for status in statuses {
                assert_eq!(
                    said(id, Ok(*status), "").as_deref(),
                    wanted,
                    "{id} {status}"
                );
            }
        }
    }

    #[test]
    fn a_missing_answer_is_a_fault_except_for_a_body_that_is_too_large() {
        let none = || Err("closed".to_owned());
        assert_eq!(said("webhook-huge", none(), ""), None);
        for id in ["webhook-good", "webhook-no-header", "return-unknown-path"] {
            assert_eq!(said(id, none(), "").as_deref(), Some("It gives"), "{id}");
        }
    }

    #[test]
    fn a_stack_trace_is_a_fault() {
        let trace = "<pre>PayloadTooLargeError<br> &nbsp; &nbsp;at readStream (/srv/a.js:1:2)";
        assert_eq!(
            said("webhook-huge", Ok(413), trace).as_deref(),
            Some("It refuses")
        );
        assert_eq!(said("webhook-huge", Ok(413), "too large"), None);
    }
}
