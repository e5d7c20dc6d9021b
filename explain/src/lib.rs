//! Finds the mistake behind a wrong signature of Visiono's Workflow Mode.
//!
//! ```text
//! message ─ shape ─▶ verification (by the core) ─▶ repair ─▶ search ─▶ body ─▶ time ─▶ Diagnosis
//! ```
//!
//! A cause is *proved* if the signature matches under that one change: of the key, the algorithm,
//! the encoding, the signed text or the time; or under two of them. A cause that only looks likely
//! is a *hint*. The mistakes are the rows of the [catalogue](Mistake).
//!
//! # Where to use it
//!
//! Use it on a developer's machine, or on a message from a staging log. **Never use it in a request
//! handler that answers strangers**: a search costs a thousand times as much as a verification, and
//! its answer reveals your code's mistakes to an attacker. It accepts nothing: a [`Diagnosis`] has no
//! verified fields, and this crate has no rule of acceptance. Only the core verifies.
//!
//! No output contains a secret or a part of one, a key that was derived from one, or a signature
//! that would have been right.
//!
//! # Examples
//!
//! ```
//! use visiono_workflow_explain::{Input, Message, Mistake, Request, Verdict, explain};
//!
//! let secret = b"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
//! let link = b"https://visiono.io/s/damage-report?uv=ABC123&src=zendesk&ref=ticket-456\
//!     &ts=1705500000&sig=1048c4c67f8a137e1ba140baea995a89e7a08b92d151a8b7b12534505f04651d";
//!
//! let secrets = [secret.as_slice()];
//! let diagnosis = explain(&Request::new(Message::Link(Input::Text(link)), &secrets));
//! assert_eq!(diagnosis.verdict, Verdict::Explained);
//! assert_eq!(diagnosis.causes[0].mistake, Mistake::KeyHexDecoded);
//! assert_eq!(
//!     diagnosis.causes[0].sentence,
//!     "The secret was decoded as hex; the key is its text.",
//! );
//! ```

#![forbid(unsafe_code)]

mod age;
mod algorithm;
mod body;
mod catalogue;
mod change;
mod codec;
mod diagnose;
mod diagnosis;
mod guess;
mod hidden;
mod instant;
mod keys;
mod layout;
mod message;
mod platform;
mod repair;
mod request;
mod search;
mod seen;
mod shape;
mod show;
mod text;
mod value;
mod verification;
mod views;

pub use catalogue::{Certainty, Fix, Kind, Kinds, Mistake, Section};
pub use diagnosis::{
    Bound, Cause, Check, Diagnosis, Outcome, SignedText, Subject, Verdict, VisibleText,
};
pub use platform::{Conversion, Convert, provide};
pub use request::{DEFAULT_MAX_BYTES, Input, Message, OtherSecret, Progress, Relation, Request};

use core::ops::ControlFlow;

/// Explains why the signature of a message is wrong.
///
/// It never fails. An unusable secret, template or argument is reported by the first of the core's
/// checks, and may be the mistake itself.
#[must_use]
pub fn explain(request: &Request<'_>) -> Diagnosis {
    explain_with_progress(request, &mut |_| ControlFlow::Continue(()))
}

/// Explains like [`explain`], and reports the progress of the search.
///
/// `progress` is called every few thousand candidates. If it breaks, the search stops, and the
/// diagnosis has the findings so far, with [`Bound::Stopped`].
pub fn explain_with_progress(
    request: &Request<'_>,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Diagnosis {
    diagnose::diagnose(request, progress)
}
