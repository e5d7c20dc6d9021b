//! Text and bytes that a caller passes.

use std::ops::Deref;

use pyo3::exceptions::{PyUnicodeEncodeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyMemoryView, PyString};

use crate::errors::{invalid_argument, wrong_type};

/// Bytes in an object of Python's that nothing can change.
///
/// The stable ABI of Python 3.9 lends none of what is inside a `str`, so Python encodes it.
#[derive(Clone)]
pub(crate) struct Octets<'py>(Bound<'py, PyBytes>);

impl<'py> Octets<'py> {
    /// Reads a `str` or `bytes`. Returns `None` for any other type.
    pub(crate) fn of(value: &Bound<'py, PyAny>) -> PyResult<Option<Self>> {
        if let Ok(text) = value.cast::<PyString>() {
            return Self::encode(text).map(Some);
        }
        Ok(value.cast::<PyBytes>().ok().map(|b| Self(b.clone())))
    }

    /// Encodes a `str` as UTF-8. A lone surrogate is encoded like a character, which is no UTF-8,
    /// so the core decides about it.
    pub(crate) fn encode(text: &Bound<'py, PyString>) -> PyResult<Self> {
        match text.encode_utf8() {
            Ok(bytes) => Ok(Self(bytes)),
            // Python's own error is dropped here, for it holds the whole text.
            Err(error) if error.is_instance_of::<PyUnicodeEncodeError>(text.py()) => {
                // Of `str` itself, which a subclass can't replace.
                let encode = text.py().get_type::<PyString>().getattr("encode")?;
                let bytes = encode.call1((text, "utf-8", "surrogatepass"))?;
                Ok(Self(bytes.cast_into()?))
            }
            Err(error) => Err(error),
        }
    }
}

impl Deref for Octets<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// Text as UTF-8.
pub(crate) struct Text<'py>(Octets<'py>);

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        // It was checked, so this never fails; for the length of a field it costs nothing.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Reads an argument that must be a `str`, and UTF-8.
pub(crate) fn text<'py>(value: &Bound<'py, PyAny>, what: &str) -> PyResult<Text<'py>> {
    let octets = octets(value, what)?;
    if std::str::from_utf8(&octets).is_err() {
        let sentence = format!(
            "{what} has a lone surrogate (U+D800 to U+DFFF), which is not a character: pass text \
             that was decoded with errors='strict'"
        );
        return Err(invalid_argument(value.py(), sentence));
    }
    Ok(Text(octets))
}

/// Reads an argument that must be a `str`, whatever is in it.
pub(crate) fn octets<'py>(value: &Bound<'py, PyAny>, what: &str) -> PyResult<Octets<'py>> {
    match value.cast::<PyString>() {
        Ok(text) => Octets::encode(text),
        Err(_) => Err(wrong_type(what, "str", value)),
    }
}

/// Bytes as they came, in any of the types that hold some.
pub(crate) enum Raw<'py> {
    Octets(Octets<'py>),
    /// Of a buffer that the caller can change.
    Copied(Vec<u8>),
}

impl<'py> Raw<'py> {
    /// Reads `str`, `bytes`, `bytearray` or `memoryview`. Returns `None` for any other type.
    pub(crate) fn of(value: &Bound<'py, PyAny>, what: &str) -> PyResult<Option<Self>> {
        let py = value.py();
        if let Some(octets) = Octets::of(value)? {
            return Ok(Some(Self::Octets(octets)));
        }
        if let Ok(bytes) = value.cast::<PyByteArray>() {
            return Ok(Some(Self::Copied(bytes.to_vec())));
        }
        if !value.is_instance_of::<PyMemoryView>() {
            return Ok(None);
        }
        match value.call_method0(intern!(py, "tobytes")) {
            Ok(bytes) => Ok(Some(Self::Octets(Octets(bytes.cast_into()?)))),
            Err(error) if error.is_instance_of::<PyValueError>(py) => {
                let sentence = format!("{what} is a memoryview that was released: pass its bytes");
                Err(invalid_argument(py, sentence))
            }
            Err(error) => Err(error),
        }
    }
}

impl Deref for Raw<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Octets(octets) => octets,
            Self::Copied(bytes) => bytes,
        }
    }
}
