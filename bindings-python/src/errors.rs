//! The core's errors become exceptions, one class for each code.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pyo3::exceptions::{PyMemoryError, PyTypeError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use visiono_workflow::{Code, Error};

/// The class of a code, in `_errors.py`.
const fn class_name(code: Code) -> &'static str {
    match code {
        Code::InvalidSecret => "InvalidSecret",
        Code::InvalidField => "InvalidField",
        Code::InvalidUrl => "InvalidUrl",
        Code::InvalidTemplate => "InvalidTemplate",
        Code::MissingParameter => "MissingParameter",
        Code::DuplicateParameter => "DuplicateParameter",
        Code::MalformedParameter => "MalformedParameter",
        Code::InvalidSignature => "InvalidSignature",
        Code::Expired => "Expired",
        Code::NotYetValid => "NotYetValid",
        Code::UnexpectedValue => "UnexpectedValue",
        Code::InvalidArgument => "InvalidArgument",
        // Python has no buffers of the caller's, so the first one can't come.
        Code::BufferTooSmall | Code::Panic => "Panic",
    }
}

/// Name, number and class of every code, and whether it refuses a message. A class that is not
/// there stops the import.
pub(crate) fn codes(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
    let classes = classes(py)?;
    let codes = Code::ALL.map(|code| {
        let class = classes.getattr(class_name(code))?;
        Ok((code.as_str(), code.as_u32(), class, code.is_refusal()))
    });
    PyTuple::new(py, codes.into_iter().collect::<PyResult<Vec<_>>>()?)
}

fn classes(py: Python<'_>) -> PyResult<Bound<'_, PyModule>> {
    py.import(intern!(py, "visiono_workflow._errors"))
}

/// Runs the whole of a method. A panic, which would be a bug, becomes the package's own error and
/// not pyo3's `PanicException`, which `except Exception` doesn't catch.
pub(crate) fn entry<T>(py: Python<'_>, method: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    catch_unwind(AssertUnwindSafe(method))
        .unwrap_or_else(|_panic| Err(exception(py, &Error::panic())))
}

/// Calls the core.
pub(crate) fn call<T>(py: Python<'_>, core: impl FnOnce() -> Result<T, Error>) -> PyResult<T> {
    core().map_err(|error| exception(py, &error))
}

/// The exception for an error of the core.
pub(crate) fn exception(py: Python<'_>, error: &Error) -> PyErr {
    made(|| {
        let parameters = PyTuple::new(py, error.parameters().collect::<Vec<_>>())?;
        let class = classes(py)?.getattr(class_name(error.code()))?;
        let exception = class.call1((error.to_string(), parameters))?;
        if let Some(seconds) = error.seconds() {
            exception.setattr(intern!(py, "seconds"), seconds)?;
        }
        if let Some(position) = error.position() {
            exception.setattr(intern!(py, "position"), position)?;
        }
        Ok(PyErr::from_value(exception))
    })
}

/// An argument of the right type that can't be used: `InvalidArgument`.
pub(crate) fn invalid_argument(py: Python<'_>, sentence: String) -> PyErr {
    made(|| {
        let class = classes(py)?.getattr(class_name(Code::InvalidArgument))?;
        Ok(PyErr::from_value(class.call1((sentence,))?))
    })
}

/// Makes an exception. Without memory for one pyo3 panics.
fn made(make: impl FnOnce() -> PyResult<PyErr>) -> PyErr {
    catch_unwind(AssertUnwindSafe(make))
        .unwrap_or_else(|_panic| Err(PyMemoryError::new_err(())))
        .unwrap_or_else(|error| error)
}

/// A `TypeError` that says what was wanted. It names the type that came, never the value.
pub(crate) fn wrong_type(what: &str, wanted: &str, value: &Bound<'_, PyAny>) -> PyErr {
    let sentence = format!("{what} must be {wanted}, not {}", type_name(value));
    type_error(value.py(), sentence)
}

/// A `TypeError`. It is made at once, because pyo3 makes its own where no panic can be stopped.
pub(crate) fn type_error(py: Python<'_>, sentence: String) -> PyErr {
    made(|| {
        let class = py.get_type::<PyTypeError>();
        Ok(PyErr::from_value(class.call1((sentence,))?))
    })
}

/// The name of a value's type. A metaclass may have none, or one that can't be written.
pub(crate) fn type_name(value: &Bound<'_, PyAny>) -> String {
    match value.get_type().name() {
        Ok(name) => name.to_string_lossy().into_owned(),
        Err(_) => "a type without a name".into(),
    }
}
