//! The requests of servers and platforms, most of which `_frameworks.py` reads.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::arguments::text_or_bytes;
use crate::convert::convert;
use crate::pairs::{Pairs, pairs};

/// Returns what is in a request, with this function of `_convert.py`. A `list`, and any other `dict`
/// than a WSGI `environ`, an ASGI `scope` or a Lambda event, is returned as it is.
pub(crate) fn unwrapped<'py>(
    value: &Bound<'py, PyAny>,
    function: &str,
) -> PyResult<Bound<'py, PyAny>> {
    let py = value.py();
    if value.is_exact_instance_of::<PyList>() {
        return Ok(value.clone());
    }
    if let Ok(dict) = value.cast_exact::<PyDict>()
        && !dict.contains(intern!(py, "wsgi.version"))?
        && !dict.contains(intern!(py, "query_string"))?
        && !dict.contains(intern!(py, "requestContext"))?
    {
        return Ok(value.clone());
    }
    convert(py, function, (value,))
}

/// Returns the headers in an item of an ASGI `scope`, which has them under this name. Another
/// mapping may have a header of this name, whose value is not pairs.
pub(crate) fn scope_headers<'py>(name: &[u8], value: &Bound<'py, PyAny>) -> PyResult<Pairs<'py>> {
    match name {
        b"headers" => Ok(pairs(value)?.unwrap_or_default()),
        _ => Ok(Vec::new()),
    }
}

/// Returns the value of a header. Only `email` wraps its text in an object.
pub(crate) fn header_value(value: Bound<'_, PyAny>) -> PyResult<Bound<'_, PyAny>> {
    match text_or_bytes(&value)? {
        Some(_) => Ok(value),
        None => convert(value.py(), "header", (value,)),
    }
}
