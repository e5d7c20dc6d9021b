//! Text, bytes, times and flags that a caller passes.

use std::fmt;

use pyo3::exceptions::{PyUnicodeEncodeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::pybacked::{PyBackedBytes, PyBackedStr};
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyByteArray, PyBytes, PyInt, PyMemoryView, PyString};
use visiono_workflow::{check_now, check_seconds, field_number, unix_time};

use crate::errors::{Fault, Result};

/// Bytes in a Python object that nothing can change.
pub(crate) type Bytes<'py> = Bound<'py, PyBytes>;

/// The module `_convert.py`, found once.
static CONVERT: PyOnceLock<Py<PyModule>> = PyOnceLock::new();

/// An argument that may be left out.
///
/// Unlike an `Option` it distinguishes `None` from an argument that is left out. It converts
/// nothing, so no code of an argument runs before the method is entered.
pub(crate) struct Given<'py>(pub(crate) Option<Bound<'py, PyAny>>);

impl<'py> FromPyObject<'_, 'py> for Given<'py> {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        Ok(Self(Some(value.to_owned())))
    }
}

impl Given<'_> {
    pub(crate) fn text(self, what: &str) -> Result<Option<PyBackedStr>> {
        self.0.map(|value| text(&value, what)).transpose()
    }

    pub(crate) fn flag(self, what: &str) -> Result<Option<bool>> {
        let flag = |value: Bound<'_, PyAny>| match value.cast::<PyBool>() {
            Ok(flag) => Ok(flag.is_true()),
            Err(_) => Err(Fault::wrong_type(what, "a bool", &value)),
        };
        self.0.map(flag).transpose()
    }

    /// Reads a number of seconds, or a `timedelta`.
    pub(crate) fn period(self, what: &str, default: u64) -> Result<u64> {
        match self.0 {
            Some(value) => Ok(check_seconds(number(&value, "period", what)?)?),
            None => Ok(default),
        }
    }
}

/// Reads an argument that must be a `str` of any characters, as UTF-8.
pub(crate) fn octets(value: &Bound<'_, PyAny>, what: &str) -> Result<PyBackedBytes> {
    match value.cast::<PyString>() {
        Ok(text) => Ok(encode(text)?.into()),
        Err(_) => Err(Fault::wrong_type(what, "str", value)),
    }
}

/// Reads an argument that must be a `str` without a lone surrogate.
pub(crate) fn text(value: &Bound<'_, PyAny>, what: &str) -> Result<PyBackedStr> {
    let Ok(text) = value.cast::<PyString>() else {
        return Err(Fault::wrong_type(what, "str", value));
    };
    PyBackedStr::try_from(text.clone()).map_err(|error| {
        // Python's own error holds the whole text, so it is dropped.
        match error.is_instance_of::<PyUnicodeEncodeError>(value.py()) {
            true => Fault::Argument(format!(
                "{what} has a lone surrogate (U+D800 to U+DFFF), which is not a character: pass \
                 text that was decoded with errors='strict'"
            )),
            false => error.into(),
        }
    })
}

/// Encodes a `str` as UTF-8, because the stable ABI of Python 3.9 lends none of what is inside.
///
/// A lone surrogate is encoded like a character, which is not UTF-8, so the core decides about it.
pub(crate) fn encode<'py>(text: &Bound<'py, PyString>) -> PyResult<Bytes<'py>> {
    match text.encode_utf8() {
        Err(error) if error.is_instance_of::<PyUnicodeEncodeError>(text.py()) => {
            // The method of `str` itself, which a subclass can't replace.
            let encode = text.py().get_type::<PyString>().getattr("encode")?;
            let bytes = encode.call1((text, "utf-8", "surrogatepass"))?;
            Ok(bytes.cast_into()?)
        }
        encoded => encoded,
    }
}

/// Reads a `str` or `bytes`. Returns `None` for any other type.
pub(crate) fn text_or_bytes<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Bytes<'py>>> {
    if let Ok(text) = value.cast::<PyString>() {
        return encode(text).map(Some);
    }
    Ok(value.cast::<PyBytes>().ok().cloned())
}

/// Reads the same, or a `bytearray` or `memoryview`, which the caller can change.
pub(crate) fn raw<'py>(value: &Bound<'py, PyAny>, what: &str) -> Result<Option<Bytes<'py>>> {
    if let Some(bytes) = text_or_bytes(value)? {
        return Ok(Some(bytes));
    }
    if let Ok(bytes) = value.cast::<PyByteArray>() {
        return Ok(Some(PyBytes::new(value.py(), &bytes.to_vec())));
    }
    if !value.is_instance_of::<PyMemoryView>() {
        return Ok(None);
    }
    match value.call_method0(intern!(value.py(), "tobytes")) {
        Ok(bytes) => Ok(text_or_bytes(&bytes)?),
        Err(error) if error.is_instance_of::<PyValueError>(value.py()) => Err(Fault::Argument(
            format!("{what} is a memoryview that was released: pass its bytes"),
        )),
        Err(error) => Err(error.into()),
    }
}

/// Reads the time of a verification, by default the system clock's.
pub(crate) fn now(value: Option<&Bound<'_, PyAny>>) -> Result<u64> {
    match value {
        Some(value) => Ok(check_now(number(value, "time", "now")?)?),
        None => Ok(unix_time()),
    }
}

/// Reads the time to sign, by default the system clock's. The core refuses one that is out of
/// range.
pub(crate) fn time<'a, 'py: 'a>(
    value: impl Into<Option<&'a Bound<'py, PyAny>>>,
    what: &str,
) -> Result<u64> {
    match value.into() {
        Some(value) => number(value, "time", what).map(field_number),
        None => Ok(unix_time()),
    }
}

/// Reads a count. The core refuses one that is out of range.
pub(crate) fn count(value: &Bound<'_, PyAny>, what: &str) -> Result<u64> {
    number(value, "integer", what).map(field_number)
}

/// Reads a whole number with the function of `_convert.py` for this kind: `integer`, `time` or
/// `period`.
fn number(value: &Bound<'_, PyAny>, kind: &str, what: &str) -> Result<i128> {
    if value.is_exact_instance_of::<PyInt>()
        && let Ok(int) = value.extract::<i64>()
    {
        return Ok(int.into());
    }
    Ok(convert(value.py(), kind)?.call1((value, what))?.extract()?)
}

/// Returns a function of `_convert.py`, for the types that Python itself reads best.
pub(crate) fn convert<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    let import = || PyModule::import(py, "visiono_workflow._convert").map(Bound::unbind);
    CONVERT.get_or_try_init(py, import)?.bind(py).getattr(name)
}

/// Makes a `str` of the text that the core writes. An ordinary URL fits without growing it.
pub(crate) fn written<'py>(
    py: Python<'py>,
    write: impl FnOnce(&mut String) -> fmt::Result,
) -> Bound<'py, PyString> {
    let mut out = String::with_capacity(512);
    // Writing to a `String` doesn't fail.
    let _ = write(&mut out);
    PyString::new(py, &out)
}
