//! The sandbox's clock: the system's clock plus the time by which it was advanced.

use std::time::{SystemTime, UNIX_EPOCH};

/// The first time that is not valid in seconds: a larger number is in milliseconds.
const END: u64 = 100_000_000_000;

/// Returns the system's time, in Unix seconds.
pub(crate) fn system() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

/// Returns the time on the sandbox's clock.
pub(crate) fn now(ahead: u64) -> u64 {
    system().saturating_add(ahead).min(END - 1)
}

/// Formats a time as in RFC 3339, in UTC.
pub(crate) fn rfc3339(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Formats a time as the service's API does.
pub(crate) fn iso(seconds: u64) -> String {
    rfc3339(seconds).replace('Z', "+00:00")
}

/// Parses a time as in RFC 3339, or a date. Fractions are dropped. A space before the offset is
/// read as a `+` that was not escaped in a URL. A time before 1970 becomes 1970.
pub(crate) fn parse(text: &str) -> Option<u64> {
    let bytes = text.as_bytes();
    let number = |at: usize, length: usize| {
        let digits = bytes.get(at..at + length)?;
        let is_number = digits.iter().all(u8::is_ascii_digit);
        std::str::from_utf8(digits)
            .ok()
            .filter(|_| is_number)?
            .parse::<i64>()
            .ok()
    };
    let is = |at: usize, wanted: &[u8]| bytes.get(at).is_some_and(|byte| wanted.contains(byte));
    let (year, month, day) = (number(0, 4)?, number(5, 2)?, number(8, 2)?);
    let days_of = |month: i64| match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let is_date = is(4, b"-") && is(7, b"-") && (1..=12).contains(&month);
    if !is_date || !(1..=days_of(month)).contains(&day) {
        return None;
    }
    let midnight = days(year, month, day) * 86_400;
    if bytes.len() == 10 {
        return Some(midnight.try_into().unwrap_or(0));
    }
    let (hour, minute, second) = (number(11, 2)?, number(14, 2)?, number(17, 2)?);
    let is_time = is(10, b"Tt ") && is(13, b":") && is(16, b":");
    // RFC 3339 has leap seconds.
    if !is_time || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let mut at = 19;
    if is(at, b".") {
        let fraction = bytes[at + 1..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit());
        at += 1 + Some(fraction.count()).filter(|count| *count > 0)?;
    }
    let offset = match bytes.get(at)? {
        b'Z' | b'z' if bytes.len() == at + 1 => 0,
        sign @ (b'+' | b' ' | b'-') if bytes.len() == at + 6 && is(at + 3, b":") => {
            let (hours, minutes) = (number(at + 1, 2)?, number(at + 4, 2)?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let offset = hours * 3600 + minutes * 60;
            if *sign == b'-' { -offset } else { offset }
        }
        _ => return None,
    };
    let time = midnight + hour * 3600 + minute * 60 + second - offset;
    Some(time.try_into().unwrap_or(0))
}

/// Returns the number of days from 1970-01-01 to a date: the inverse of [`civil`].
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let shifted = if month > 2 { month - 3 } else { month + 9 };
    let day = (153 * shifted + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + day - 719_468
}

/// Returns the date of a number of days after 1970-01-01.
fn civil(days: u64) -> (u64, u64, u64) {
    // Counted from 0000-03-01, so that a leap day is the last day of a year: Howard Hinnant's
    // algorithm.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let shifted = (5 * day + 2) / 153;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = era * 400 + year + u64::from(month <= 2);
    (year, month, day - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::{parse, rfc3339};

    #[test]
    fn times_are_written_as_in_rfc_3339() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_735_689_599, "2024-12-31T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(rfc3339(seconds), text);
            assert_eq!(parse(text), Some(seconds));
        }
    }

    #[test]
    fn times_are_read_with_their_offset() {
        for (text, seconds) in [
            ("2000-02-29", 951_782_400),
            ("2000-02-29T01:00:00+01:00", 951_782_400),
            ("2000-02-29T01:00:00 01:00", 951_782_400),
            ("2000-02-28t23:30:00.999-00:30", 951_782_400),
            ("0000-01-01", 0),
            ("1969-12-31T23:59:59Z", 0),
            ("9999-12-31T23:59:59-23:59", 253_402_387_139),
        ] {
            assert_eq!(parse(text), Some(seconds), "{text}");
        }
        for text in [
            "",
            "2024",
            "2023-02-29",
            "2024-13-01",
            "2024-00-10",
            "2024-01-01T",
            "2024-01-01T24:00:00Z",
            "2024-01-01T00:00:00",
            "2024-01-01T00:00:00.Z",
            "2024-01-01T00:00:00+1:00",
            "2024-01-01T00:00:00Zx",
            "+024-01-01",
            "2024-01-01T00:00:00\u{ff0b}01:00",
            "tomorrow",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
