//! Says what is being done, and for how long it has been going on.

use std::sync::OnceLock;
use std::time::Instant;

static START: OnceLock<Instant> = OnceLock::new();

/// Announces the next step, with the seconds since the first one.
pub(crate) fn step(what: &str) {
    let seconds = START.get_or_init(Instant::now).elapsed().as_secs();
    eprintln!("\n[{:>2}:{:02}] {what}", seconds / 60, seconds % 60);
}
