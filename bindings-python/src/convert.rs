//! Conversions that are said best in Python.

use pyo3::call::PyCallArgs;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Calls a function of `_convert.py`.
pub(crate) fn convert<'py>(
    py: Python<'py>,
    function: &str,
    arguments: impl PyCallArgs<'py>,
) -> PyResult<Bound<'py, PyAny>> {
    // Nothing of Python's is kept: a process may have several interpreters, as in mod_wsgi.
    let module = py.import(intern!(py, "visiono_workflow._convert"))?;
    module.getattr(function)?.call1(arguments)
}

/// Returns what is in a request, with this function of `_convert.py`. Any other `dict` than a WSGI
/// `environ`, an ASGI `scope` or a Lambda event is returned as it is.
pub(crate) fn unwrapped<'py>(
    value: &Bound<'py, PyAny>,
    function: &str,
) -> PyResult<Bound<'py, PyAny>> {
    let py = value.py();
    if let Ok(dict) = value.cast_exact::<PyDict>()
        && !dict.contains(intern!(py, "wsgi.version"))?
        && !dict.contains(intern!(py, "query_string"))?
        && !dict.contains(intern!(py, "requestContext"))?
    {
        return Ok(value.clone());
    }
    convert(py, function, (value,))
}

/// Lists the items of a `dict`, or of another object with this function of `_convert.py`.
pub(crate) fn items<'py>(value: &Bound<'py, PyAny>, other: &str) -> PyResult<Bound<'py, PyAny>> {
    match value.cast_exact::<PyDict>() {
        Ok(dict) => Ok(dict.items().into_any()),
        Err(_) => convert(value.py(), other, (value,)),
    }
}
