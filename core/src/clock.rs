//! The system clock, for programs that have one.

use std::time::{SystemTime, UNIX_EPOCH};

/// The system's time in whole Unix seconds: what `now` and `timestamp` want.
///
/// A clock before 1970 reads as 0, so that every message is refused as coming from the future.
///
/// # Examples
///
/// ```
/// assert!(visiono_workflow::unix_time() > 1_700_000_000);
/// ```
#[must_use]
pub fn unix_time() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}
