//! Arguments that need not be given.

use pyo3::prelude::*;

/// An argument that has a default. Unlike an `Option` it tells `None` from one that is left out,
/// and it converts nothing, so that no code of the caller's runs before the method is entered.
pub(crate) struct Given<'py>(pub(crate) Option<Bound<'py, PyAny>>);

impl<'py> FromPyObject<'_, 'py> for Given<'py> {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        Ok(Self(Some(value.to_owned())))
    }
}
