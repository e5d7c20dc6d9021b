//! Finds the mistake that made a signature of Visiono's Workflow Mode wrong.
//!
//! ```text
//! message ─ shape ─▶ verification (the core's) ─▶ repair ─▶ search ─▶ body ─▶ time ─▶ Diagnosis
//! ```
//!
//! A cause is *proved* if the signature matches under that one change: of the key, the algorithm,
//! the encoding, the signed text or the time; or under two of them. What only looks like a mistake
//! is a *hint*. The mistakes are the rows of the [catalogue](Mistake).
//!
//! # Where to use it
//!
//! On a developer's machine, or on a message from a staging log. **Never in a request handler that
//! answers strangers**: a search costs a thousand times as much as a verification, and its answer
//! tells an attacker about your code. It accepts nothing: a [`Diagnosis`] has no verified fields,
//! and no rule of acceptance is in this crate. Only the core verifies.
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
mod hidden;
mod instant;
mod keys;
mod lacking;
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
/// It never fails: an unusable secret, template or argument is the first of the core's checks,
/// and may be the mistake itself.
#[must_use]
pub fn explain(request: &Request<'_>) -> Diagnosis {
    explain_with_progress(request, &mut |_| ControlFlow::Continue(()))
}

/// Explains the same, and reports how far the search is.
///
/// `progress` is called every few thousand candidates. If it breaks, the search stops, and the
/// diagnosis has what was found until then, with [`Bound::Stopped`].
pub fn explain_with_progress(
    request: &Request<'_>,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Diagnosis {
    diagnose::diagnose(request, progress)
}
