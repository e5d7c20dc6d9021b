//! The notations of numbers in the JSON of various languages.

use std::borrow::Cow;

use crate::platform::{Conversion, convert};

/// The number of digits that every double preserves: a number with no more digits is its own
/// shortest form.
const EXACT: usize = 15;

/// The points of numbers that are neither infinite nor so small that a double loses digits.
const NORMAL: std::ops::RangeInclusive<i32> = -300..=300;

/// A notation of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Numbers {
    /// As in the source.
    Keep,
    /// JavaScript and Go: all are doubles, without a trailing `.0`.
    JavaScript,
    /// Python and Ruby: integers are exact, doubles have a fraction.
    Python,
    Php,
    /// With a fraction of at least this many digits: the reverse of dropping zeros.
    Fraction(usize),
    /// At least this many digits, in fractions only.
    Padded(usize),
}

/// The double that a text is parsed as.
struct Double {
    is_negative: bool,
    /// The shortest digits that parse as the same double; one digit for zero.
    digits: String,
    /// The position of its decimal point: `0.digits × 10^point`.
    point: i32,
}

impl Double {
    /// Reads a number. Returns `None` if the text is not a number, or is infinite as a double.
    fn read(raw: &str) -> Option<Self> {
        let (is_negative, text) = match raw.strip_prefix('-') {
            Some(text) => (true, text),
            None => (false, raw),
        };
        let (digits, point) = decimal(text)?;
        let (digits, point) = if digits.len() <= EXACT && NORMAL.contains(&point) {
            (digits, point)
        } else {
            decimal(&convert(Conversion::Double, text))?
        };
        Some(Self {
            is_negative,
            digits,
            point,
        })
    }

    fn is_zero(&self) -> bool {
        self.digits == "0"
    }
}

/// Returns the digits of a number, without leading and trailing zeros, and the position of the
/// point.
fn decimal(text: &str) -> Option<(String, i32)> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (integer, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(integer) || !is_digits(fraction) {
        return None;
    }
    let all = [integer, fraction].concat();
    let digits = all.trim_start_matches('0');
    let zeros = all.len() - digits.len();
    let digits = digits.trim_end_matches('0');
    if digits.is_empty() {
        return Some(("0".to_owned(), 1));
    }
    let point = i32::try_from(integer.len()).ok()? - i32::try_from(zeros).ok()?;
    Some((digits.to_owned(), point.checked_add(exponent)?))
}

/// Writes a double, with an exponent if its point is outside the range. `whole` is the suffix of a
/// number without a fraction.
fn double(
    value: &Double,
    plain: std::ops::RangeInclusive<i32>,
    width: usize,
    whole: [&str; 2],
) -> String {
    let (digits, point) = (value.digits.as_str(), value.point);
    let sign = if value.is_negative { "-" } else { "" };
    let length = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    if !value.is_zero() && !plain.contains(&point) {
        let (first, rest) = digits.split_at(1);
        let fraction = if rest.is_empty() {
            whole[1].to_owned()
        } else {
            format!(".{rest}")
        };
        let exponent = point - 1;
        let direction = if exponent < 0 { '-' } else { '+' };
        return format!(
            "{sign}{first}{fraction}e{direction}{:0width$}",
            exponent.unsigned_abs()
        );
    }
    if point <= 0 {
        let zeros = "0".repeat(point.unsigned_abs() as usize);
        return format!("{sign}0.{zeros}{digits}");
    }
    if length <= point {
        let zeros = "0".repeat((point - length).unsigned_abs() as usize);
        return format!("{sign}{digits}{zeros}{}", whole[0]);
    }
    let (integer, fraction) = digits.split_at(point.unsigned_abs() as usize);
    format!("{sign}{integer}.{fraction}")
}

/// Writes a number in a notation. Returns a text that is not a number unchanged.
pub(super) fn write(raw: &str, numbers: Numbers) -> Cow<'_, str> {
    if numbers == Numbers::Keep {
        return Cow::Borrowed(raw);
    }
    let Some(value) = Double::read(raw) else {
        return Cow::Borrowed(raw);
    };
    let whole = !raw.contains(['.', 'e', 'E']);
    let padded = |least: usize| match raw.split_once('.') {
        Some((integer, fraction)) if fraction.bytes().all(|byte| byte.is_ascii_digit()) => {
            Cow::Owned(format!("{integer}.{fraction:0<least$}"))
        }
        None if whole && matches!(numbers, Numbers::Fraction(_)) => {
            Cow::Owned(format!("{raw}.{:0<least$}", ""))
        }
        _ => Cow::Borrowed(raw),
    };
    match numbers {
        Numbers::Keep => Cow::Borrowed(raw),
        Numbers::Fraction(least) | Numbers::Padded(least) => padded(least),
        // JSON.stringify writes -0 as 0.
        Numbers::JavaScript if value.is_zero() => Cow::Borrowed("0"),
        Numbers::JavaScript => Cow::Owned(double(&value, -5..=21, 0, ["", ""])),
        Numbers::Python | Numbers::Php if whole && raw == "-0" => Cow::Borrowed("0"),
        Numbers::Python if whole => Cow::Borrowed(raw),
        Numbers::Python => Cow::Owned(double(&value, -3..=16, 2, [".0", ""])),
        Numbers::Php if whole && raw.parse::<i64>().is_ok() => Cow::Borrowed(raw),
        Numbers::Php => Cow::Owned(double(&value, -3..=17, 0, ["", ".0"])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_the_languages_write_them() {
        // From running JSON.stringify, json.dumps and json_encode on the parsed texts.
        let cases = [
            ("9.10", "9.1", "9.1", "9.1"),
            ("1.0", "1", "1.0", "1"),
            ("1e2", "100", "100.0", "100"),
            ("0", "0", "0", "0"),
            ("-0", "0", "0", "0"),
            ("-0.0", "0", "-0.0", "-0"),
            (
                "1e15",
                "1000000000000000",
                "1000000000000000.0",
                "1000000000000000",
            ),
            ("1e16", "10000000000000000", "1e+16", "10000000000000000"),
            ("1e17", "100000000000000000", "1e+17", "1.0e+17"),
            ("1e21", "1e+21", "1e+21", "1.0e+21"),
            ("1e20", "100000000000000000000", "1e+20", "1.0e+20"),
            ("0.0001", "0.0001", "0.0001", "0.0001"),
            ("0.00001", "0.00001", "1e-05", "1.0e-5"),
            ("0.0000001", "1e-7", "1e-07", "1.0e-7"),
            ("-12.3450", "-12.345", "-12.345", "-12.345"),
            (
                "12345678901234567890",
                "12345678901234567000",
                "12345678901234567890",
                "1.2345678901234567e+19",
            ),
            ("1.25e-10", "1.25e-10", "1.25e-10", "1.25e-10"),
        ];
        for (raw, javascript, python, php) in cases {
            assert_eq!(write(raw, Numbers::JavaScript), javascript);
            assert_eq!(write(raw, Numbers::Python), python);
            assert_eq!(write(raw, Numbers::Php), php);
        }
    }

    /// Tests doubles of every size, written with few digits and with many.
    #[test]
    fn digits_are_the_shortest_of_the_double() {
        let mut bits = 1_u64;
        for at in 0..20_000_usize {
            bits = bits
                .wrapping_mul(0x5851_f42d_4c95_7f2d)
                .wrapping_add(at as u64 | 1);
            let double = f64::from_bits(bits >> 1);
            if !double.is_finite() {
                continue;
            }
            let raw = match at % 4 {
                0 => format!("{double:e}"),
                1 => format!("{double:.*e}", at % 20),
                2 => format!("{:.*}", at % 7, (bits >> 40) as f64 / 64.0),
                _ => format!("{}", bits >> (at % 64)),
            };
            let read = Double::read(&raw).unwrap();
            let exact = raw.parse::<f64>().unwrap();
            let text = format!("{exact:e}");
            let (mantissa, exponent) = text.split_once('e').unwrap();
            assert_eq!(read.digits, mantissa.replace('.', ""), "{raw}");
            assert_eq!(read.point, exponent.parse::<i32>().unwrap() + 1, "{raw}");
        }
        for raw in [
            "1e309",
            "-1e400",
            "1e99999999999",
            "1-2",
            "",
            "-",
            "1e",
            "1.e5",
            "1e+-5",
        ] {
            assert!(Double::read(raw).is_none(), "{raw}");
        }
    }

    #[test]
    fn dropped_zeros_are_restored() {
        assert_eq!(write("9.1", Numbers::Padded(2)), "9.10");
        assert_eq!(write("9", Numbers::Padded(2)), "9");
        assert_eq!(write("9", Numbers::Fraction(1)), "9.0");
        assert_eq!(write("9.19", Numbers::Padded(4)), "9.1900");
        assert_eq!(write("1e5", Numbers::Fraction(1)), "1e5");
    }
}
