//! Arguments that have a default.

use pyo3::prelude::*;
use pyo3::types::PyBool;

use crate::errors::{Fault, Result};
use crate::text::{Text, text};

/// An argument that may be left out.
///
/// Unlike an `Option` it tells `None` from an argument that is left out. It converts nothing, so
/// none of the caller's code runs before the method is entered.
pub(crate) struct Given<'py>(pub(crate) Option<Bound<'py, PyAny>>);

impl<'py> FromPyObject<'_, 'py> for Given<'py> {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        Ok(Self(Some(value.to_owned())))
    }
}

impl<'py> Given<'py> {
    pub(crate) fn text(self, what: &str) -> Result<Option<Text<'py>>> {
        self.0.map(|value| text(&value, what)).transpose()
    }

    pub(crate) fn flag(self, what: &str) -> Result<Option<bool>> {
        let Some(value) = self.0 else {
            return Ok(None);
        };
        match value.cast::<PyBool>() {
            Ok(flag) => Ok(Some(flag.is_true())),
            Err(_) => Err(Fault::wrong_type(what, "a bool", &value)),
        }
    }
}
