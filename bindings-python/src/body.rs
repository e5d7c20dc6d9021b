//! The raw body of a webhook.

use std::ops::Deref;

use pyo3::prelude::*;

use crate::errors::{invalid_argument, type_name};
use crate::text::Raw;

/// The bytes that a signature is made of. An absent body has none.
pub(crate) struct Body<'py>(Option<Raw<'py>>);

impl<'py> Body<'py> {
    pub(crate) fn read(value: &Bound<'py, PyAny>) -> PyResult<Self> {
        if value.is_none() {
            return Ok(Self(None));
        }
        if let Some(raw) = Raw::of(value, "body")? {
            return Ok(Self(Some(raw)));
        }
        let sentence = format!(
            "body must be the raw body, as bytes or str, not {}: what was parsed can't be written \
             again as it was signed, so keep the bytes: request.get_data() in Flask, request.body \
             in Django, await request.body() in FastAPI and Starlette",
            type_name(value)
        );
        Err(invalid_argument(value.py(), sentence))
    }
}

impl Deref for Body<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.0.as_deref().unwrap_or_default()
    }
}
