//! Python classes for a verified webhook.

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{IntoPyDict, PyBytes, PyDict, PyString, PyTuple};
use pyo3::{IntoPyObjectExt, intern};

use crate::convert::convert;
use crate::errors::{Fault, entry};
use crate::results::{VerifiedReturn, result_class, utc_datetime};

/// Python's own parser, found once.
static LOADS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

result_class! {
    /// A webhook whose signature is valid; it may be an old one.
    ///
    /// Only :meth:`Webhook.verify` makes one. It can't be changed, compares by value, and can be
    /// taken apart with ``match``.
    VerifiedWebhook(_py, verified: &visiono_workflow::VerifiedWebhook) {
        /// The position of the secret that signed it, from 0.
        secret_index: usize = verified.secret_index(),
        /// The hexadecimal SHA-256 of the body: the same for all deliveries of one event.
        dedup_key: String = verified.dedup_key().into(),
    } impl {}
}

result_class! {
    /// A webhook that passed every check.
    ///
    /// Only :meth:`Webhook.receive` makes one. Its attributes can't be changed, it compares by what
    /// was received, and can be taken apart with ``match``.
    Delivery(py, delivery: &visiono_workflow::Delivery<'_>)
    // `repr` hides the data, which is the customer's. Bodies with equal hashes are equal.
    match (event, data, link)
    repr (event, event_time, dedup_key, secret_index, ", …")
    eq (dedup_key, secret_index, unauthenticated_delivery_id, unauthenticated_tenant_id) {
        /// The event's name, such as ``submission.created``; it may be one that isn't documented.
        event: String = delivery.event_name().into(),
        /// The time of the event, in Unix seconds: the body's ``timestamp``. It is ``None`` if the
        /// body has none.
        event_time: Option<i64> = delivery.event_time(),
        /// The hexadecimal SHA-256 of the body: the same for all deliveries of one event. Keep it
        /// for 24 hours or longer to recognize a duplicate, and that of an event without a time for
        /// as long as the secret is in use.
        dedup_key: String = delivery.dedup_key().into(),
        /// The position of the secret that signed it, from 0.
        secret_index: usize = delivery.secret_index(),
        /// The delivery's ID, for logs. It is not authenticated; a duplicate is recognized by
        /// ``dedup_key``.
        unauthenticated_delivery_id: Option<String> =
            delivery.unauthenticated_delivery_id().map(Into::into),
        /// The tenant's ID, for logs. It is not authenticated.
        unauthenticated_tenant_id: Option<String> =
            delivery.unauthenticated_tenant_id().map(Into::into),
        /// True for a test event: ``is_test`` or ``test`` is true in the body or its data.
        is_test: bool = delivery.is_test(),
        /// The whole body, parsed. Whole numbers are exact.
        body: Py<PyDict> = parsed(py, delivery.body())?,
        /// The link that the person was sent by, if this is a ``submission.created`` that names
        /// it, in texts that a link can have.
        link: Option<Py<DeliveredLink>> = match delivery.link() {
            Some(link) => Some(Py::new(py, DeliveredLink::new(py, &link)?)?),
            None => None,
        },
    } impl {
        /// The data of the event: the body's ``data``, or ``None``. :class:`EventData` has the
        /// documented part of it; the whole of it, of whatever type, is ``body["data"]``.
        #[getter]
        fn data<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
            entry(py, || Ok(self.body.bind(py).get_item(intern!(py, "data"))?))
        }

        /// The time of the event, as an aware ``datetime`` in UTC; ``None`` if it isn't known, or
        /// is before the year 1 or after 9999.
        #[getter]
        fn occurred_at<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
            utc_datetime(py, self.event_time)
        }

        fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
            visit.call(&self.body)
        }
    }
}

result_class! {
    /// The link of a ``submission.created``: the values that were signed when the person was sent.
    ///
    /// It can't be changed, compares by value, and can be taken apart with ``match``.
    DeliveredLink(_py, link: &visiono_workflow::DeliveredLink<'_>) {
        /// The submission, as in the return (``sub``). An event may come without it.
        submission_id: Option<String> = link.submission_id().map(Into::into),
        /// The thing that was documented (``uv``).
        unique_value: String = link.unique_value().into(),
        /// The system that sent the person, such as ``zendesk`` (``src``).
        source: String = link.source().into(),
        /// The record in that system, such as ``ticket-456`` (``ref``).
        reference: String = link.reference().into(),
    } impl {
        /// Returns true if this event and a verified return belong to the same submission: the same
        /// unique value and reference and, if the event has it, the same submission ID.
        ///
        /// :param verified: what :meth:`Workflow.verify_return` made.
        #[pyo3(signature = (verified, /))]
        fn matches(&self, verified: &Bound<'_, PyAny>) -> PyResult<bool> {
            entry(verified.py(), || {
                let Ok(verified) = verified.cast::<VerifiedReturn>() else {
                    return Err(Fault::wrong_type("verified", "a VerifiedReturn", verified));
                };
                let link = visiono_workflow::DeliveredLink::from_texts(
                    self.submission_id.as_deref(),
                    &self.unique_value,
                    &self.source,
                    &self.reference,
                );
                let VerifiedReturn { submission_id, unique_value, reference, .. } = verified.get();
                Ok(link.matches_texts(submission_id, unique_value, reference))
            })
        }
    }
}

/// Lets Python parse a body.
///
/// The core has checked that Python reads the same from it: it is nested no deeper than 127, and no
/// number is beyond a double, so no whole number has too many digits either.
fn parsed(py: Python<'_>, body: &str) -> PyResult<Py<PyDict>> {
    let text = PyString::new(py, body);
    let body = LOADS.import(py, "json", "loads")?.call1((text,))?;
    Ok(body.cast_into()?.unbind())
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
        let body = PyBytes::new(py, delivery.body().as_bytes()).unbind();
        let headers = delivery.headers().into_py_dict(py)?.unbind();
        Ok(Self { body, headers })
    }
}

#[pymethods]
impl TestDelivery {
    /// Keeps pytest from collecting the class because of its name.
    #[classattr]
    fn __test__() -> bool {
        false
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.headers)
    }
}
