//! Fills the classes of `_results.py` with the core's results.

use std::ffi::c_void;
use std::{mem, ptr};

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::sync::PyOnceLock;
use pyo3::types::{IntoPyDict, PyBytes, PyString, PyTuple, PyType};
use pyo3::{IntoPyObjectExt, ffi, intern};
use visiono_workflow as core;

use crate::errors::Result;

/// The names of `_results.py`, from the first verification on: the module takes longer to import
/// than the rest of the package, and signing doesn't need it. Each object of a class keeps them, so
/// that every interpreter of a process has its own.
pub(crate) struct Results(PyOnceLock<Py<PyAny>>);

type Made<'py> = Result<Bound<'py, PyAny>>;

/// Makes an object of a class of `_results.py`, of the names and values of its attributes.
macro_rules! made {
    ($results:expr, $py:expr, $class:literal, { $($name:ident: $value:expr,)* }) => {{
        let object = $results.make(intern!($py, $class))?;
        $(set(&object, intern!($py, stringify!($name)), $value)?;)*
        Ok(object)
    }};
}

impl Results {
    pub(crate) const fn new() -> Self {
        Self(PyOnceLock::new())
    }

    /// Makes an object of a class without attributes, as `object.__new__` does.
    fn make<'py>(&self, class: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyAny>> {
        let py = class.py();
        let names = self.0.get_or_try_init(py, || {
            let module = py.import(intern!(py, "visiono_workflow._results"))?;
            PyResult::Ok(module.into_any().unbind())
        })?;
        let class = names.bind(py).getattr(class)?.cast_into::<PyType>()?;
        let (class, arguments) = (class.as_type_ptr(), PyTuple::empty(py));
        // Unlike `PyType_GenericAlloc`, it makes room for attributes in the object on every version.
        // SAFETY: the slot of a class has a function of this type or null. The function returns a
        // new object, or null after an exception.
        unsafe {
            let new = ffi::PyType_GetSlot(class, ffi::Py_tp_new);
            let Some(new) = mem::transmute::<*mut c_void, Option<ffi::newfunc>>(new) else {
                // Python 3.9 has an error of its own for its own classes.
                drop(PyErr::take(py));
                return Err(PyTypeError::new_err("the class makes no objects"));
            };
            let object = new(class, arguments.as_ptr(), ptr::null_mut());
            Bound::from_owned_ptr_or_err(py, object)
        }
    }

    pub(crate) fn link<'py>(&self, py: Python<'py>, link: &core::VerifiedLink<'_>) -> Made<'py> {
        made!(self, py, "VerifiedLink", {
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

    pub(crate) fn done<'py>(&self, py: Python<'py>, done: &core::VerifiedReturn<'_>) -> Made<'py> {
        made!(self, py, "VerifiedReturn", {
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

    pub(crate) fn webhook<'py>(&self, py: Python<'py>, made: &core::VerifiedWebhook) -> Made<'py> {
        made!(self, py, "VerifiedWebhook", {
            secret_index: made.secret_index(),
            dedup_key: made.dedup_key(),
        })
    }

    pub(crate) fn delivery<'py>(&self, py: Python<'py>, made: &core::Delivery<'_>) -> Made<'py> {
        let link = made.link().map(|link| self.delivered_link(py, &link));
        made!(self, py, "Delivery", {
            event: made.event_name(),
            event_time: made.event_time(),
            dedup_key: made.dedup_key(),
            secret_index: made.secret_index(),
            request_id: made.request_id(),
            unauthenticated_delivery_id: made.unauthenticated_delivery_id(),
            unauthenticated_tenant_id: made.unauthenticated_tenant_id(),
            is_test: made.is_test(),
            link: link.transpose()?,
            raw_body: made.body(),
        })
    }

    fn delivered_link<'py>(&self, py: Python<'py>, link: &core::DeliveredLink<'_>) -> Made<'py> {
        made!(self, py, "DeliveredLink", {
            submission_id: link.submission_id(),
            unique_value: link.unique_value(),
            source: link.source(),
            reference: link.reference(),
        })
    }

    pub(crate) fn test<'py>(&self, py: Python<'py>, made: &core::TestDelivery) -> Made<'py> {
        made!(self, py, "TestDelivery", {
            body: PyBytes::new(py, made.body().as_bytes()),
            headers: made.headers().into_py_dict(py)?,
        })
    }
}

/// Sets an attribute of an object whose class refuses to be changed.
fn set<'py>(
    object: &Bound<'py, PyAny>,
    name: &Bound<'py, PyString>,
    value: impl IntoPyObject<'py>,
) -> PyResult<()> {
    let value = value.into_bound_py_any(object.py())?;
    // SAFETY: all three are held.
    match unsafe { ffi::PyObject_GenericSetAttr(object.as_ptr(), name.as_ptr(), value.as_ptr()) } {
        0 => Ok(()),
        _ => Err(PyErr::fetch(object.py())),
    }
}

/// The texts of a `DeliveredLink`, and those of a `VerifiedReturn` that it is compared with.
type Link = (Option<PyBackedStr>, PyBackedStr, PyBackedStr, PyBackedStr);
type Return = (PyBackedStr, PyBackedStr, PyBackedStr);

/// Returns true if a link and a return belong to the same submission.
#[pyfunction]
pub(crate) fn matches(link: Link, done: Return) -> bool {
    let (id, unique_value, source, reference) = link;
    let link = core::DeliveredLink::from_texts(id.as_deref(), &unique_value, &source, &reference);
    let (id, unique_value, reference) = done;
    link.matches_texts(&id, &unique_value, &reference)
}
