//! A message or headers as they arrived: text, bytes, or the pairs that a framework made of them.

use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};
use visiono_workflow::Input;

use crate::arguments::{Bytes, text_or_bytes};
use crate::convert::{convert, items};
use crate::errors::{Fault, Result};

const MESSAGE: &str =
    "a URL or query (str or bytes), a mapping, an iterable of pairs, or a request or URL object";
const HEADERS: &str =
    "a mapping or an iterable of pairs, a WSGI environ, an ASGI scope or a request";

/// Stands for a value that isn't text, because no text has this byte.
const NOT_TEXT: &[u8] = &[0xff];

/// Names that are text, and their values.
type Pairs<'py> = Vec<(Bytes<'py>, Bound<'py, PyAny>)>;

/// Names and their values for the core to borrow. A value of `None` isn't text.
#[derive(Default)]
pub(crate) struct Texts<'py>(Vec<(Bytes<'py>, Option<Bytes<'py>>)>);

impl<'py> Texts<'py> {
    /// Copies the headers whose names are read.
    pub(crate) fn of_headers(
        value: &Bound<'py, PyAny>,
        is_read: impl Fn(&[u8]) -> bool,
    ) -> Result<Self> {
        let found = pairs(&items(value, "headers")?)?;
        let mut headers = Self::default();
        for (name, value) in found.ok_or_else(|| Fault::wrong_type("headers", HEADERS, value))? {
            // An ASGI scope has its headers under this name. Another mapping may have a header of
            // this name, whose value is not pairs.
            let inner = match name.as_bytes() {
                b"headers" => pairs(&value)?.unwrap_or_default(),
                _ => Vec::new(),
            };
            for (name, value) in inner.into_iter().chain([(name, value)]) {
                // An environ has more than headers, which need not be text.
                if is_read(name.as_bytes()) {
                    // Only `email` wraps text in an object.
                    let value = match text_or_bytes(&value)? {
                        Some(_) => value,
                        None => convert(value.py(), "header", (value,))?,
                    };
                    headers.add(&name, value)?;
                }
            }
        }
        Ok(headers)
    }

    /// Adds each text of a list, and nothing for an empty list or `None`. A value that is neither
    /// text nor a list of texts is one occurrence without text.
    fn add(&mut self, name: &Bytes<'py>, value: Bound<'py, PyAny>) -> PyResult<()> {
        if value.is_none() {
            return Ok(());
        }
        let values = elements(&value).unwrap_or_else(|| vec![value]);
        let texts: PyResult<Vec<_>> = values.iter().map(text_or_bytes).collect();
        let mut texts = texts?;
        if texts.iter().any(Option::is_none) {
            texts = vec![None];
        }
        let texts = texts.into_iter();
        self.0.extend(texts.map(|text| (name.clone(), text)));
        Ok(())
    }

    pub(crate) fn borrow(&self) -> Vec<(&[u8], Option<&[u8]>)> {
        let bytes = PyBytesMethods::as_bytes;
        let pairs = self.0.iter();
        let pairs = pairs.map(|(name, text)| (name.as_bytes(), text.as_ref().map(bytes)));
        pairs.collect()
    }

    pub(crate) fn borrow_headers<'a, T: FromIterator<(&'a [u8], &'a [u8])>>(&'a self) -> T {
        let headers = self.borrow().into_iter();
        headers
            .map(|(name, text)| (name, text.unwrap_or(NOT_TEXT)))
            .collect()
    }
}

/// Lists the names and values of a mapping, a multi-dict or an iterable of pairs. Returns `None` if
/// the object is none of these.
///
/// An item that isn't a pair, or whose name isn't text, is left out, like any parameter that doesn't
/// belong to the message.
fn pairs<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Pairs<'py>>> {
    let items = match value.is_exact_instance_of::<PyList>() {
        true => value.clone(),
        false => items(value, "items")?,
    };
    let Some(items) = elements(&items) else {
        return Ok(None);
    };
    let mut pairs = Vec::new();
    for [name, value] in items.iter().filter_map(pair) {
        if let Some(name) = text_or_bytes(&name)? {
            pairs.push((name, value));
        }
    }
    Ok(Some(pairs))
}

/// Returns the two elements of a pair.
pub(crate) fn pair<'py>(item: &Bound<'py, PyAny>) -> Option<[Bound<'py, PyAny>; 2]> {
    elements(item)?.try_into().ok()
}

/// Returns the elements of a list or tuple, which a subclass can't replace.
pub(crate) fn elements<'py>(value: &Bound<'py, PyAny>) -> Option<Vec<Bound<'py, PyAny>>> {
    if let Ok(tuple) = value.cast::<PyTuple>() {
        return Some(tuple.iter().collect());
    }
    let list = value.cast::<PyList>().ok()?;
    Some(list.iter().collect())
}

/// A message that owns what the core borrows.
pub(crate) enum Message<'py> {
    Text(Bytes<'py>),
    Pairs(Texts<'py>),
}

impl<'py> Message<'py> {
    pub(crate) fn read(value: &Bound<'py, PyAny>) -> Result<Self> {
        let read = match text_or_bytes(value)? {
            Some(text) => return Ok(Self::Text(text)),
            None => items(value, "message")?,
        };
        if let Some(text) = text_or_bytes(&read)? {
            return Ok(Self::Text(text));
        }
        let pairs = pairs(&read)?.ok_or_else(|| Fault::wrong_type("input", MESSAGE, value))?;
        let mut texts = Texts::default();
        for (name, value) in pairs {
            texts.add(&name, value)?;
        }
        Ok(Self::Pairs(texts))
    }

    /// Lends the message to the core.
    pub(crate) fn lend<T>(&self, verify: impl FnOnce(Input<'_>) -> T) -> T {
        match self {
            Self::Text(text) => verify(Input::from(text.as_bytes())),
            Self::Pairs(texts) => verify(Input::from(&*texts.borrow())),
        }
    }
}
