//! Other texts for a timestamp: milliseconds, another instant, a date.

use crate::catalogue::Mistake;
use crate::change::Change;

/// The largest timestamp in seconds: `docs/protocol.md`, section 3.
const MAX_SECONDS: u64 = 99_999_999_999;

/// The greatest difference between two readings of the clock, in seconds.
const APART: i64 = 300;

/// The number of texts that are also tried with any other change: milliseconds, instants up to 30 s
/// away, and the usual dates.
pub(crate) const USUAL: usize = 81;

/// Returns the texts that may have been signed instead of this timestamp, the likeliest first.
pub(crate) fn times(received: &[u8]) -> Vec<(Change, Vec<u8>)> {
    let mut times = Vec::new();
    let mut add = |change, text: String| times.push((change, text.into_bytes()));
    let text = core::str::from_utf8(received).unwrap_or_default();
    let number: Option<u64> = text.parse().ok().filter(|_| !text.starts_with('+'));
    match number {
        Some(milliseconds) if milliseconds > MAX_SECONDS => {
            add(
                Change::new(Mistake::TsMilliseconds),
                (milliseconds / 1000).to_string(),
            );
        }
        Some(seconds) => {
            add(
                Change::new(Mistake::TsMilliseconds),
                format!("{seconds}000"),
            );
            let apart = |by: i64| {
                let other = seconds.saturating_add_signed(by).to_string();
                let detail = "it is # s from the sent one";
                (Change::number(Mistake::TsOtherInstant, detail, by), other)
            };
            let dates = dates(seconds);
            let mut dates = dates
                .into_iter()
                .map(|(detail, text)| (Change::with(Mistake::TsText, detail), text));
            for (change, text) in (1..=30).flat_map(|by| [apart(by), apart(-by)]) {
                add(change, text);
            }
            for (change, text) in dates.by_ref().take(USUAL - 61) {
                add(change, text);
            }
            for fraction in 1..1000 {
                add(
                    Change::new(Mistake::TsMilliseconds),
                    format!("{seconds}{fraction:03}"),
                );
            }
            for (change, text) in (31..=APART)
                .flat_map(|by| [apart(by), apart(-by)])
                .chain(dates)
            {
                add(change, text);
            }
            // The result of `Date.now() / 1000`.
            for fraction in 1..1000 {
                let text = format!("{seconds}.{fraction:03}");
                let change = Change::with(Mistake::TsText, "a fraction");
                add(change, text.trim_end_matches('0').to_owned());
            }
        }
        None => {
            if let Some(seconds) = read(text) {
                add(Change::new(Mistake::TsText), seconds.to_string());
            }
        }
    }
    times
}

/// The number of texts that are also tried with a change of the fields, the separator or the key:
/// [`USUAL`] and every millisecond.
pub(crate) const MORE: usize = USUAL + 999;

/// The number of texts that are also tried with another key, algorithm or encoding: all but rare
/// dates and fractions.
pub(crate) const MOST: usize = MORE + 2 * (APART as usize - 30);

/// Returns the usual texts for an instant, the likeliest first.
fn dates(seconds: u64) -> Vec<(&'static str, String)> {
    /// The usual offsets from UTC, in quarter hours.
    const ZONES: core::ops::RangeInclusive<i64> = -48..=56;
    const ISO: &str = "ISO 8601";
    const SPACE: &str = "YYYY-MM-DD HH:MM:SS";
    let mut dates = vec![
        ("a fraction", format!("{seconds}.0")),
        ("a fraction", format!("{seconds}.000")),
        ("a fraction", format!("{seconds}.000000")),
        ("a fraction", format!("{seconds}.00")),
        ("an exponent", exponent(seconds)),
    ];
    let at = |zone: i64| Civil::of(i64::try_from(seconds).unwrap_or(0) + zone * 900);
    let utc = at(0);
    let (date, time) = (utc.date(), utc.time());
    dates.extend([
        (ISO, format!("{date}T{time}Z")),
        (ISO, format!("{date}T{time}.000Z")),
        (ISO, format!("{date}T{time}+00:00")),
        (ISO, format!("{date}T{time}.000+00:00")),
        (ISO, format!("{date}T{time}+0000")),
        (ISO, format!("{date}T{time}.000000")),
        (ISO, format!("{date}T{time}.000000Z")),
        (SPACE, format!("{date} {time}.000000")),
        ("with a zone", format!("{date} {time} UTC")),
        ("with a zone", format!("{date} {time}+00:00")),
        ("an HTTP date", utc.http()),
        ("a date alone", date),
    ]);
    // The nearest to UTC first.
    let mut zones: Vec<_> = ZONES.collect();
    zones.sort_by_key(|zone| (zone % 4 != 0, zone.abs()));
    for zone in zones {
        let local = at(zone);
        let (date, time) = (local.date(), local.time());
        dates.push((SPACE, format!("{date} {time}")));
        dates.push((ISO, format!("{date}T{time}")));
        if zone % 4 == 0 && zone != 0 {
            let sign = if zone < 0 { '-' } else { '+' };
            let hours = zone.abs() / 4;
            dates.push((ISO, format!("{date}T{time}{sign}{hours:02}:00")));
        }
    }
    dates
}

/// Formats a number with an exponent, as PHP and spreadsheets do for a large one.
fn exponent(seconds: u64) -> String {
    let digits = seconds.to_string();
    let (first, rest) = digits.split_at(1);
    let rest = rest.trim_end_matches('0');
    let point = if rest.is_empty() { "" } else { "." };
    format!("{first}{point}{rest}E+{}", digits.len() - 1)
}

/// Reads a date or a fraction as Unix seconds.
fn read(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Some((seconds, fraction)) = text.split_once('.')
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
    {
        return seconds.parse().ok();
    }
    let number = |range: core::ops::Range<usize>| text.get(range)?.parse::<i64>().ok();
    let days = Civil::days(number(0..4)?, number(5..7)?, number(8..10)?);
    let seconds = days * 86_400 + number(11..13)? * 3_600 + number(14..16)? * 60 + number(17..19)?;
    let zone = text
        .get(19..)?
        .trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    let offset = match zone.as_bytes() {
        [sign @ (b'+' | b'-'), digits @ ..] if digits.len() >= 4 => {
            let at = |range| {
                core::str::from_utf8(digits.get(range)?)
                    .ok()?
                    .parse::<i64>()
                    .ok()
            };
            let minutes = at(0..2)? * 60 + at(digits.len() - 2..digits.len())?;
            if *sign == b'+' { minutes } else { -minutes }
        }
        _ => 0,
    };
    Some(seconds - offset * 60)
}

/// A date and a time of day.
struct Civil {
    year: i64,
    month: i64,
    day: i64,
    weekday: usize,
    second: i64,
}

impl Civil {
    /// <https://howardhinnant.github.io/date_algorithms.html>
    fn of(seconds: i64) -> Self {
        let days = seconds.div_euclid(86_400);
        let era_day = days + 719_468;
        let era = era_day.div_euclid(146_097);
        let day = era_day.rem_euclid(146_097);
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let day = day - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        Self {
            year: year + era * 400 + i64::from(month <= 2),
            month,
            day,
            weekday: (days + 4).rem_euclid(7) as usize,
            second: seconds.rem_euclid(86_400),
        }
    }

    /// Returns the number of days from 1970 to a date.
    fn days(year: i64, month: i64, day: i64) -> i64 {
        let year = year - i64::from(month <= 2);
        let era = year.div_euclid(400);
        let of_era = year.rem_euclid(400);
        let shifted = if month > 2 { month - 3 } else { month + 9 };
        let day = (153 * shifted + 2) / 5 + day - 1;
        era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + day - 719_468
    }

    fn date(&self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    fn time(&self) -> String {
        let second = self.second;
        format!(
            "{:02}:{:02}:{:02}",
            second / 3_600,
            second / 60 % 60,
            second % 60
        )
    }

    /// Formats the date as in HTTP and e-mail headers.
    fn http(&self) -> String {
        const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
        const MONTHS: [&str; 12] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ];
        format!(
            "{}, {:02} {} {:04} {} GMT",
            DAYS[self.weekday],
            self.day,
            MONTHS[self.month as usize - 1],
            self.year,
            self.time(),
        )
    }
}
