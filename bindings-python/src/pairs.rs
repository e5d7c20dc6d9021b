//! Names and values, as a framework or a library holds them: a query's, or headers.

use std::borrow::Cow;

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyTuple};

use crate::errors::wrong_type;
use crate::text::{Text, utf8, with_surrogates};

/// What the pairs come from, for errors.
pub(crate) struct Source {
    pub(crate) name: &'static str,
    pub(crate) wanted: &'static str,
    /// What a name or value of it is called.
    pub(crate) piece: &'static str,
}

/// A name or value.
pub(crate) enum Piece<'py> {
    Text(Text<'py>),
    Bytes(Vec<u8>),
}

impl<'py> Piece<'py> {
    pub(crate) fn read(value: &Bound<'py, PyAny>, what: &str) -> PyResult<Self> {
        if let Ok(text) = value.cast::<PyString>() {
            return Ok(match utf8(text)? {
                Some(utf8) => Self::Text(utf8),
                None => Self::Bytes(with_surrogates(text)?.as_bytes().into()),
            });
        }
        match value.cast::<PyBytes>() {
            Ok(bytes) => Ok(Self::Bytes(bytes.as_bytes().into())),
            Err(_) => Err(wrong_type(what, "str or bytes", value)),
        }
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Bytes(bytes) => std::str::from_utf8(bytes).ok(),
        }
    }

    /// The text, in which U+FFFD stands for what isn't UTF-8.
    pub(crate) fn to_text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.as_bytes())
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }
}

/// Goes over every name and value. Where a name has several values each of them is a pair, so
/// that the core sees what came twice.
pub(crate) fn each_pair<'py>(
    value: &Bound<'py, PyAny>,
    source: &Source,
    mut each: impl FnMut(&Bound<'py, PyAny>, &Bound<'py, PyAny>) -> PyResult<()>,
) -> PyResult<()> {
    let py = value.py();
    // Starlette's `QueryParams`; Django's and Werkzeug's `MultiDict`; mappings, and the headers of
    // Werkzeug and of `http.client`.
    let methods = [
        intern!(py, "multi_items"),
        intern!(py, "lists"),
        intern!(py, "items"),
    ];
    let mut items = value.clone();
    let is_dict = value.is_exact_instance_of::<PyDict>();
    for method in methods.into_iter().skip(if is_dict { 2 } else { 0 }) {
        if value.hasattr(method)? {
            items = value.call_method0(method)?;
            break;
        }
    }
    let items = items
        .try_iter()
        .map_err(|_| wrong_type(source.name, source.wanted, value))?;
    for item in items {
        let (name, value) = pair(&item?, source)?;
        if value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>() {
            for value in value.try_iter()? {
                each(&name, &value?)?;
            }
        } else {
            each(&name, &value)?;
        }
    }
    Ok(())
}

fn pair<'py>(
    item: &Bound<'py, PyAny>,
    source: &Source,
) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
    let items: Vec<_> = match (item.cast::<PyTuple>(), item.cast::<PyList>()) {
        (Ok(tuple), _) => tuple.iter().collect(),
        (_, Ok(list)) => list.iter().collect(),
        _ => Vec::new(),
    };
    <[_; 2]>::try_from(items).map(Into::into).map_err(|_| {
        let what = format!("an item of {}", source.name);
        wrong_type(&what, "a pair of name and value", item)
    })
}
