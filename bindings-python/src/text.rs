//! Text that a caller passes.

use pyo3::exceptions::PyUnicodeEncodeError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::PyString;

use crate::errors::{invalid_argument, wrong_type};

/// Reads an argument that has to be a `str`.
pub(crate) fn text(value: &Bound<'_, PyAny>, what: &str) -> PyResult<PyBackedStr> {
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
pub(crate) fn utf8(text: &Bound<'_, PyString>) -> PyResult<Option<PyBackedStr>> {
    match text.extract::<PyBackedStr>() {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.is_instance_of::<PyUnicodeEncodeError>(text.py()) => Ok(None),
        Err(error) => Err(error),
    }
}
