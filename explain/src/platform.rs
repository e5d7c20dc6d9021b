//! Conversions that need large tables: of this crate, or of a platform that has them anyway.

use std::sync::OnceLock;

#[cfg(feature = "tables")]
use unicode_normalization::UnicodeNormalization;

/// A conversion of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Conversion {
    /// To a normal form of Unicode.
    Nfc,
    /// To a normal form of Unicode.
    Nfd,
    /// To a normal form of Unicode.
    Nfkc,
    /// To a normal form of Unicode.
    Nfkd,
    /// To lower case, in no language.
    Lowercase,
    /// To upper case, in no language.
    Uppercase,
    /// To the shortest decimal number that reads as the same double, with an exponent, as `1.5e3`;
    /// to an empty text if the double is infinite.
    Double,
}

/// A function of the platform that converts texts.
pub type Convert = fn(Conversion, &str) -> String;

static PROVIDED: OnceLock<Convert> = OnceLock::new();

/// Provides the conversions of the platform, once for the process.
///
/// A program without the feature `tables` calls it first: its texts stay as they are otherwise.
pub fn provide(convert: Convert) {
    // It is the same function each time.
    let _ = PROVIDED.set(convert);
}

pub(crate) fn convert(conversion: Conversion, text: &str) -> String {
    PROVIDED.get().map_or_else(
        || own(conversion, text),
        |provided| provided(conversion, text),
    )
}

#[cfg(feature = "tables")]
fn own(conversion: Conversion, text: &str) -> String {
    match conversion {
        Conversion::Nfc => text.nfc().collect(),
        Conversion::Nfd => text.nfd().collect(),
        Conversion::Nfkc => text.nfkc().collect(),
        Conversion::Nfkd => text.nfkd().collect(),
        Conversion::Lowercase => text.to_lowercase(),
        Conversion::Uppercase => text.to_uppercase(),
        Conversion::Double => match text.parse::<f64>() {
            Ok(double) if double.is_finite() => format!("{double:e}"),
            Ok(_) | Err(_) => String::new(),
        },
    }
}

#[cfg(not(feature = "tables"))]
fn own(_: Conversion, text: &str) -> String {
    text.to_owned()
}
