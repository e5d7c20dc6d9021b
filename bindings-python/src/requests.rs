//! Requests of servers and platforms, which `_frameworks.py` reads.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Returns true for a WSGI `environ`, an ASGI `scope` or a Lambda event.
pub(crate) fn is_request(dict: &Bound<'_, PyDict>) -> PyResult<bool> {
    let py = dict.py();
    Ok(dict.contains(intern!(py, "wsgi.version"))?
        || dict.contains(intern!(py, "query_string"))?
        || dict.contains(intern!(py, "requestContext"))?)
}
