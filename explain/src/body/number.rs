//! The ways in which languages write the numbers of a JSON text.

use std::borrow::Cow;

/// How numbers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Numbers {
    /// As they were.
    Keep,
    /// JavaScript and Go: all are doubles, without a trailing `.0`.
    JavaScript,
    /// Python and Ruby: whole numbers are exact, doubles have a fraction.
    Python,
    Php,
    /// With a fraction of at least this many digits: the reverse of dropping zeros.
    Fraction(usize),
    /// Fractions only, with at least this many digits.
    Padded(usize),
}

/// The shortest digits of a double that read as the same double, and the place of its point:
/// `0.digits × 10^point`.
fn digits(value: f64) -> (String, i32) {
    let text = format!("{:e}", value.abs());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    (mantissa.replace('.', ""), exponent + 1)
}

/// Writes a double with an exponent if its point lies outside the range, and without one otherwise.
/// `whole` ends a number that has no fraction.
fn double(
    value: f64,
    plain: std::ops::RangeInclusive<i32>,
    width: usize,
    whole: [&str; 2],
) -> String {
    let (digits, point) = digits(value);
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let length = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    if value != 0.0 && !plain.contains(&point) {
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

/// Writes a number in another way. A text that is no number stays.
pub(super) fn write(raw: &str, numbers: Numbers) -> Cow<'_, str> {
    let Ok(value) = raw.parse::<f64>() else {
        return Cow::Borrowed(raw);
    };
    if numbers == Numbers::Keep || !value.is_finite() {
        return Cow::Borrowed(raw);
    }
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
        // JavaScript has no -0 in JSON.
        Numbers::JavaScript if value == 0.0 => Cow::Borrowed("0"),
        Numbers::JavaScript => Cow::Owned(double(value, -5..=21, 0, ["", ""])),
        Numbers::Python | Numbers::Php if whole && raw == "-0" => Cow::Borrowed("0"),
        Numbers::Python if whole => Cow::Borrowed(raw),
        Numbers::Python => Cow::Owned(double(value, -3..=16, 2, [".0", ""])),
        Numbers::Php if whole && raw.parse::<i64>().is_ok() => Cow::Borrowed(raw),
        Numbers::Php => Cow::Owned(double(value, -3..=17, 0, ["", ".0"])),
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

    #[test]
    fn zeros_come_back() {
        assert_eq!(write("9.1", Numbers::Padded(2)), "9.10");
        assert_eq!(write("9", Numbers::Padded(2)), "9");
        assert_eq!(write("9", Numbers::Fraction(1)), "9.0");
        assert_eq!(write("9.19", Numbers::Padded(4)), "9.1900");
        assert_eq!(write("1e5", Numbers::Fraction(1)), "1e5");
    }
}
