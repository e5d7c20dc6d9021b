//! The age of a message whose signature is right.

use visiono_workflow::{Code, Error};

use crate::catalogue::{Certainty, Mistake};
use crate::change::Change;

/// The tolerance around a whole quarter hour, in seconds: the time that a request may take.
const TOLERANCE: u64 = 15;

const QUARTER: u64 = 900;

/// The greatest difference between two time zones, in seconds.
const MAX_ZONE: u64 = 26 * 3_600;

/// Returns the causes for a time that the core refuses: the core's answer, and perhaps a hint.
pub(crate) fn causes(error: &Error, max_age: u64, leeway: u64) -> Vec<(Change, Certainty)> {
    let seconds = error.seconds().unwrap_or(0);
    let by = |mistake, text, seconds: u64| {
        Change::number(mistake, text, i64::try_from(seconds).unwrap_or(i64::MAX))
    };
    let (answer, away) = match error.code() {
        Code::Expired => (
            by(Mistake::Expired, "by # s", seconds),
            seconds.saturating_add(max_age),
        ),
        Code::NotYetValid => (
            by(Mistake::Early, "by # s", seconds),
            seconds.saturating_add(leeway),
        ),
        _ => return Vec::new(),
    };
    let mut causes = vec![(answer, Certainty::Proof)];
    let remainder = away % QUARTER;
    let is_whole = remainder.min(QUARTER - remainder) <= TOLERANCE && away > QUARTER / 2;
    if is_whole && away <= MAX_ZONE {
        let minutes = (away + QUARTER / 2) / QUARTER * 15;
        let hint = by(Mistake::ClockZone, "about # minutes", minutes);
        causes.push((hint, Certainty::Hint));
    } else if error.code() == Code::NotYetValid {
        let hint = by(Mistake::ClockWrong, "by # s", away);
        causes.push((hint, Certainty::Hint));
    }
    causes
}
