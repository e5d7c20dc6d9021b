//! Python classes for a verified webhook.

use std::hash::{Hash, Hasher};

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyDateTime, PyDict, PyString};

use crate::errors::{entry, wrong_type};
use crate::guarded::Guarded;
use crate::results::{VerifiedReturn, repr};
use crate::time::utc_datetime;

/// Python's own parser, found once.
static LOADS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// A webhook whose signature is valid; it may be an old one.
///
/// Only :meth:`Webhook.verify` makes one. It can't be changed, compares by value, and can be
/// taken apart with ``match``.
#[pyclass(frozen, eq, hash, get_all, module = "visiono_workflow")]
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct VerifiedWebhook {
    /// The position of the secret that signed it, from 0.
    secret_index: Guarded<usize>,
    /// The hexadecimal SHA-256 of the body: the same for all deliveries of one event.
    dedup_key: Guarded<String>,
}

impl From<visiono_workflow::VerifiedWebhook> for VerifiedWebhook {
    fn from(verified: visiono_workflow::VerifiedWebhook) -> Self {
        Self {
            secret_index: Guarded(verified.secret_index()),
            dedup_key: Guarded(verified.dedup_key().into()),
        }
    }
}

#[pymethods]
impl VerifiedWebhook {
    #[classattr]
    fn __match_args__() -> (&'static str, &'static str) {
        ("secret_index", "dedup_key")
    }

    fn __repr__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        entry(py, || {
            let text = format!(
                "VerifiedWebhook(secret_index={}, dedup_key={})",
                *self.secret_index,
                repr(py, &self.dedup_key)?,
            );
            Ok(PyString::new(py, &text))
        })
    }
}

/// A webhook that passed every check.
///
/// Only :meth:`Webhook.receive` makes one. Its attributes can't be changed, it compares by what
/// was received, and can be taken apart with ``match``.
#[pyclass(frozen, eq, hash, get_all, module = "visiono_workflow")]
pub(crate) struct Delivery {
    /// The event's name, such as ``submission.created``; it may be one that isn't documented.
    event: Guarded<String>,
    /// The time of the event, in Unix seconds: the body's ``timestamp``. It is ``None`` if the
    /// body has none.
    event_time: Guarded<Option<i64>>,
    /// The hexadecimal SHA-256 of the body: the same for all deliveries of one event. Keep it
    /// for 24 hours or longer to recognize a duplicate, and that of an event without a time for
    /// as long as the secret is in use.
    dedup_key: Guarded<String>,
    /// The position of the secret that signed it, from 0.
    secret_index: Guarded<usize>,
    /// The delivery's ID, for logs. It is not authenticated; a duplicate is recognized by
    /// ``dedup_key``.
    unauthenticated_delivery_id: Guarded<Option<String>>,
    /// The tenant's ID, for logs. It is not authenticated.
    unauthenticated_tenant_id: Guarded<Option<String>>,
    /// True for a test event: ``is_test`` or ``test`` is true in the body or its data.
    is_test: Guarded<bool>,
    /// The whole body, parsed. Whole numbers are exact.
    body: Py<PyDict>,
    /// The link that the person was sent by, if this is a ``submission.created`` that names
    /// it, in texts that a link can have.
    link: Option<DeliveredLink>,
}

impl Delivery {
    /// Takes what the core has found good, and lets Python parse the body.
    pub(crate) fn new(py: Python<'_>, delivery: &visiono_workflow::Delivery<'_>) -> PyResult<Self> {
        // The core has seen that it is JSON that Python reads alike: no deeper than 127, and no
        // number beyond a double, so that no whole one has too many digits either.
        let text = PyString::new(py, delivery.body());
        let body = LOADS.import(py, "json", "loads")?.call1((text,))?;
        Ok(Self {
            event: Guarded(delivery.event_name().into()),
            event_time: Guarded(delivery.event_time()),
            dedup_key: Guarded(delivery.dedup_key().into()),
            secret_index: Guarded(delivery.secret_index()),
            unauthenticated_delivery_id: Guarded(
                delivery.unauthenticated_delivery_id().map(Into::into),
            ),
            unauthenticated_tenant_id: Guarded(
                delivery.unauthenticated_tenant_id().map(Into::into),
            ),
            is_test: Guarded(delivery.is_test()),
            body: body.cast_into()?.unbind(),
            link: delivery.link().map(Into::into),
        })
    }

    /// Returns the parts that two equal deliveries share: the body, the secret, the headers.
    fn identity(&self) -> (&str, usize, Option<&str>, Option<&str>) {
        (
            &self.dedup_key,
            *self.secret_index,
            self.unauthenticated_delivery_id.as_deref(),
            self.unauthenticated_tenant_id.as_deref(),
        )
    }
}

impl PartialEq for Delivery {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

impl Hash for Delivery {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.identity().hash(hasher);
    }
}

#[pymethods]
impl Delivery {
    #[classattr]
    fn __match_args__() -> (&'static str, &'static str, &'static str) {
        ("event", "data", "link")
    }

    /// The data of the event: the body's ``data``, or ``None``. :class:`EventData` has the
    /// documented part of it; the whole of it, of whatever type, is ``body["data"]``.
    #[getter]
    fn data<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        entry(py, || self.body.bind(py).get_item(intern!(py, "data")))
    }

    /// The time of the event, as an aware ``datetime`` in UTC; ``None`` if it isn't known, or is
    /// before the year 1 or after 9999.
    #[getter]
    fn occurred_at<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDateTime>>> {
        entry(py, || match *self.event_time {
            Some(time) => utc_datetime(py, time),
            None => Ok(None),
        })
    }

    /// The data, which is the customer's, isn't shown.
    fn __repr__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        entry(py, || {
            let text = format!(
                "Delivery(event={}, event_time={}, dedup_key={}, secret_index={}, …)",
                repr(py, &self.event)?,
                self.event_time
                    .map_or("None".into(), |time| time.to_string()),
                repr(py, &self.dedup_key)?,
                *self.secret_index,
            );
            Ok(PyString::new(py, &text))
        })
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.body)
    }
}

/// The link of a ``submission.created``: the values that were signed when the person was sent.
///
/// It can't be changed, compares by value, and can be taken apart with ``match``.
#[pyclass(frozen, eq, hash, get_all, module = "visiono_workflow")]
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct DeliveredLink {
    /// The submission, as in the return (``sub``). An event may come without it.
    submission_id: Guarded<Option<String>>,
    /// The thing that was documented (``uv``).
    unique_value: Guarded<String>,
    /// The system that sent the person, such as ``zendesk`` (``src``).
    source: Guarded<String>,
    /// The record in that system, such as ``ticket-456`` (``ref``).
    reference: Guarded<String>,
}

impl From<visiono_workflow::DeliveredLink<'_>> for DeliveredLink {
    fn from(link: visiono_workflow::DeliveredLink<'_>) -> Self {
        Self {
            submission_id: Guarded(link.submission_id().map(Into::into)),
            unique_value: Guarded(link.unique_value().into()),
            source: Guarded(link.source().into()),
            reference: Guarded(link.reference().into()),
        }
    }
}

#[pymethods]
impl DeliveredLink {
    #[classattr]
    fn __match_args__() -> (&'static str, &'static str, &'static str, &'static str) {
        ("submission_id", "unique_value", "source", "reference")
    }

    /// Returns true if this event and a verified return belong to the same submission: the same
    /// unique value and reference and, if the event has it, the same submission ID.
    ///
    /// :param verified: what :meth:`Workflow.verify_return` made.
    #[pyo3(signature = (verified, /))]
    fn matches(&self, verified: &Bound<'_, PyAny>) -> PyResult<bool> {
        let py = verified.py();
        entry(py, || {
            let verified = verified
                .cast::<VerifiedReturn>()
                .map_err(|_| wrong_type("verified", "a VerifiedReturn", verified))?
                .get();
            let link = visiono_workflow::DeliveredLink::from_texts(
                self.submission_id.as_deref(),
                &self.unique_value,
                &self.source,
                &self.reference,
            );
            Ok(link.matches_texts(
                &verified.submission_id,
                &verified.unique_value,
                &verified.reference,
            ))
        })
    }

    fn __repr__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        entry(py, || {
            let id = self.submission_id.as_deref().map(|id| repr(py, id));
            let text = format!(
                "DeliveredLink(submission_id={}, unique_value={}, source={}, reference={})",
                id.transpose()?.as_deref().unwrap_or("None"),
                repr(py, &self.unique_value)?,
                repr(py, &self.source)?,
                repr(py, &self.reference)?,
            );
            Ok(PyString::new(py, &text))
        })
    }
}

/// A signed delivery of an event, as Visiono sends it, to test a receiver with.
///
/// Only :meth:`Webhook.test_delivery` makes one.
#[pyclass(frozen, get_all, module = "visiono_workflow")]
pub(crate) struct TestDelivery {
    /// The raw body.
    body: Py<PyBytes>,
    /// The headers to send, ``Content-Type`` and the signature among them.
    headers: Py<PyDict>,
}

impl TestDelivery {
    pub(crate) fn new(py: Python<'_>, delivery: &visiono_workflow::TestDelivery) -> PyResult<Self> {
        let headers = PyDict::new(py);
        for (name, value) in delivery.headers() {
            headers.set_item(name, value)?;
        }
        Ok(Self {
            body: PyBytes::new(py, delivery.body().as_bytes()).unbind(),
            headers: headers.unbind(),
        })
    }
}

#[pymethods]
impl TestDelivery {
    /// Keeps pytest from collecting the class, as its name would have it.
    #[classattr]
    fn __test__() -> bool {
        false
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.headers)
    }
}
