//! The headers of a request, in whatever form a framework has them.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyMapping, PyString};
use visiono_workflow::WebhookHeaders;

use crate::errors::wrong_type;
use crate::pairs::{Piece, Source, each_pair};

const HEADERS: Source = Source {
    name: "headers",
    wanted: "a mapping or an iterable of pairs, a WSGI environ or an ASGI scope",
    piece: "a name or value of headers",
};

/// Those of Visiono's headers that are there, for the core to borrow.
pub(crate) struct Headers<'py>(Vec<(Piece<'py>, Piece<'py>)>);

impl<'py> Headers<'py> {
    pub(crate) fn read(value: &Bound<'py, PyAny>) -> PyResult<Self> {
        if value.is_instance_of::<PyString>() || value.is_instance_of::<PyBytes>() {
            return Err(wrong_type(HEADERS.name, HEADERS.wanted, value));
        }
        let mut headers = Vec::new();
        each_pair(&of_scope(value)?, &HEADERS, |name, value| {
            let name = Piece::read(name, HEADERS.piece)?;
            // What else is there, in an environ say, need not be text.
            if WebhookHeaders::reads(name.as_bytes()) && !value.is_none() {
                headers.push((name, Piece::read(&plain(value)?, HEADERS.piece)?));
            }
            Ok(())
        })?;
        Ok(Self(headers))
    }

    pub(crate) fn get(&self) -> WebhookHeaders<'_> {
        let headers = self.0.iter();
        headers.map(|(n, v)| (n.as_bytes(), v.as_bytes())).collect()
    }
}

/// The headers of an ASGI scope, or the value itself if it is none.
fn of_scope<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let Ok(mapping) = value.cast::<PyMapping>() else {
        return Ok(value.clone());
    };
    let name = intern!(value.py(), "headers");
    let headers = mapping.call_method1(intern!(value.py(), "get"), (name,))?;
    // A header of that name would be text.
    let is_scope = headers.hasattr(intern!(value.py(), "__iter__"))?
        && !headers.is_instance_of::<PyString>()
        && !headers.is_instance_of::<PyBytes>();
    Ok(if is_scope { headers } else { value.clone() })
}

/// The text of a value that `email` has wrapped, because it isn't ASCII.
fn plain<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    if value.is_instance_of::<PyString>() || value.is_instance_of::<PyBytes>() {
        return Ok(value.clone());
    }
    let py = value.py();
    let wrapper = py.import("email.header")?.getattr("Header")?;
    if value.is_instance(&wrapper)? {
        return Ok(value.str()?.into_any());
    }
    Ok(value.clone())
}
