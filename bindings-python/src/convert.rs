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

/// Returns true for a `dict` that is no request: no WSGI `environ`, ASGI `scope` or Lambda event.
pub(crate) fn is_plain_dict(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let Ok(dict) = value.cast_exact::<PyDict>() else {
        return Ok(false);
    };
    let py = value.py();
    let (wsgi, asgi) = (intern!(py, "wsgi.version"), intern!(py, "query_string"));
    let event = intern!(py, "requestContext");
    Ok(!dict.contains(wsgi)? && !dict.contains(asgi)? && !dict.contains(event)?)
}

/// Lists the items of a `dict`, or of another object with this function of `_convert.py`.
pub(crate) fn items<'py>(value: &Bound<'py, PyAny>, other: &str) -> PyResult<Bound<'py, PyAny>> {
    match value.cast_exact::<PyDict>() {
        Ok(dict) => Ok(dict.items().into_any()),
        Err(_) => convert(value.py(), other, (value,)),
    }
}
