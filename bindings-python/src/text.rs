//! Text and bytes that a caller passes.

use std::fmt;
use std::ops::Deref;

use pyo3::exceptions::{PyUnicodeEncodeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyMemoryView, PyString};

use crate::errors::{Fault, Result};

/// Bytes in a Python object that nothing can change.
///
/// The stable ABI of Python 3.9 lends none of what is inside a `str`, so Python encodes it.
#[derive(Clone)]
pub(crate) struct Octets<'py>(Bound<'py, PyBytes>);

impl<'py> Octets<'py> {
    /// Copies bytes.
    pub(crate) fn new(py: Python<'py>, bytes: &[u8]) -> Self {
        Self(PyBytes::new(py, bytes))
    }

    /// Reads a `str` or `bytes`. Returns `None` for any other type.
    pub(crate) fn of(value: &Bound<'py, PyAny>) -> PyResult<Option<Self>> {
        if let Ok(text) = value.cast::<PyString>() {
            return Self::encode(text).map(Some);
        }
        Ok(value.cast::<PyBytes>().ok().map(|b| Self(b.clone())))
    }

    /// Reads the same, or a `bytearray` or `memoryview`, which the caller can change.
    pub(crate) fn of_raw(value: &Bound<'py, PyAny>, what: &str) -> Result<Option<Self>> {
        let py = value.py();
        if let Ok(bytes) = value.cast::<PyByteArray>() {
            return Ok(Some(Self::new(py, &bytes.to_vec())));
        }
        if !value.is_instance_of::<PyMemoryView>() {
            return Ok(Self::of(value)?);
        }
        match value.call_method0(intern!(py, "tobytes")) {
            Ok(bytes) => Ok(Self::of(&bytes)?),
            Err(error) if error.is_instance_of::<PyValueError>(py) => Err(Fault::Argument(
                format!("{what} is a memoryview that was released: pass its bytes"),
            )),
            Err(error) => Err(error.into()),
        }
    }

    /// Encodes a `str` as UTF-8. A lone surrogate is encoded like a character, which is not
    /// UTF-8, so the core decides about it.
    pub(crate) fn encode(text: &Bound<'py, PyString>) -> PyResult<Self> {
        match text.encode_utf8() {
            Ok(bytes) => Ok(Self(bytes)),
            // Python's own error holds the whole text, so it is dropped.
            Err(error) if error.is_instance_of::<PyUnicodeEncodeError>(text.py()) => {
                // The method of `str` itself, which a subclass can't replace.
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

/// Reads an argument that must be a `str` without a lone surrogate.
pub(crate) fn text<'py>(value: &Bound<'py, PyAny>, what: &str) -> Result<Text<'py>> {
    let octets = octets(value, what)?;
    match std::str::from_utf8(&octets) {
        Ok(_) => Ok(Text(octets)),
        Err(_) => Err(Fault::Argument(format!(
            "{what} has a lone surrogate (U+D800 to U+DFFF), which is not a character: pass text \
             that was decoded with errors='strict'"
        ))),
    }
}

/// Reads arguments that must be such text, each under its own name.
macro_rules! texts {
    ($($name:ident),+) => {
        $(let $name = crate::text::text($name, stringify!($name))?;)+
    };
}
pub(crate) use texts;

/// Reads an argument that must be a `str` of any characters.
pub(crate) fn octets<'py>(value: &Bound<'py, PyAny>, what: &str) -> Result<Octets<'py>> {
    match value.cast::<PyString>() {
        Ok(text) => Ok(Octets::encode(text)?),
        Err(_) => Err(Fault::wrong_type(what, "str", value)),
    }
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
