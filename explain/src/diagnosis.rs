//! The answer: a verdict, the causes, the core's checks and the signed text.

use core::fmt;

use serde::Serialize;

use crate::catalogue::{Certainty, Fix, Kind, Mistake};

/// The answer to a [`Request`](crate::Request).
///
/// It is for a developer to read. It has no verified fields and is no boolean, because a message
/// is accepted by verification alone.
///
/// It serializes as an object with the names of its members; enums are in `snake_case`, and a
/// mistake is its ID.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Diagnosis {
    /// The result in one word.
    pub verdict: Verdict,
    /// The kind of the message.
    pub kind: Kind,
    /// The signature that the causes explain.
    pub subject: Subject,
    /// The causes. Two that are proved are two changes at once; hints are alternatives.
    pub causes: Vec<Cause>,
    /// Remarks about what is not a cause, although it looks like one.
    pub notes: Vec<Cause>,
    /// The core's checks, in order.
    pub checks: Vec<Check>,
    /// The signed bytes, made visible. `None` if values are hidden, or if the message lacks a
    /// field.
    pub signed_text: Option<SignedText>,
    /// The number of candidates that were tried.
    pub candidates: u64,
    /// The bound at which the search ended early, if it did.
    pub bound: Option<Bound>,
}

/// The result of a diagnosis in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The core accepts the message, and the computed signature is right if one was given.
    Valid,
    /// A cause is proved.
    Explained,
    /// Nothing is proved, but something looks like a mistake.
    Hinted,
    /// Nothing was found: a different secret, or a change that is not known.
    Unexplained,
}

/// The signature that the causes explain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// The one in the message.
    Received,
    /// The one that the integrator's code computed.
    Computed,
}

/// A mistake that was found.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Cause {
    /// The row of the catalogue.
    #[serde(rename = "id")]
    pub mistake: Mistake,
    /// Proved or a hint.
    pub certainty: Certainty,
    /// One sentence that says what is wrong.
    pub sentence: &'static str,
    /// The variant of the mistake, such as the fields or the offset, without any value.
    pub detail: Option<String>,
    /// The right line in each language.
    pub fix: Fix,
    /// The section of the book.
    pub chapter: String,
}

/// One check of the core.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Check {
    /// The name of the check, such as `signature`.
    pub name: &'static str,
    /// What it is about, in a few words.
    pub title: &'static str,
    /// Its outcome.
    pub outcome: Outcome,
    /// The code of the core's error, if it failed.
    pub code: Option<&'static str>,
    /// The sentence of the core's error, if it failed.
    pub message: Option<String>,
}

/// The outcome of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It passed.
    Passed,
    /// It failed, and decided.
    Failed,
    /// A check before it failed, or the request leaves it out.
    NotReached,
}

/// The signed text: as it must be, and as it was if a cause changes it.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct SignedText {
    /// The text that must be signed.
    pub right: VisibleText,
    /// The text that was signed, if a proved cause changes it.
    pub used: Option<VisibleText>,
}

/// A text whose invisible bytes are escaped as in Rust: `\n`, `\u{a0}`, `\x00`.
///
/// Secrets in it are replaced by `[secret]`, signatures by `[signature]`. If something hidden is
/// still there after decoding, in whatever order, the whole text is withheld, and says so. A long
/// text is cut to the part around the first difference.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct VisibleText {
    /// The text.
    pub text: String,
    /// The ranges, in bytes of [`text`](Self::text), that differ from the other text.
    pub marks: Vec<(usize, usize)>,
    /// The length of what was signed, in bytes.
    pub length: usize,
    /// The text is cut.
    pub cut: bool,
}

/// The bound at which a search ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// As many bytes were hashed as the request allows.
    Bytes,
    /// The progress callback stopped it.
    Stopped,
}

impl Diagnosis {
    pub(crate) fn unexplained(kind: Kind) -> Self {
        Self {
            verdict: Verdict::Unexplained,
            kind,
            subject: Subject::Received,
            causes: Vec::new(),
            notes: Vec::new(),
            checks: Vec::new(),
            signed_text: None,
            candidates: 0,
            bound: None,
        }
    }
}

/// Writes the verdict and the causes, for a log.
impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.verdict {
            Verdict::Valid => "valid: the core accepts this message",
            Verdict::Explained => "explained",
            Verdict::Hinted => "not proved, but perhaps",
            Verdict::Unexplained => "a different secret, or a change that is not known",
        })?;
        for cause in &self.causes {
            write!(f, "\n{}: {}", cause.mistake.id(), cause.sentence)?;
            if let Some(detail) = &cause.detail {
                write!(f, " ({detail})")?;
            }
        }
        Ok(())
    }
}
