//! Text, bytes, times and flags that a caller passes.

use std::fmt::{self, Display};

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::{PyBool, PyBytes, PyInt, PyString};
use visiono_workflow::{check_now, check_seconds, field_number, unix_time};

use crate::convert::convert;
use crate::errors::{Fault, Result};

/// Bytes in a Python object that nothing can change.
pub(crate) type Bytes<'py> = Bound<'py, PyBytes>;

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

impl<'py> Given<'py> {
    /// Reads it with one of the functions below.
    pub(crate) fn read<D, T>(
        self,
        what: D,
        read: impl FnOnce(&Bound<'py, PyAny>, D) -> Result<T>,
    ) -> Result<Option<T>> {
        self.0.map(|value| read(&value, what)).transpose()
    }
}

/// Reads `True` or `False`.
pub(crate) fn flag(value: &Bound<'_, PyAny>, what: impl Display) -> Result<bool> {
    match value.cast::<PyBool>() {
        Ok(flag) => Ok(flag.is_true()),
        Err(_) => Err(Fault::wrong_type(what, "a bool", value)),
    }
}

/// Reads a number of seconds, or a `timedelta`.
pub(crate) fn period(value: &Bound<'_, PyAny>, what: impl Display) -> Result<u64> {
    Ok(check_seconds(number(value, "period", what)?)?)
}

/// Reads an argument that must be a `str` of any characters, as UTF-8.
pub(crate) fn octets<'py>(
    value: &Bound<'py, PyAny>,
    what: impl Display,
    wanted: impl Display,
) -> Result<Bytes<'py>> {
    match value.cast::<PyString>() {
        Ok(text) => Ok(encode(text)?),
        Err(_) => Err(Fault::wrong_type(what, wanted, value)),
    }
}

/// Reads an argument that must be a `str` without a lone surrogate.
pub(crate) fn text(value: &Bound<'_, PyAny>, what: impl Display) -> Result<PyBackedStr> {
    match value.extract() {
        Ok(text) => Ok(text),
        Err(_) => Ok(convert(value.py(), "text", (value, what.to_string()))?),
    }
}

/// Encodes a `str` as UTF-8, because the stable ABI of Python 3.9 lends none of what is inside.
pub(crate) fn encode<'py>(text: &Bound<'py, PyString>) -> PyResult<Bytes<'py>> {
    match text.encode_utf8() {
        Ok(bytes) => Ok(bytes),
        Err(_) => convert(text.py(), "octets", (text,)),
    }
}

/// Reads a `str` or `bytes`. Returns `None` for any other type.
pub(crate) fn text_or_bytes<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Bytes<'py>>> {
    match value.cast::<PyString>() {
        Ok(text) => encode(text).map(Some),
        Err(_) => Ok(value.cast::<PyBytes>().ok().cloned()),
    }
}

/// Reads an argument that must be `str` or `bytes`.
pub(crate) fn some_text<'py>(value: &Bound<'py, PyAny>, what: &str) -> Result<Bytes<'py>> {
    text_or_bytes(value)?.ok_or_else(|| Fault::wrong_type(what, "str or bytes", value))
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
    what: impl Display,
) -> Result<u64> {
    match value.into() {
        Some(value) => number(value, "time", what).map(field_number),
        None => Ok(unix_time()),
    }
}

/// Reads a count. The core refuses one that is out of range.
pub(crate) fn count(value: &Bound<'_, PyAny>, what: impl Display) -> Result<u64> {
    number(value, "integer", what).map(field_number)
}

/// Reads a whole number with the function of `_convert.py` for this kind: `integer`, `time` or
/// `period`.
fn number(value: &Bound<'_, PyAny>, kind: &str, what: impl Display) -> Result<i128> {
    if value.is_exact_instance_of::<PyInt>()
        && let Ok(int) = value.extract::<i64>()
    {
        return Ok(int.into());
    }
    Ok(convert(value.py(), kind, (value, what.to_string()))?)
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
