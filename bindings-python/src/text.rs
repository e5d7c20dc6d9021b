//! Text that a caller passes.

use std::ops::Deref;

use pyo3::exceptions::PyUnicodeEncodeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use crate::errors::{invalid_argument, wrong_type};

/// Text as UTF-8.
///
/// The stable ABI of Python 3.9 lends none of what is inside a `str`, so Python encodes it.
pub(crate) struct Text<'py>(Bound<'py, PyBytes>);

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        // It was encoded, so the check never fails; for the length of a field it costs nothing.
        std::str::from_utf8(self.0.as_bytes()).unwrap_or_default()
    }
}

/// Reads an argument that has to be a `str`.
pub(crate) fn text<'py>(value: &Bound<'py, PyAny>, what: &str) -> PyResult<Text<'py>> {
    let text = value
        .cast::<PyString>()
        .map_err(|_| wrong_type(what, "str", value))?;
    utf8(text)?.ok_or_else(|| {
        let sentence = format!(
            "{what} has a surrogate (U+D800 to U+DFFF) that stands alone, which is no character: \
             pass text that was decoded with errors='strict'"
        );
        invalid_argument(value.py(), sentence)
    })
}

/// The text as UTF-8, or `None` if it has a lone surrogate.
///
/// Python's own error for that is dropped here, for it holds the whole text.
pub(crate) fn utf8<'py>(text: &Bound<'py, PyString>) -> PyResult<Option<Text<'py>>> {
    match text.encode_utf8() {
        Ok(bytes) => Ok(Some(Text(bytes))),
        Err(error) if error.is_instance_of::<PyUnicodeEncodeError>(text.py()) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The text as UTF-8 in which lone surrogates are encoded like characters, which no decoder takes.
pub(crate) fn with_surrogates<'py>(text: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyBytes>> {
    // Of `str` itself, which a subclass can't replace.
    let encode = text.py().get_type::<PyString>().getattr("encode")?;
    Ok(encode
        .call1((text, "utf-8", "surrogatepass"))?
        .cast_into()?)
}
