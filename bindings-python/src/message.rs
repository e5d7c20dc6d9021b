//! A message or headers as they arrived: text, bytes, or the pairs that a framework made of them.

use pyo3::prelude::*;
use visiono_workflow::Input;

use crate::arguments::{Bytes, text_or_bytes};
use crate::errors::{Fault, Result};
use crate::pairs::{elements, pairs};
use crate::requests::{header_value, scope_headers, unwrapped};

const MESSAGE: &str =
    "a URL or query (str or bytes), a mapping, an iterable of pairs, or a request or URL object";
const HEADERS: &str =
    "a mapping or an iterable of pairs, a WSGI environ, an ASGI scope or a request";

/// Stands for a value that isn't text, because no text has this byte.
const NOT_TEXT: &[u8] = &[0xff];

/// Names and their values for the core to borrow. A value of `None` isn't text.
#[derive(Default)]
pub(crate) struct Texts<'py>(Vec<(Bytes<'py>, Option<Bytes<'py>>)>);

impl<'py> Texts<'py> {
    /// Copies the headers whose names are read.
    pub(crate) fn of_headers(
        value: &Bound<'py, PyAny>,
        is_read: impl Fn(&[u8]) -> bool,
    ) -> Result<Self> {
        let found = pairs(&unwrapped(value, "headers")?)?;
        let mut headers = Self::default();
        for (name, value) in found.ok_or_else(|| Fault::wrong_type("headers", HEADERS, value))? {
            let inner = scope_headers(name.as_bytes(), &value)?;
            for (name, value) in inner.into_iter().chain([(name, value)]) {
                // An environ has more than headers, which need not be text.
                if is_read(name.as_bytes()) {
                    headers.add(&name, header_value(value)?)?;
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

/// A message that owns what the core borrows.
pub(crate) enum Message<'py> {
    Text(Bytes<'py>),
    Pairs(Texts<'py>),
}

impl<'py> Message<'py> {
    pub(crate) fn read(value: &Bound<'py, PyAny>) -> Result<Self> {
        let read = match text_or_bytes(value)? {
            Some(text) => return Ok(Self::Text(text)),
            None => unwrapped(value, "message")?,
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
