//! Conversions that need large tables: those of this crate, or those of the platform.

use std::sync::OnceLock;

#[cfg(feature = "tables")]
use unicode_normalization::UnicodeNormalization;

/// A conversion of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Conversion {
    /// To Unicode normalization form C.
    Nfc,
    /// To Unicode normalization form D.
    Nfd,
    /// To Unicode normalization form KC.
    Nfkc,
    /// To Unicode normalization form KD.
    Nfkd,
    /// To lower case, independent of language.
    Lowercase,
    /// To upper case, independent of language.
    Uppercase,
    /// To the shortest decimal number that parses as the same double, with an exponent: `1.5e3`. To
    /// an empty text if the double is infinite.
    Double,
}

/// A function of the platform that converts texts.
pub type Convert = fn(Conversion, &str) -> String;

static PROVIDED: OnceLock<Convert> = OnceLock::new();

/// Provides the conversions of the platform, once for the process.
///
/// A program without the feature `tables` must call it first; otherwise texts are not converted.
pub fn provide(convert: Convert) {
    // A second call passes the same function, so its failure doesn't matter.
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
