//! A message as it arrived: text, bytes, or the pairs that a framework made of it.

use std::fmt::Write as _;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};
use visiono_workflow::Input;

use crate::pairs::{Piece, Source, each_pair};
use crate::text::{Text, utf8, with_surrogates};

const MESSAGE: Source = Source {
    name: "the message",
    wanted: "a URL or query (str or bytes), a mapping or an iterable of pairs",
    piece: "a name or value of the message",
};

/// A message that owns what the core borrows.
///
/// What isn't UTF-8 (a lone surrogate in a `str` among it) is written as percent-encoded bytes.
/// That is what it would have been in a URL, so the core decides about it: it refuses such a
/// parameter of the message's own, and ignores it elsewhere.
pub(crate) enum Message<'py> {
    Text(Text<'py>),
    Encoded(String),
    /// All of it is text.
    Pairs(Pairs<'py>),
}

impl<'py> Message<'py> {
    pub(crate) fn read(value: &Bound<'py, PyAny>) -> PyResult<Self> {
        if let Ok(text) = value.cast::<PyString>() {
            return Ok(match utf8(text)? {
                Some(text) => Self::Text(text),
                None => Self::Encoded(encode_faults(with_surrogates(text)?.as_bytes())),
            });
        }
        if let Ok(bytes) = value.cast::<PyBytes>() {
            return Ok(Self::Encoded(encode_faults(bytes.as_bytes())));
        }
        let mut pairs = Pairs::new();
        each_pair(value, &MESSAGE, |name, value| {
            let piece = |value| Piece::read(value, MESSAGE.piece);
            pairs.push((piece(name)?, piece(value)?));
            Ok(())
        })?;
        let is_text = |piece: &Piece<'_>| piece.as_str().is_some();
        Ok(if pairs.iter().all(|(n, v)| is_text(n) && is_text(v)) {
            Self::Pairs(pairs)
        } else {
            Self::Encoded(query(&pairs))
        })
    }

    /// The pairs, for [`input`](Self::input) to borrow.
    pub(crate) fn pairs(&self) -> Vec<(&str, &str)> {
        match self {
            Self::Text(_) | Self::Encoded(_) => Vec::new(),
            Self::Pairs(pairs) => pairs
                .iter()
                .filter_map(|(name, value)| Some((name.as_str()?, value.as_str()?)))
                .collect(),
        }
    }

    pub(crate) fn input<'a>(&'a self, pairs: &'a [(&'a str, &'a str)]) -> Input<'a> {
        match self {
            Self::Text(text) => Input::from(&**text),
            Self::Encoded(text) => Input::from(text),
            Self::Pairs(_) => Input::from(pairs),
        }
    }
}

type Pairs<'py> = Vec<(Piece<'py>, Piece<'py>)>;

/// The text of a URL or query, with the bytes percent-encoded that are not UTF-8.
fn encode_faults(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        encode(chunk.invalid(), &mut text);
    }
    text
}

/// A query that says the same as the pairs, every byte percent-encoded.
fn query(pairs: &Pairs<'_>) -> String {
    let mut text = String::new();
    for (name, value) in pairs {
        encode(name.as_bytes(), &mut text);
        text.push('=');
        encode(value.as_bytes(), &mut text);
        text.push('&');
    }
    text
}

fn encode(bytes: &[u8], out: &mut String) {
    for byte in bytes {
        // Writing to a `String` doesn't fail.
        let _ = write!(out, "%{byte:02X}");
    }
}
