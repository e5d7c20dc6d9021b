//! The redirect template, as a Python object.

use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};
use visiono_workflow::{Field, ReturnFields};

use crate::arguments::{count, octets, text, time, written};
use crate::errors::{Result, entry};

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
/// A placeholder in the path makes the path a part of the message, so pass the request, or the URL
/// as the browser requested it. Most frameworks decode the path. Some servers, such as wsgiref,
/// Django's ``runserver`` and gevent's ``pywsgi``, hand it over only decoded: there, a return with
/// a slash in this value is refused.
///
/// :raises InvalidTemplate: if it isn't ``https://`` with a host (or ``http://`` to this machine),
///     or has a brace that is not a placeholder's; ``position`` is its byte position.
#[pyclass(frozen, eq, hash, module = "visiono_workflow")]
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct RedirectTemplate(pub(crate) visiono_workflow::RedirectTemplate<'static>);

#[pymethods]
impl RedirectTemplate {
    #[new]
    #[pyo3(signature = (template, /))]
    fn new(template: &Bound<'_, PyAny>) -> PyResult<Self> {
        entry(|| Self::parse(template, "str"))
    }

    /// The fields that have a placeholder, in the order of the message.
    fn placeholders<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        names(py, self.0.placeholders())
    }

    /// The fields that a return made from this template will not carry to a server.
    ///
    /// Pass them to :meth:`Workflow.verify_return` as ``expect``, or add their placeholders.
    fn missing<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        names(py, self.0.missing())
    }

    /// Puts values in place of the placeholders, and returns the URL. It signs nothing:
    /// :meth:`Workflow.sign_return` does both.
    ///
    // cargo xtask generate: return except Signature
    // /// :param {long}: {rst}{//, or an aware ``datetime``}.
    /// :param submission_id: the ID of the submission at Visiono, such as ``pls_123``.
    /// :param unique_value: the documented item: an order or a license plate.
    /// :param reference: the record in that system, such as ``ticket-456``.
    /// :param photo_count: the number of uploaded photos.
    /// :param timestamp: the time of signing, in Unix seconds, or an aware ``datetime``.
    // end generated
    /// :param signature: the signature, 64 lowercase hexadecimal digits.
    /// :raises InvalidField: if a value is empty, has a ``|`` or a control character, is out of
    ///     range, or would make a path segment climb (``..``).
    #[pyo3(signature = (
        *,
        // cargo xtask generate: return except Signature
        // {long},
        submission_id,
        unique_value,
        reference,
        photo_count,
        timestamp,
        // end generated
        signature,
    ))]
    fn expand<'py>(
        &self,
        // cargo xtask generate: return except Signature
        // {long}: &Bound<'py, PyAny>,
        submission_id: &Bound<'py, PyAny>,
        unique_value: &Bound<'py, PyAny>,
        reference: &Bound<'py, PyAny>,
        photo_count: &Bound<'py, PyAny>,
        timestamp: &Bound<'py, PyAny>,
        // end generated
        signature: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyString>> {
        entry(|| {
            let fields = ReturnFields {
                // cargo xtask generate: return except Signature
                // {long}: {&text/count/time}({long}, "{long}")?,
                submission_id: &text(submission_id, "submission_id")?,
                unique_value: &text(unique_value, "unique_value")?,
                reference: &text(reference, "reference")?,
                photo_count: count(photo_count, "photo_count")?,
                timestamp: time(timestamp, "timestamp")?,
                // end generated
            };
            let done = self.0.expand(&fields, &text(signature, "signature")?)?;
            Ok(written(signature.py(), |out| done.write_to(out)))
        })
    }

    /// Checks that a return made from this template can be read back.
    ///
    /// :raises InvalidTemplate: if two placeholders are in one path segment or value, or one in
    ///     the name of a parameter, or another part can't be told from the rest.
    fn check_extractable(&self) -> PyResult<()> {
        entry(|| Ok(self.0.check_extractable()?))
    }

    fn __str__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        entry(|| Ok(PyString::new(py, self.0.as_str())))
    }

    fn __repr__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        entry(|| {
            let literal = PyString::new(py, self.0.as_str()).repr()?;
            let text = format!("RedirectTemplate({})", literal.to_cow()?);
            Ok(PyString::new(py, &text))
        })
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let made_from = (py.get_type::<Self>(), (self.0.as_str(),));
        entry(|| Ok(made_from.into_pyobject(py)?))
    }
}

impl RedirectTemplate {
    fn parse(template: &Bound<'_, PyAny>, wanted: &str) -> Result<Self> {
        let text = octets(template, "template", wanted)?;
        let template = visiono_workflow::RedirectTemplate::parse(text.as_bytes())?;
        Ok(Self(template.into_owned()))
    }

    /// Reads an argument that is a template or the text of one.
    pub(crate) fn read<'py>(value: &Bound<'py, PyAny>) -> Result<Bound<'py, Self>> {
        if let Ok(template) = value.cast::<Self>() {
            return Ok(template.clone());
        }
        let made = Self::parse(value, "a RedirectTemplate or str")?;
        Ok(Bound::new(value.py(), made)?)
    }
}

fn names(py: Python<'_>, fields: visiono_workflow::Fields) -> PyResult<Bound<'_, PyTuple>> {
    let names: Vec<_> = fields.iter().map(Field::long_name).collect();
    entry(|| Ok(PyTuple::new(py, names)?))
}
