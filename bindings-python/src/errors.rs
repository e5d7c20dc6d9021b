//! A failed call becomes a Python exception, with one class for each code of the core.

use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};

use pyo3::exceptions::PyMemoryError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use visiono_workflow::Error;

use crate::convert::convert;

/// The exception of a failed call: one that is made of the core's error, or comes from
/// `_convert.py`, the caller's code, or Python itself.
pub(crate) struct Fault(pub(crate) PyErr);

pub(crate) type Result<T> = std::result::Result<T, Fault>;

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Python::attach(|py| Self(exception(py, &error, error.to_string())))
    }
}

impl From<PyErr> for Fault {
    fn from(error: PyErr) -> Self {
        Self(error)
    }
}

impl Fault {
    /// Returns a `TypeError` about an argument.
    pub(crate) fn wrong_type(
        what: impl Display,
        wanted: impl Display,
        value: &Bound<'_, PyAny>,
    ) -> Self {
        let arguments = (what.to_string(), wanted.to_string(), value);
        let error = convert(value.py(), "wrong_type", arguments);
        Self(error.map_or_else(|error| error, PyErr::from_value))
    }
}

/// Runs the whole of a method.
///
/// A panic, which would be a bug, becomes the package's own error and not pyo3's
/// `PanicException`, which `except Exception` doesn't catch.
pub(crate) fn entry<T>(method: impl FnOnce() -> Result<T>) -> PyResult<T> {
    catch_unwind(AssertUnwindSafe(method))
        .unwrap_or_else(|_panic| Err(Error::panic().into()))
        .map_err(|Fault(error)| error)
}

/// Makes the exception for an error of the core, with this sentence. If Python has no memory for
/// it, pyo3 panics.
pub(crate) fn exception(py: Python<'_>, error: &Error, sentence: String) -> PyErr {
    let make = || {
        let parameters = PyTuple::new(py, error.parameters().collect::<Vec<_>>())?;
        let exception = class(py, &format!("{:?}", error.code()))?.call1((sentence, parameters))?;
        if let Some(seconds) = error.seconds() {
            exception.setattr(intern!(py, "seconds"), seconds)?;
        }
        if let Some(position) = error.position() {
            exception.setattr(intern!(py, "position"), position)?;
        }
        Ok(PyErr::from_value(exception))
    };
    match catch_unwind(AssertUnwindSafe(make)) {
        Ok(made) => made.unwrap_or_else(|error| error),
        Err(_panic) => PyMemoryError::new_err(()),
    }
}

/// Returns a class of `_errors.py`. That of a code has the name of the code's variant. Only the
/// code for a buffer has none: Python passes no buffer.
pub(crate) fn class<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    py.import(intern!(py, "visiono_workflow._errors"))?
        .getattr(name)
}
