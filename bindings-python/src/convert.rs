//! Conversions that are said best in Python.

use pyo3::call::PyCallArgs;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;

/// The module `_convert.py`, found once.
static CONVERT: PyOnceLock<Py<PyModule>> = PyOnceLock::new();

/// Calls a function of `_convert.py`.
pub(crate) fn convert<'py>(
    py: Python<'py>,
    function: &str,
    arguments: impl PyCallArgs<'py>,
) -> PyResult<Bound<'py, PyAny>> {
    let import = || PyModule::import(py, "visiono_workflow._convert").map(Bound::unbind);
    let module = CONVERT.get_or_try_init(py, import)?.bind(py);
    module.getattr(function)?.call1(arguments)
}

/// Lists the items of a `dict`, or of another object with this function of `_convert.py`.
pub(crate) fn items<'py>(value: &Bound<'py, PyAny>, other: &str) -> PyResult<Bound<'py, PyAny>> {
    match value.cast_exact::<PyDict>() {
        Ok(dict) => Ok(dict.items().into_any()),
        Err(_) => convert(value.py(), other, (value,)),
    }
}
