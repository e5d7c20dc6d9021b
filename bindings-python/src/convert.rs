//! Calls of `_convert.py`, which has the conversions that are shorter in Python.

use pyo3::call::PyCallArgs;
use pyo3::conversion::FromPyObjectOwned;
use pyo3::intern;
use pyo3::prelude::*;

/// Calls a function of `_convert.py`.
pub(crate) fn convert<'py, T: FromPyObjectOwned<'py>>(
    py: Python<'py>,
    function: &str,
    arguments: impl PyCallArgs<'py>,
) -> PyResult<T> {
    // No Python object is kept: a process may have several interpreters, as in mod_wsgi.
    let module = py.import(intern!(py, "visiono_workflow._convert"))?;
    let converted = module.getattr(function)?.call1(arguments)?;
    converted.extract().map_err(Into::into)
}
