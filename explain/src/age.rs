//! The time of a message whose signature is right.

use visiono_workflow::{Code, Error};

use crate::catalogue::{Certainty, Mistake};
use crate::change::Change;

/// The difference from a whole quarter hour that a request may have taken, in seconds.
const TOLERANCE: u64 = 15;

const QUARTER: u64 = 900;

/// The greatest difference between two time zones, in seconds.
const MOST: u64 = 26 * 3_600;

/// Returns what the core's answer about the time means: the answer itself, and perhaps a hint.
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
    let beside = away % QUARTER;
    let is_whole = beside.min(QUARTER - beside) <= TOLERANCE && away > QUARTER / 2;
    if is_whole && away <= MOST {
        let minutes = (away + QUARTER / 2) / QUARTER * 15;
        let hint = by(Mistake::ClockZone, "about # minutes", minutes);
        causes.push((hint, Certainty::Hint));
    } else if error.code() == Code::NotYetValid {
        let hint = by(Mistake::ClockWrong, "by # s", away);
        causes.push((hint, Certainty::Hint));
    }
    causes
}
