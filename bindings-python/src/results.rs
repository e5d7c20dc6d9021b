//! Python classes for a verified message.

use pyo3::prelude::*;
use pyo3::types::{PyDateTime, PyString, PyTzInfo};

use crate::errors::entry;
use crate::guarded::Guarded;

/// A link that passed every check.
///
/// Only :meth:`Workflow.verify_link` makes one. It can't be changed, compares by value, and
/// can be taken apart with ``match``.
#[pyclass(frozen, eq, hash, get_all, module = "visiono_workflow")]
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct VerifiedLink {
    /// The thing being documented: an order, a license plate (``uv``).
    unique_value: Guarded<String>,
    /// The system that sent the person, such as ``zendesk`` (``src``).
    source: Guarded<String>,
    /// The record in that system, such as ``ticket-456`` (``ref``).
    reference: Guarded<String>,
    /// The time of signing, in Unix seconds (``ts``).
    timestamp: Guarded<u64>,
    /// The position of the secret that signed it, from 0.
    secret_index: Guarded<usize>,
}

impl From<visiono_workflow::VerifiedLink<'_>> for VerifiedLink {
    fn from(link: visiono_workflow::VerifiedLink<'_>) -> Self {
        Self {
            unique_value: Guarded(link.unique_value().to_cow().into()),
            source: Guarded(link.source().to_cow().into()),
            reference: Guarded(link.reference().to_cow().into()),
            timestamp: Guarded(link.timestamp()),
            secret_index: Guarded(link.secret_index()),
        }
    }
}

#[pymethods]
impl VerifiedLink {
    #[classattr]
    fn __match_args__() -> (
        &'static str,
        &'static str,
        &'static str,
        &'static str,
        &'static str,
    ) {
        (
            "unique_value",
            "source",
            "reference",
            "timestamp",
            "secret_index",
        )
    }

    /// The time of signing, as an aware ``datetime`` in UTC.
    #[getter]
    fn signed_at<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDateTime>> {
        entry(py, || utc(py, *self.timestamp))
    }

    fn __repr__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        entry(py, || {
            let text = format!(
                "VerifiedLink(unique_value={}, source={}, reference={}, timestamp={}, secret_index={})",
                repr(py, &self.unique_value)?,
                repr(py, &self.source)?,
                repr(py, &self.reference)?,
                *self.timestamp,
                *self.secret_index,
            );
            Ok(PyString::new(py, &text))
        })
    }
}

/// A return that passed every check.
///
/// Only :meth:`Workflow.verify_return` makes one. It can't be changed, compares by value, and
/// can be taken apart with ``match``.
#[pyclass(frozen, eq, hash, get_all, module = "visiono_workflow")]
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct VerifiedReturn {
    /// Visiono's name of the submission, such as ``pls_123`` (``sub``).
    pub(crate) submission_id: Guarded<String>,
    /// The thing that was documented, as in the link (``uv``).
    pub(crate) unique_value: Guarded<String>,
    /// The record in the system that sent the person (``ref``).
    pub(crate) reference: Guarded<String>,
    /// The number of uploaded photos (``cnt``).
    photo_count: Guarded<u32>,
    /// The time of signing, in Unix seconds (``ts``).
    timestamp: Guarded<u64>,
    /// The position of the secret that signed it, from 0.
    secret_index: Guarded<usize>,
}

impl From<visiono_workflow::VerifiedReturn<'_>> for VerifiedReturn {
    fn from(done: visiono_workflow::VerifiedReturn<'_>) -> Self {
        Self {
            submission_id: Guarded(done.submission_id().to_cow().into()),
            unique_value: Guarded(done.unique_value().to_cow().into()),
            reference: Guarded(done.reference().to_cow().into()),
            photo_count: Guarded(done.photo_count()),
            timestamp: Guarded(done.timestamp()),
            secret_index: Guarded(done.secret_index()),
        }
    }
}

#[pymethods]
impl VerifiedReturn {
    #[classattr]
    fn __match_args__() -> (
        &'static str,
        &'static str,
        &'static str,
        &'static str,
        &'static str,
        &'static str,
    ) {
        (
            "submission_id",
            "unique_value",
            "reference",
            "photo_count",
            "timestamp",
            "secret_index",
        )
    }

    /// The time at which the person finished, as an aware ``datetime`` in UTC.
    #[getter]
    fn completed_at<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDateTime>> {
        entry(py, || utc(py, *self.timestamp))
    }

    fn __repr__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        entry(py, || {
            let text = format!(
                "VerifiedReturn(submission_id={}, unique_value={}, reference={}, photo_count={}, \
                 timestamp={}, secret_index={})",
                repr(py, &self.submission_id)?,
                repr(py, &self.unique_value)?,
                repr(py, &self.reference)?,
                *self.photo_count,
                *self.timestamp,
                *self.secret_index,
            );
            Ok(PyString::new(py, &text))
        })
    }
}

/// Python's own literal of a text.
pub(crate) fn repr(py: Python<'_>, text: &str) -> PyResult<String> {
    Ok(PyString::new(py, text).repr()?.to_cow()?.into_owned())
}

fn utc(py: Python<'_>, timestamp: u64) -> PyResult<Bound<'_, PyDateTime>> {
    // Below 100000000000, so it is exact.
    PyDateTime::from_timestamp(py, timestamp as f64, Some(&PyTzInfo::utc(py)?.to_owned()))
}
