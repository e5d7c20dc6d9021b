//! Fills the classes of `_results.py` with the core's results.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::sync::PyOnceLock;
use pyo3::types::{IntoPyDict, PyBytes, PyDict};

use crate::errors::{Fault, entry};

/// The function of `_results.py` that makes a result, from the first verification on: the module
/// takes longer to import than the rest of the package, and signing doesn't need it. Each object of
/// a class keeps it, so that every interpreter of a process has its own.
pub(crate) struct Results(PyOnceLock<Py<PyAny>>);

impl Results {
    pub(crate) const fn new() -> Self {
        Self(PyOnceLock::new())
    }

    fn made<'py>(&self, py: Python<'py>) -> PyResult<&Bound<'py, PyAny>> {
        let function = self.0.get_or_try_init(py, || {
            let module = py.import(intern!(py, "visiono_workflow._results"))?;
            Ok::<_, PyErr>(module.getattr(intern!(py, "made"))?.unbind())
        })?;
        Ok(function.bind(py))
    }
}

type Made<'py> = Result<Bound<'py, PyAny>, Fault>;

/// Makes an object of a class of `_results.py`, of the names and values of its attributes.
macro_rules! made {
    ($results:expr, $py:expr, $class:literal, { $($name:ident: $value:expr,)* }) => {{
        let values = PyDict::new($py);
        $(values.set_item(intern!($py, stringify!($name)), $value)?;)*
        Ok($results.made($py)?.call1((intern!($py, $class), values))?)
    }};
}

pub(crate) fn verified_link<'py>(
    results: &Results,
    py: Python<'py>,
    link: &visiono_workflow::VerifiedLink<'_>,
) -> Made<'py> {
    made!(results, py, "VerifiedLink", {
        // cargo xtask generate: link except Signature
        // {long}: link.{long}(){.to_cow()//},
        unique_value: link.unique_value().to_cow(),
        source: link.source().to_cow(),
        reference: link.reference().to_cow(),
        timestamp: link.timestamp(),
        // end generated
        secret_index: link.secret_index(),
    })
}

pub(crate) fn verified_return<'py>(
    results: &Results,
    py: Python<'py>,
    done: &visiono_workflow::VerifiedReturn<'_>,
) -> Made<'py> {
    made!(results, py, "VerifiedReturn", {
        // cargo xtask generate: return except Signature
        // {long}: done.{long}(){.to_cow()//},
        submission_id: done.submission_id().to_cow(),
        unique_value: done.unique_value().to_cow(),
        reference: done.reference().to_cow(),
        photo_count: done.photo_count(),
        timestamp: done.timestamp(),
        // end generated
        secret_index: done.secret_index(),
    })
}

pub(crate) fn verified_webhook<'py>(
    results: &Results,
    py: Python<'py>,
    verified: &visiono_workflow::VerifiedWebhook,
) -> Made<'py> {
    made!(results, py, "VerifiedWebhook", {
        secret_index: verified.secret_index(),
        dedup_key: verified.dedup_key(),
    })
}

pub(crate) fn delivery<'py>(
    results: &Results,
    py: Python<'py>,
    delivery: &visiono_workflow::Delivery<'_>,
) -> Made<'py> {
    let link = delivery.link();
    made!(results, py, "Delivery", {
        event: delivery.event_name(),
        event_time: delivery.event_time(),
        dedup_key: delivery.dedup_key(),
        secret_index: delivery.secret_index(),
        request_id: delivery.request_id(),
        unauthenticated_delivery_id: delivery.unauthenticated_delivery_id(),
        unauthenticated_tenant_id: delivery.unauthenticated_tenant_id(),
        is_test: delivery.is_test(),
        link: link.map(|link| delivered_link(results, py, &link)).transpose()?,
        raw_body: delivery.body(),
    })
}

fn delivered_link<'py>(
    results: &Results,
    py: Python<'py>,
    link: &visiono_workflow::DeliveredLink<'_>,
) -> Made<'py> {
    made!(results, py, "DeliveredLink", {
        submission_id: link.submission_id(),
        unique_value: link.unique_value(),
        source: link.source(),
        reference: link.reference(),
    })
}

pub(crate) fn test_delivery<'py>(
    results: &Results,
    py: Python<'py>,
    delivery: &visiono_workflow::TestDelivery,
) -> Made<'py> {
    made!(results, py, "TestDelivery", {
        body: PyBytes::new(py, delivery.body().as_bytes()),
        headers: delivery.headers().into_py_dict(py)?,
    })
}

/// The attributes of a `DeliveredLink`.
#[derive(FromPyObject)]
struct Link {
    submission_id: Option<PyBackedStr>,
    unique_value: PyBackedStr,
    source: PyBackedStr,
    reference: PyBackedStr,
}

/// The attributes of a `VerifiedReturn` that a link is compared with.
#[derive(FromPyObject)]
struct Returned {
    submission_id: PyBackedStr,
    unique_value: PyBackedStr,
    reference: PyBackedStr,
}

/// Returns true if a link and a return belong to the same submission.
#[pyfunction]
pub(crate) fn matches(link: &Bound<'_, PyAny>, verified: &Bound<'_, PyAny>) -> PyResult<bool> {
    entry(link.py(), || {
        let (link, done): (Link, Returned) = (link.extract()?, verified.extract()?);
        let link = visiono_workflow::DeliveredLink::from_texts(
            link.submission_id.as_deref(),
            &link.unique_value,
            &link.source,
            &link.reference,
        );
        Ok(link.matches_texts(&done.submission_id, &done.unique_value, &done.reference))
    })
}
