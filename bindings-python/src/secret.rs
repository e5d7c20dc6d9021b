//! Secrets, each kind of its own type.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};

use crate::errors::{call, wrong_type};
use crate::text::text;

/// The secret that signs links and returns, as Visiono shows it.
///
/// A :class:`Workflow` takes it, or its text. It shows nothing of the secret.
///
/// :raises InvalidSecret: if it can't be one; the message says why, never the secret.
#[pyclass(frozen, module = "visiono_workflow")]
pub(crate) struct WorkflowSecret {
    inner: visiono_workflow::WorkflowSecret,
}

#[pymethods]
impl WorkflowSecret {
    #[new]
    #[pyo3(signature = (secret, /))]
    fn new(secret: &Bound<'_, PyAny>) -> PyResult<Self> {
        let text = text(secret, "a secret")?;
        let inner = call(secret.py(), || visiono_workflow::WorkflowSecret::new(&text))?;
        Ok(Self { inner })
    }

    fn __repr__(&self) -> &'static str {
        "WorkflowSecret(<not shown>)"
    }

    /// Refuses: a pickle would carry the secret.
    fn __reduce__(&self) -> PyResult<()> {
        Err(not_pickled("WorkflowSecret"))
    }
}

/// The secret that signs webhooks, as Visiono shows it; its ``whsec_`` prefix is part of it.
///
/// A :class:`Webhook` takes it, or its text. It shows nothing of the secret.
///
/// :raises InvalidSecret: if it can't be one; the message says why, never the secret.
#[pyclass(frozen, module = "visiono_workflow")]
pub(crate) struct WebhookSecret {
    inner: visiono_workflow::WebhookSecret,
}

#[pymethods]
impl WebhookSecret {
    #[new]
    #[pyo3(signature = (secret, /))]
    fn new(secret: &Bound<'_, PyAny>) -> PyResult<Self> {
        let text = text(secret, "a secret")?;
        let inner = call(secret.py(), || visiono_workflow::WebhookSecret::new(&text))?;
        Ok(Self { inner })
    }

    fn __repr__(&self) -> &'static str {
        "WebhookSecret(<not shown>)"
    }

    /// Refuses: a pickle would carry the secret.
    fn __reduce__(&self) -> PyResult<()> {
        Err(not_pickled("WebhookSecret"))
    }
}

/// A secret of the core's, from an argument that is one of Python's or its text.
pub(crate) trait Secret: Sized {
    fn read(value: &Bound<'_, PyAny>) -> PyResult<Self>;
}

impl Secret for visiono_workflow::WorkflowSecret {
    fn read(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        if let Ok(secret) = value.cast::<WorkflowSecret>() {
            return Ok(secret.get().inner.clone());
        }
        if value.is_instance_of::<PyString>() {
            return Ok(WorkflowSecret::new(value)?.inner);
        }
        Err(wrong_type("a secret", "str or WorkflowSecret", value))
    }
}

impl Secret for visiono_workflow::WebhookSecret {
    fn read(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        if let Ok(secret) = value.cast::<WebhookSecret>() {
            return Ok(secret.get().inner.clone());
        }
        if value.is_instance_of::<PyString>() {
            return Ok(WebhookSecret::new(value)?.inner);
        }
        Err(wrong_type("a secret", "str or WebhookSecret", value))
    }
}

/// The first secret. That there is none, as in `Workflow(*[])`, is for the core to refuse.
pub(crate) struct First<'py>(pub(crate) Option<Bound<'py, PyAny>>);

impl<'py> FromPyObject<'_, 'py> for First<'py> {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        Ok(Self(Some(value.to_owned())))
    }
}

/// Reads every secret, the one that signs first.
pub(crate) fn secrets<S: Secret>(first: First<'_>, more: &Bound<'_, PyTuple>) -> PyResult<Vec<S>> {
    // At its full size from the start, so that it leaves no copies behind as it grows.
    let mut secrets = Vec::with_capacity(1 + more.len());
    for secret in first.0.into_iter().chain(more) {
        secrets.push(S::read(&secret)?);
    }
    Ok(secrets)
}

/// The error of what holds secrets, and is to be pickled or copied.
pub(crate) fn not_pickled(class: &str) -> PyErr {
    PyTypeError::new_err(format!(
        "a {class} can't be pickled or copied, because a secret would go with it: make one from \
         the secret where it is needed"
    ))
}
