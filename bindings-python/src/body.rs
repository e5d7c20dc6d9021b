//! The raw body of a webhook.

use std::ops::Deref;

use pyo3::exceptions::PyValueError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyMemoryView, PyString};

use crate::errors::invalid_argument;
use crate::text::{Text, text};

/// The bytes that a signature is made of.
pub(crate) enum Body<'py> {
    Text(Text<'py>),
    Bytes(Bound<'py, PyBytes>),
    Copied(Vec<u8>),
}

impl<'py> Body<'py> {
    pub(crate) fn read(value: &Bound<'py, PyAny>) -> PyResult<Self> {
        if let Ok(bytes) = value.cast::<PyBytes>() {
            return Ok(Self::Bytes(bytes.clone()));
        }
        if value.is_instance_of::<PyString>() {
            return Ok(Self::Text(text(value, "body")?));
        }
        if let Ok(bytes) = value.cast::<PyByteArray>() {
            return Ok(Self::Copied(bytes.to_vec()));
        }
        let py = value.py();
        if value.is_instance_of::<PyMemoryView>() {
            return match value.call_method0(intern!(py, "tobytes")) {
                Ok(bytes) => Ok(Self::Bytes(bytes.cast_into()?)),
                Err(error) if error.is_instance_of::<PyValueError>(py) => {
                    let sentence = "body is a memoryview that was released: pass its bytes";
                    Err(invalid_argument(py, sentence.into()))
                }
                Err(error) => Err(error),
            };
        }
        let sentence = format!(
            "body must be the raw body, as bytes or str, not {}: what was parsed can't be written \
             again as it was signed, so keep the bytes: request.get_data() in Flask, request.body \
             in Django, await request.body() in FastAPI and Starlette",
            value.get_type().name()?
        );
        Err(invalid_argument(py, sentence))
    }
}

impl Deref for Body<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes.as_bytes(),
            Self::Copied(bytes) => bytes,
        }
    }
}
