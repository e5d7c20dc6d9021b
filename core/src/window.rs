//! The time at which a message is verified, and the window in which it is valid.

use crate::code::Code;
use crate::error::Error;
use crate::field::MAX_TIMESTAMP;

/// The default maximum age of a link or return, in seconds.
pub const DEFAULT_MAX_AGE: u64 = 3600;
/// The default tolerance for a message dated in the future, in seconds.
pub const DEFAULT_LEEWAY: u64 = 60;

/// The time of verification and the tolerated difference, in seconds.
#[derive(Clone, Copy)]
pub(crate) struct Window {
    pub(crate) now: u64,
    pub(crate) max_age: u64,
    pub(crate) leeway: u64,
}

impl Window {
    /// Checks that a message of this time is valid. One of exactly `max_age` is.
    pub(crate) fn check(self, timestamp: u64) -> Result<(), Error> {
        let early = timestamp.saturating_sub(self.now);
        if early > self.leeway {
            return Err(Error::new(
                Code::NotYetValid,
                "the message is # s further in the future than the leeway allows: check this \
                 machine's clock",
            )
            .with_number(early.saturating_sub(self.leeway)));
        }
        let age = self.now.saturating_sub(timestamp);
        if age > self.max_age {
            return Err(Error::new(
                Code::Expired,
                "the message is # s older than its maximum age: refuse the message; if every message \
                 fails, check this machine's clock",
            )
            .with_number(age.saturating_sub(self.max_age)));
        }
        Ok(())
    }
}

/// Checks the time of a verification, `now` in Unix seconds, as any language passes it.
///
/// Verification checks it too; this is for bindings, which check every argument before they read
/// a template (`docs/protocol.md`, section 5).
///
/// # Errors
///
/// [`Code::InvalidArgument`] if it is negative or at least 100000000000, which are milliseconds.
///
/// # Examples
///
/// ```
/// use visiono_workflow::check_now;
///
/// assert_eq!(check_now(1705500000).unwrap(), 1705500000);
/// assert!(check_now(-1).is_err());
/// assert!(check_now(1705500000000).is_err());
/// ```
pub fn check_now(now: i128) -> Result<u64, Error> {
    if now < 0 {
        return Err(Error::invalid_argument(
            "now is not a time since 1970: pass Unix seconds",
        ));
    }
    u64::try_from(now)
        .ok()
        .filter(|now| *now <= MAX_TIMESTAMP)
        .ok_or(Error::invalid_argument(
            "now is 100000000000 or more, as if in milliseconds: pass Unix seconds",
        ))
}

/// Checks a number of seconds, such as `max_age` or `leeway`, as any language passes it.
///
/// # Errors
///
/// [`Code::InvalidArgument`] if it is negative or more than 2⁶⁴ − 1.
///
/// # Examples
///
/// ```
/// use visiono_workflow::check_seconds;
///
/// assert_eq!(check_seconds(600).unwrap(), 600);
/// assert!(check_seconds(-1).is_err());
/// ```
pub fn check_seconds(seconds: i128) -> Result<u64, Error> {
    u64::try_from(seconds).map_err(|_| {
        Error::invalid_argument(
            "max_age and leeway must be 0 or more, and less than 2^64: pass seconds",
        )
    })
}
