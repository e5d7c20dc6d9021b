//! Secrets, each kind of its own type.

use pyo3::prelude::*;
use pyo3::types::PyString;
use visiono_workflow::Error;

use crate::errors::{call, entry, type_error, wrong_type};
use crate::guarded::string;
use crate::pairs::elements;
use crate::text::{Octets, octets};

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
        entry(secret.py(), || {
            let inner = from_text(secret)?;
            Ok(Self { inner })
        })
    }

    fn __repr__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        string(py, "WorkflowSecret(<not shown>)")
    }

    /// Refuses: a pickle would carry the secret.
    fn __reduce__(&self, py: Python<'_>) -> PyResult<()> {
        Err(not_pickled(py, "WorkflowSecret"))
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
        entry(secret.py(), || {
            let inner = from_text(secret)?;
            Ok(Self { inner })
        })
    }

    fn __repr__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        string(py, "WebhookSecret(<not shown>)")
    }

    /// Refuses: a pickle would carry the secret.
    fn __reduce__(&self, py: Python<'_>) -> PyResult<()> {
        Err(not_pickled(py, "WebhookSecret"))
    }
}

fn from_text<S: Secret>(secret: &Bound<'_, PyAny>) -> PyResult<S> {
    let text = octets(secret, "a secret")?;
    call(secret.py(), || S::new(&text))
}

/// A secret of the core's, which Python has as a class of its own or as text.
pub(crate) trait Secret: Sized {
    /// The types that an argument may have.
    const TYPES: &str;

    /// The secret in an object of Python's class.
    fn in_object(value: &Bound<'_, PyAny>) -> Option<Self>;

    fn new(text: &[u8]) -> Result<Self, Error>;
}

impl Secret for visiono_workflow::WorkflowSecret {
    const TYPES: &str = "str or WorkflowSecret";

    fn in_object(value: &Bound<'_, PyAny>) -> Option<Self> {
        let secret = value.cast::<WorkflowSecret>().ok()?;
        Some(secret.get().inner.clone())
    }

    fn new(text: &[u8]) -> Result<Self, Error> {
        Self::new(text)
    }
}

impl Secret for visiono_workflow::WebhookSecret {
    const TYPES: &str = "str or WebhookSecret";

    fn in_object(value: &Bound<'_, PyAny>) -> Option<Self> {
        let secret = value.cast::<WebhookSecret>().ok()?;
        Some(secret.get().inner.clone())
    }

    fn new(text: &[u8]) -> Result<Self, Error> {
        Self::new(text)
    }
}

/// A secret that is passed, before the core has seen it.
pub(crate) enum Passed<'py, S> {
    Text(Octets<'py>),
    Secret(S),
}

impl<S: Secret> Passed<'_, S> {
    pub(crate) fn secret(self) -> Result<S, Error> {
        match self {
            Self::Text(text) => S::new(&text),
            Self::Secret(secret) => Ok(secret),
        }
    }
}

/// Reads the argument that is one secret or a list of them, of which any may be absent.
pub(crate) fn secrets<'py, S: Secret>(
    value: &Bound<'py, PyAny>,
) -> PyResult<Vec<Option<Passed<'py, S>>>> {
    let values = elements(value).unwrap_or_else(|| vec![value.clone()]);
    // At its full size from the start, so that it leaves no copies behind as it grows.
    let mut secrets = Vec::with_capacity(values.len());
    for (position, value) in values.into_iter().enumerate() {
        secrets.push(if value.is_none() {
            None
        } else if let Some(secret) = S::in_object(&value) {
            Some(Passed::Secret(secret))
        } else if let Ok(text) = value.cast::<PyString>() {
            Some(Passed::Text(Octets::encode(text)?))
        } else {
            let what = format!("secret[{position}]");
            return Err(wrong_type(&what, S::TYPES, &value));
        });
    }
    Ok(secrets)
}

/// The error for pickling or copying an object that holds secrets.
pub(crate) fn not_pickled(py: Python<'_>, class: &str) -> PyErr {
    let sentence = format!(
        "a {class} can't be pickled or copied, because a secret would go with it: make one from \
         the secret where it is needed"
    );
    type_error(py, sentence)
}
