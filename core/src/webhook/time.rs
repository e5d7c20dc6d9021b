//! Times of RFC 3339, as the body of a webhook has them.
//!
//! Only these few lines are needed of a library for times, which would be a tenth of a small
//! module.

#![allow(
    clippy::arithmetic_side_effects,
    reason = "a year has four digits, so that no number comes near its limit"
)]

/// The seconds of a day.
const DAY: u32 = 24 * 60 * 60;
/// The days from the first of March of the year 0, from which they are counted here, to 1970.
const TO_1970: u32 = 719_468;
/// The days of 400 years, after which the calendar repeats.
const ERA: u32 = 146_097;

/// The parts after the year: what is before each, its smallest and its largest number.
const PARTS: [(&[u8], u32, u32); 5] = [
    (b"-", 1, 12),
    (b"-", 1, 31),
    (b"Tt", 0, 23),
    (b":", 0, 59),
    (b":", 0, 59),
];

/// A date and time of day, without an offset.
#[derive(PartialEq, Eq)]
pub(super) struct Civil {
    pub(super) year: u32,
    /// Month, day, hour, minute and second.
    pub(super) parts: [u32; PARTS.len()],
}

impl Civil {
    /// Returns the date and time of Unix seconds, up to the year 9999.
    pub(super) fn of(seconds: u64) -> Self {
        let (days, second) = (seconds / u64::from(DAY), seconds % u64::from(DAY));
        Self::of_day(days as u32 + TO_1970, second as u32)
    }

    /// Returns the date of a day, and the time of a second in it.
    ///
    /// Years start in March here, so that a leap day is the last one:
    /// <https://howardhinnant.github.io/date_algorithms.html>.
    fn of_day(days: u32, second: u32) -> Self {
        let day = days % ERA;
        let year = (day - day / 1_460 + day / 36_524 - day / (ERA - 1)) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let (next_year, calendar_month) = if month < 10 {
            (0, month + 3)
        } else {
            (1, month - 9)
        };
        Self {
            year: days / ERA * 400 + year + next_year,
            parts: [
                calendar_month,
                day - (153 * month + 2) / 5 + 1,
                second / 3_600,
                second / 60 % 60,
                second % 60,
            ],
        }
    }

    /// Returns the Unix seconds. Returns `None` if there is no such day.
    fn seconds(&self) -> Option<i64> {
        let [month, day, hour, minute, second] = self.parts;
        let (year, month) = match month {
            1 | 2 => (self.year - 1, month + 9),
            _ => (self.year, month - 3),
        };
        let days = 365 * year + year / 4 - year / 100 + year / 400;
        let days = days + (153 * month + 2) / 5 + day - 1;
        let second = (hour * 60 + minute) * 60 + second;
        let since_1970 = i64::from(days) - i64::from(TO_1970);
        // The day after the last of a month is the first of another.
        (Self::of_day(days, second) == *self)
            .then_some(since_1970 * i64::from(DAY) + i64::from(second))
    }
}

/// Reads a time, in Unix seconds. Fractions are cut off.
pub(super) fn read(text: &str) -> Option<i64> {
    let mut text = Reader(text.as_bytes());
    let mut civil = Civil {
        year: text.number(4, 1, 9_999)?,
        parts: [0; PARTS.len()],
    };
    for (part, (before, min, max)) in civil.parts.iter_mut().zip(PARTS) {
        text.one_of(before)?;
        *part = text.number(2, min, max)?;
    }
    if text.one_of(b".").is_some() {
        text.one_of(DIGITS)?;
        while text.one_of(DIGITS).is_some() {}
    }
    let offset = match text.one_of(b"Zz+-")? {
        sign @ (b'+' | b'-') => {
            let hours = text.number(2, 0, 23)?;
            text.one_of(b":")?;
            let seconds = i64::from((hours * 60 + text.number(2, 0, 59)?) * 60);
            if sign == b'+' { seconds } else { -seconds }
        }
        _ => 0,
    };
    let seconds = civil.seconds()?;
    text.0.is_empty().then_some(seconds - offset)
}

const DIGITS: &[u8] = b"0123456789";

/// The text that isn't read yet.
struct Reader<'t>(&'t [u8]);

impl Reader<'_> {
    /// Reads a byte that is one of these.
    #[inline(never)]
    fn one_of(&mut self, wanted: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        wanted.iter().find(|byte| *byte == first)?;
        self.0 = rest;
        Some(*first)
    }

    /// Reads a number with this many digits. Returns `None` if it is not in the range.
    #[inline(never)]
    fn number(&mut self, digits: usize, min: u32, max: u32) -> Option<u32> {
        let mut number = 0;
        for _ in 0..digits {
            number = number * 10 + u32::from(self.one_of(DIGITS)? - b'0');
        }
        (min..=max).contains(&number).then_some(number)
    }
}
