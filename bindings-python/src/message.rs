//! A message or headers as they arrived: text, bytes, or the pairs that a framework made of them.

use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};
use visiono_workflow::{Input, WebhookHeaders};

use crate::arguments::{Bytes, raw, text_or_bytes};
use crate::convert::{convert, items, unwrapped};
use crate::errors::{Fault, Result};

const MESSAGE: &str =
    "a URL or query (str or bytes), a mapping, an iterable of pairs, or a request or URL object";
const HEADERS: &str =
    "a mapping or an iterable of pairs, a WSGI environ, an ASGI scope or a request";

/// Stands for a value that isn't text, because no text has this byte.
const NOT_TEXT: &[u8] = &[0xff];

/// A name that is text, and its value.
type Pair<'py> = (Bytes<'py>, PairValue<'py>);

/// The value of a name: one object, or the elements of a list.
enum PairValue<'py> {
    One(Bound<'py, PyAny>),
    List(Vec<Bound<'py, PyAny>>),
}

/// Names and their values for the core to borrow. A value of `None` isn't text.
#[derive(Default)]
pub(crate) struct Texts<'py>(Vec<(Bytes<'py>, Option<Bytes<'py>>)>);

impl<'py> Texts<'py> {
    /// Adds each text of a list, and nothing for an empty list or `None`. A value that is neither
    /// text nor a list of texts is one occurrence without text.
    fn add(&mut self, name: &Bytes<'py>, value: PairValue<'py>) -> PyResult<()> {
        let mut texts = match value {
            PairValue::One(value) if value.is_none() => return Ok(()),
            PairValue::One(value) => vec![text_or_bytes(&value)?],
            PairValue::List(values) => values.iter().map(text_or_bytes).collect::<PyResult<_>>()?,
        };
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
}

/// Copies every name and value of a mapping, a multi-dict or an iterable of pairs, before any of
/// them is read. Returns `None` if the object is none of these.
///
/// An item that isn't a pair, or whose name isn't text, is left out, like any parameter that doesn't
/// belong to the message.
fn pairs<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Vec<Pair<'py>>>> {
    let items = elements(&items(value, "items")?);
    items.as_deref().map(of_items).transpose()
}

/// Copies the pairs among the items of a list.
fn of_items<'py>(items: &[Bound<'py, PyAny>]) -> PyResult<Vec<Pair<'py>>> {
    // Both copies are whole before the first text is encoded, because that may run a destructor.
    let copied: Vec<_> = items.iter().filter_map(copy_of_pair).collect();
    let pairs = copied.into_iter().filter_map(|(name, value)| {
        let name = text_or_bytes(&name).transpose()?;
        Some(name.map(|name| (name, value)))
    });
    pairs.collect()
}

/// Copies an item if it is a pair.
fn copy_of_pair<'py>(item: &Bound<'py, PyAny>) -> Option<(Bound<'py, PyAny>, PairValue<'py>)> {
    let [name, value] = elements(item)?.try_into().ok()?;
    let list = elements(&value).map(PairValue::List);
    Some((name, list.unwrap_or(PairValue::One(value))))
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
        if let Some(text) = raw(value, "input")? {
            return Ok(Self::Text(text));
        }
        let read = unwrapped(value, "message")?;
        if let Some(text) = raw(&read, "input")? {
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

/// The headers that the core reads, for it to borrow.
#[derive(Default)]
pub(crate) struct Headers<'py>(Texts<'py>);

/// The headers that are copied.
type IsRead = fn(&[u8]) -> bool;

impl<'py> Headers<'py> {
    /// Copies the headers that the core reads.
    pub(crate) fn read(value: &Bound<'py, PyAny>) -> Result<Self> {
        Self::copy(value, WebhookHeaders::reads)
    }

    /// Copies every header, because another may be the mistake.
    pub(crate) fn read_all(value: &Bound<'py, PyAny>) -> Result<Self> {
        Self::copy(value, |_| true)
    }

    fn copy(value: &Bound<'py, PyAny>, is_read: IsRead) -> Result<Self> {
        let wrong = || Fault::wrong_type("headers", HEADERS, value);
        if raw(value, "headers")?.is_some() {
            return Err(wrong());
        }
        let mut headers = Self::default();
        for (name, value) in pairs(&unwrapped(value, "headers")?)?.ok_or_else(wrong)? {
            // An ASGI scope has its headers under this name. Another mapping may have a header of
            // this name, whose value is not pairs.
            if name.as_bytes() == b"headers" {
                let inner = match &value {
                    PairValue::One(value) => pairs(value)?.unwrap_or_default(),
                    PairValue::List(items) => of_items(items)?,
                };
                for (name, value) in inner {
                    headers.add(&name, value, is_read)?;
                }
            }
            headers.add(&name, value, is_read)?;
        }
        Ok(headers)
    }

    fn add(&mut self, name: &Bytes<'py>, value: PairValue<'py>, is_read: IsRead) -> PyResult<()> {
        // An environ has more than headers, which need not be text.
        if !is_read(name.as_bytes()) {
            return Ok(());
        }
        let value = match value {
            // Only `email` wraps text in an object.
            PairValue::One(value) if text_or_bytes(&value)?.is_none() => {
                PairValue::One(convert(value.py(), "header", (value,))?)
            }
            value => value,
        };
        self.0.add(name, value)
    }

    pub(crate) fn borrow<'a, T: FromIterator<(&'a [u8], &'a [u8])>>(&'a self) -> T {
        let headers = self.0.borrow().into_iter();
        headers
            .map(|(name, text)| (name, text.unwrap_or(NOT_TEXT)))
            .collect()
    }
}
