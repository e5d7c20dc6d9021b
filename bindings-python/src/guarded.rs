//! Values that become objects of Python's when an attribute is read.

use std::ops::Deref;

use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::errors::entry;

/// An attribute. pyo3 panics if Python has no memory for the object, which is stopped here.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Guarded<T>(pub(crate) T);

impl<T> Deref for Guarded<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<'a, 'py, T> IntoPyObject<'py> for &'a Guarded<T>
where
    &'a T: IntoPyObject<'py>,
{
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        entry(py, || (&self.0).into_bound_py_any(py))
    }
}

/// Makes a `str`.
pub(crate) fn string<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyString>> {
    entry(py, || Ok(PyString::new(py, text)))
}
