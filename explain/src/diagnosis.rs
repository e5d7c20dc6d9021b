//! The result: a verdict, the causes, the core's checks and the signed text.

use core::fmt;

use serde::Serialize;

use crate::catalogue::{Certainty, Fix, Kind, Mistake};

/// The answer to a [`Request`](crate::Request).
///
/// It is for a developer to read. It has no verified fields and is not a boolean, because only
/// verification accepts a message.
///
/// It serializes as an object with the names of its fields. Enums are in `snake_case`, and a
/// mistake is its ID.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Diagnosis {
    /// The overall result.
    pub verdict: Verdict,
    /// The kind of the message.
    pub kind: Kind,
    /// The signature that the causes explain.
    pub subject: Subject,
    /// The causes. Two proved causes are two changes at once; hints are alternatives.
    pub causes: Vec<Cause>,
    /// Notes about things that look like a cause but are not.
    pub notes: Vec<Cause>,
    /// The core's checks, in order.
    pub checks: Vec<Check>,
    /// The signed bytes, made visible. `None` if values are hidden or the message lacks a field.
    pub signed_text: Option<SignedText>,
    /// The number of candidates that were tried.
    pub candidates: u64,
    /// The bound that ended the search early, if one did.
    pub bound: Option<Bound>,
}

/// The overall result of a diagnosis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The core accepts the message, and the computed signature, if any, is right.
    Valid,
    /// A cause is proved.
    Explained,
    /// Nothing is proved, but something looks like a mistake.
    Hinted,
    /// No cause was found: a different secret, or an unknown change.
    Unexplained,
}

/// The signature that the causes explain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// The signature in the message.
    Received,
    /// The signature that the integrator's code computed.
    Computed,
}

/// A mistake that was found.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Cause {
    /// The row of the catalogue.
    #[serde(rename = "id")]
    pub mistake: Mistake,
    /// The certainty of the cause.
    pub certainty: Certainty,
    /// A sentence that says what is wrong.
    pub sentence: &'static str,
    /// The variant of the mistake, such as field names or a time offset. It contains no value of
    /// the message.
    pub detail: Option<String>,
    /// The correct line in each language.
    pub fix: Fix,
    /// The section of the chapter *My signature is wrong*, as a path in the book.
    pub chapter: String,
}

/// A check of the core.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Check {
    /// The name of the check, such as `signature`.
    pub name: &'static str,
    /// A short description of the check.
    pub title: &'static str,
    /// The outcome of the check.
    pub outcome: Outcome,
    /// The code of the core's error, if the check failed.
    pub code: Option<&'static str>,
    /// The sentence of the core's error, if the check failed.
    pub message: Option<String>,
}

/// The outcome of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The check passed.
    Passed,
    /// The check failed and decided the result.
    Failed,
    /// An earlier check failed, or the request does not ask for this one.
    NotReached,
}

/// The signed text: the correct one, and the one that was signed if a cause changes it.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct SignedText {
    /// The text that must be signed.
    pub right: VisibleText,
    /// The text that was signed, if a proved cause changes it.
    pub used: Option<VisibleText>,
}

/// A text with its invisible bytes escaped as in Rust: `\n`, `\u{a0}`, `\x00`.
///
/// Secrets in it are replaced by `[secret]`, signatures by `[signature]`. If decoding in any order
/// still yields something hidden, the whole text is withheld and replaced by a notice. A long text
/// is cut to the part around the first difference.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct VisibleText {
    /// The text.
    pub text: String,
    /// The byte ranges of [`text`](Self::text) that differ from the other text.
    pub marks: Vec<(usize, usize)>,
    /// The length of the signed text, in bytes.
    pub length: usize,
    /// `true` if the text was cut.
    pub cut: bool,
}

/// A bound that ended a search early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// The number of bytes to hash that the request allows.
    Bytes,
    /// The progress callback, which stopped the search.
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
