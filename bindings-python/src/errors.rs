//! A failed call becomes a Python exception, with one class for each code of the core.

use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};

use pyo3::call::PyCallArgs;
use pyo3::exceptions::PyMemoryError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use visiono_workflow::Error;

use crate::convert::convert;

/// The cause of a failed call, before there is an exception for it.
pub(crate) enum Fault {
    /// An error of the core.
    Core(Error),
    /// An exception from `_convert.py`, the caller's code, or Python itself.
    Python(PyErr),
}

pub(crate) type Result<T> = std::result::Result<T, Fault>;

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Core(error)
    }
}

impl From<PyErr> for Fault {
    fn from(error: PyErr) -> Self {
        Self::Python(error)
    }
}

impl Fault {
    /// Returns a `TypeError` about an argument.
    pub(crate) fn wrong_type(what: impl Display, wanted: &str, value: &Bound<'_, PyAny>) -> Self {
        Self::made(value.py(), "wrong_type", (what.to_string(), wanted, value))
    }

    /// Returns the exception that a function of `_convert.py` makes.
    pub(crate) fn made<'py>(
        py: Python<'py>,
        function: &str,
        arguments: impl PyCallArgs<'py>,
    ) -> Self {
        let error = convert(py, function, arguments);
        Self::Python(error.map_or_else(|error| error, PyErr::from_value))
    }

    /// Makes the exception about a row of `sign_links`, and says whether it is this package's.
    pub(crate) fn in_row(self, py: Python<'_>, index: usize) -> PyResult<(PyErr, bool)> {
        let error = match self {
            Self::Core(error) => from_core(py, &error, format!("rows[{index}]: {error}"))?,
            Self::Python(error) => error.into_value(py).into_bound(py).into_any(),
        };
        let is_own = error.is_instance(&class(py, "WorkflowError")?)?;
        if is_own {
            error.setattr(intern!(py, "row_index"), index)?;
        }
        Ok((PyErr::from_value(error), is_own))
    }

    /// Makes the exception. If Python has no memory for it, pyo3 panics.
    fn into_err(self, py: Python<'_>) -> PyErr {
        let make = || match self {
            Self::Core(error) => from_core(py, &error, error.to_string()),
            Self::Python(error) => Err(error),
        };
        match catch_unwind(AssertUnwindSafe(make)) {
            Ok(Ok(exception)) => PyErr::from_value(exception),
            Ok(Err(error)) => error,
            Err(_panic) => PyMemoryError::new_err(()),
        }
    }
}

/// Runs the whole of a method.
///
/// A panic, which would be a bug, becomes the package's own error and not pyo3's
/// `PanicException`, which `except Exception` doesn't catch.
pub(crate) fn entry<T>(py: Python<'_>, method: impl FnOnce() -> Result<T>) -> PyResult<T> {
    catch_unwind(AssertUnwindSafe(method))
        .unwrap_or_else(|_panic| Err(Error::panic().into()))
        .map_err(|fault| fault.into_err(py))
}

fn from_core<'py>(py: Python<'py>, error: &Error, sentence: String) -> PyResult<Bound<'py, PyAny>> {
    let parameters = PyTuple::new(py, error.parameters().collect::<Vec<_>>())?;
    let exception = class(py, &format!("{:?}", error.code()))?.call1((sentence, parameters))?;
    if let Some(seconds) = error.seconds() {
        exception.setattr(intern!(py, "seconds"), seconds)?;
    }
    if let Some(position) = error.position() {
        exception.setattr(intern!(py, "position"), position)?;
    }
    Ok(exception)
}

/// Returns a class of `_errors.py`. That of a code has the name of the code's variant. Only the
/// code for a buffer has none: Python passes no buffer.
fn class<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    py.import(intern!(py, "visiono_workflow._errors"))?
        .getattr(name)
}
