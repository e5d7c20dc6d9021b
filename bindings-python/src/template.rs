//! The redirect template, as an object of Python's.

use std::hash::{DefaultHasher, Hash, Hasher};

use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple, PyType};
use visiono_workflow::{Field, Fields};

use crate::errors::{call, wrong_type};
use crate::results::repr;
use crate::text::text;

/// The URL that a browser is sent back to, with placeholders for the fields of the return.
///
/// A placeholder is the name of a field in braces, in the path, the query or the fragment:
/// ``https://a.example/done?ref={reference}&sig={signature}``. A template without any gets the
/// six standard parameters appended.
///
/// A return can only be verified if it carries all six fields to the server, or you pass those
/// that it doesn't as ``expect``: look at :meth:`missing` when the template is made, not when
/// the first return fails.
///
/// :raises InvalidTemplate: if it isn't ``https://`` with a host (or ``http://`` to this machine),
///     or has a brace that is no placeholder's; ``position`` is the byte at which that stands.
#[pyclass(frozen, module = "visiono_workflow")]
pub(crate) struct RedirectTemplate {
    pub(crate) inner: visiono_workflow::RedirectTemplate<'static>,
}

#[pymethods]
impl RedirectTemplate {
    #[new]
    #[pyo3(signature = (template, /))]
    fn new(template: &Bound<'_, PyAny>) -> PyResult<Self> {
        let text = text(template, "template")?;
        call(template.py(), || {
            let inner = visiono_workflow::RedirectTemplate::parse(&text)?.into_owned();
            Ok(Self { inner })
        })
    }

    /// The fields that have a placeholder, in the order of the wire.
    fn placeholders<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        names(py, self.inner.placeholders())
    }

    /// The fields that a return made from this template will not carry to a server.
    ///
    /// Pass them to :meth:`Workflow.verify_return` as ``expect``, or add their placeholders.
    fn missing<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        names(py, self.inner.missing())
    }

    /// Checks that a return made from this template can be read back.
    ///
    /// :raises InvalidTemplate: if two placeholders stand in one path segment or value, or one in
    ///     the name of a parameter.
    fn check_extractable(&self, py: Python<'_>) -> PyResult<()> {
        call(py, || self.inner.check_extractable())
    }

    fn __str__(&self) -> &str {
        self.inner.as_str()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!(
            "RedirectTemplate({})",
            repr(py, self.inner.as_str())?
        ))
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.inner.as_str() == other.inner.as_str()
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.inner.as_str().hash(&mut hasher);
        hasher.finish()
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> (Bound<'py, PyType>, (&str,)) {
        (py.get_type::<Self>(), (self.inner.as_str(),))
    }
}

fn names(py: Python<'_>, fields: Fields) -> PyResult<Bound<'_, PyTuple>> {
    PyTuple::new(py, fields.iter().map(Field::long_name).collect::<Vec<_>>())
}

/// Reads an argument that is a template or the text of one.
pub(crate) fn template<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, RedirectTemplate>> {
    if let Ok(template) = value.cast::<RedirectTemplate>() {
        return Ok(template.clone());
    }
    if value.is_instance_of::<PyString>() {
        return Bound::new(value.py(), RedirectTemplate::new(value)?);
    }
    Err(wrong_type("template", "a RedirectTemplate or str", value))
}
