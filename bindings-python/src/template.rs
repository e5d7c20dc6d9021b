//! The redirect template, as an object of Python's.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};

use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};
use visiono_workflow::{Error, Field, ReturnFields, field_number};

use crate::errors::{call, entry, wrong_type};
use crate::guarded::string;
use crate::results::repr;
use crate::text::{Octets, Text, octets, text};
use crate::time::{integer, timestamp as time};
use crate::workflow::written;

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
///     or has a brace that is not a placeholder's; ``position`` is its byte position.
#[pyclass(frozen, module = "visiono_workflow")]
pub(crate) struct RedirectTemplate {
    pub(crate) inner: visiono_workflow::RedirectTemplate<'static>,
}

#[pymethods]
impl RedirectTemplate {
    #[new]
    #[pyo3(signature = (template, /))]
    fn new(template: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = template.py();
        entry(py, || {
            let text = octets(template, "template")?;
            call(py, || {
                let inner = visiono_workflow::RedirectTemplate::parse(&*text)?.into_owned();
                Ok(Self { inner })
            })
        })
    }

    /// The fields that have a placeholder, in the order of the message.
    fn placeholders<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        entry(py, || names(py, self.inner.placeholders()))
    }

    /// The fields that a return made from this template will not carry to a server.
    ///
    /// Pass them to :meth:`Workflow.verify_return` as ``expect``, or add their placeholders.
    fn missing<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        entry(py, || names(py, self.inner.missing()))
    }

    /// Puts values in place of the placeholders, and returns the URL. It signs nothing:
    /// :meth:`Workflow.sign_return` does both.
    ///
    /// :param submission_id: Visiono's name of the submission, such as ``pls_123``.
    /// :param unique_value: the thing that was documented, as in the link.
    /// :param reference: the record in the system that sent the person.
    /// :param photo_count: the number of uploaded photos.
    /// :param timestamp: the time, in Unix seconds or as an aware ``datetime``.
    /// :param signature: the signature, 64 lowercase hexadecimal digits.
    /// :raises InvalidField: if a value is empty, has a ``|`` or a control character, is out of
    ///     range, or would make a path segment climb (``..``).
    #[pyo3(signature = (*, submission_id, unique_value, reference, photo_count, timestamp, signature))]
    fn expand<'py>(
        &self,
        submission_id: &Bound<'py, PyAny>,
        unique_value: &Bound<'py, PyAny>,
        reference: &Bound<'py, PyAny>,
        photo_count: &Bound<'py, PyAny>,
        timestamp: &Bound<'py, PyAny>,
        signature: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyString>> {
        let py = signature.py();
        entry(py, || {
            let fields = Fields::read(
                submission_id,
                unique_value,
                reference,
                photo_count,
                time(Some(timestamp))?,
            )?;
            let signature = text(signature, "signature")?;
            let url = call(py, || {
                let fields = fields.get();
                let done = self.inner.expand(&fields, &signature)?;
                Ok(written(|out| done.write_to(out)))
            })?;
            Ok(PyString::new(py, &url))
        })
    }

    /// Checks that a return made from this template can be read back.
    ///
    /// :raises InvalidTemplate: if two placeholders are in one path segment or value, or one in
    ///     the name of a parameter, or another part can't be told from the rest.
    fn check_extractable(&self, py: Python<'_>) -> PyResult<()> {
        entry(py, || call(py, || self.inner.check_extractable()))
    }

    fn __str__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        string(py, self.inner.as_str())
    }

    fn __repr__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        entry(py, || {
            let text = format!("RedirectTemplate({})", repr(py, self.inner.as_str())?);
            Ok(PyString::new(py, &text))
        })
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.inner.as_str() == other.inner.as_str()
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.inner.as_str().hash(&mut hasher);
        hasher.finish()
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        entry(py, || {
            (py.get_type::<Self>(), (self.inner.as_str(),)).into_pyobject(py)
        })
    }
}

fn names(py: Python<'_>, fields: visiono_workflow::Fields) -> PyResult<Bound<'_, PyTuple>> {
    PyTuple::new(py, fields.iter().map(Field::long_name).collect::<Vec<_>>())
}

/// An argument that is a template or the text of one.
pub(crate) enum PassedTemplate<'py> {
    Made(Bound<'py, RedirectTemplate>),
    Text(Octets<'py>),
}

impl<'py> PassedTemplate<'py> {
    pub(crate) fn read(value: &Bound<'py, PyAny>) -> PyResult<Self> {
        if let Ok(template) = value.cast::<RedirectTemplate>() {
            return Ok(Self::Made(template.clone()));
        }
        match value.cast::<PyString>() {
            Ok(text) => Octets::encode(text).map(Self::Text),
            Err(_) => Err(wrong_type("template", "a RedirectTemplate or str", value)),
        }
    }

    pub(crate) fn get(&self) -> Result<Cow<'_, visiono_workflow::RedirectTemplate<'_>>, Error> {
        Ok(match self {
            Self::Made(template) => Cow::Borrowed(&template.get().inner),
            Self::Text(text) => Cow::Owned(visiono_workflow::RedirectTemplate::parse(&**text)?),
        })
    }
}

/// The fields of a return, as arguments, for the core to borrow.
pub(crate) struct Fields<'py> {
    submission_id: Text<'py>,
    unique_value: Text<'py>,
    reference: Text<'py>,
    photo_count: u64,
    timestamp: u64,
}

impl<'py> Fields<'py> {
    pub(crate) fn read(
        submission_id: &Bound<'py, PyAny>,
        unique_value: &Bound<'py, PyAny>,
        reference: &Bound<'py, PyAny>,
        photo_count: &Bound<'py, PyAny>,
        timestamp: u64,
    ) -> PyResult<Self> {
        Ok(Self {
            submission_id: text(submission_id, "submission_id")?,
            unique_value: text(unique_value, "unique_value")?,
            reference: text(reference, "reference")?,
            photo_count: field_number(integer(photo_count, "photo_count")?),
            timestamp,
        })
    }

    pub(crate) fn get(&self) -> ReturnFields<'_> {
        ReturnFields {
            submission_id: &self.submission_id,
            unique_value: &self.unique_value,
            reference: &self.reference,
            photo_count: self.photo_count,
            timestamp: self.timestamp,
        }
    }
}
