//! A message as it arrived: text, bytes, or the pairs that a framework made of it.

use std::fmt::Write as _;

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyMapping, PyString, PyTuple};
use visiono_workflow::Input;

use crate::errors::wrong_type;
use crate::text::{Text, utf8};

const MESSAGE: &str = "a URL or query (str or bytes), a mapping or an iterable of pairs";

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
        let pairs = pairs(value)?;
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

/// A decoded name or value.
pub(crate) enum Piece<'py> {
    Text(Text<'py>),
    Bytes(Vec<u8>),
}

impl<'py> Piece<'py> {
    fn read(value: &Bound<'py, PyAny>) -> PyResult<Self> {
        if let Ok(text) = value.cast::<PyString>() {
            return Ok(match utf8(text)? {
                Some(utf8) => Self::Text(utf8),
                None => Self::Bytes(with_surrogates(text)?.as_bytes().into()),
            });
        }
        match value.cast::<PyBytes>() {
            Ok(bytes) => Ok(Self::Bytes(bytes.as_bytes().into())),
            Err(_) => Err(wrong_type(
                "a name or value of the message",
                "str or bytes",
                value,
            )),
        }
    }

    fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Bytes(bytes) => std::str::from_utf8(bytes).ok(),
        }
    }

    fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }
}

type Pairs<'py> = Vec<(Piece<'py>, Piece<'py>)>;

/// Every name and value. A mapping of several values a name gives them all, so that the core
/// sees a parameter that came twice.
fn pairs<'py>(value: &Bound<'py, PyAny>) -> PyResult<Pairs<'py>> {
    let py = value.py();
    let mut pairs = Pairs::new();
    let items = if value.is_exact_instance_of::<PyDict>() {
        value.call_method0(intern!(py, "items"))?
    } else if value.hasattr(intern!(py, "multi_items"))? {
        // Starlette
        value.call_method0(intern!(py, "multi_items"))?
    } else if value.hasattr(intern!(py, "lists"))? {
        // Django, Werkzeug
        value.call_method0(intern!(py, "lists"))?
    } else if let Ok(mapping) = value.cast::<PyMapping>() {
        mapping.call_method0(intern!(py, "items"))?
    } else {
        value.clone()
    };
    let items = items
        .try_iter()
        .map_err(|_| wrong_type("the message", MESSAGE, value))?;
    for item in items {
        let (name, value) = pair(&item?)?;
        let name = || Piece::read(&name);
        if value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>() {
            for value in value.try_iter()? {
                pairs.push((name()?, Piece::read(&value?)?));
            }
        } else {
            pairs.push((name()?, Piece::read(&value)?));
        }
    }
    Ok(pairs)
}

fn pair<'py>(item: &Bound<'py, PyAny>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
    let items: Vec<_> = match (item.cast::<PyTuple>(), item.cast::<PyList>()) {
        (Ok(tuple), _) => tuple.iter().collect(),
        (_, Ok(list)) => list.iter().collect(),
        _ => Vec::new(),
    };
    <[_; 2]>::try_from(items)
        .map(Into::into)
        .map_err(|_| wrong_type("an item of the message", "a pair of name and value", item))
}

fn with_surrogates<'py>(text: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyBytes>> {
    let bytes = text.call_method1("encode", ("utf-8", "surrogatepass"))?;
    Ok(bytes.cast_into()?)
}

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
