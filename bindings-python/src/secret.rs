//! Secrets, each kind of its own type.

use pyo3::PyClass;
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::arguments::{Bytes, octets};
use crate::convert::convert;
use crate::errors::{Fault, Result, entry};
use crate::pairs::elements;

/// A secret that is passed, before the core has seen it: its text, or an object of this class.
pub(crate) enum Passed<'py, S> {
    Text(Bytes<'py>),
    Made(Bound<'py, S>),
}

/// Defines the class of one kind of secret, and reads arguments that hold such secrets.
macro_rules! secret_class {
    ($(#[$about:meta])* $name:ident for $owner:ident) => {
        $(#[$about])*
        #[pyclass(frozen, module = "visiono_workflow")]
        pub(crate) struct $name(visiono_workflow::$name);

        #[pymethods]
        impl $name {
            #[new]
            #[pyo3(signature = (secret, /))]
            fn new(secret: &Bound<'_, PyAny>) -> PyResult<Self> {
                entry(|| {
                    let text = octets(secret, "a secret", "str")?;
                    Ok(Self(visiono_workflow::$name::new(text.as_bytes())?))
                })
            }

            fn __repr__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyString>> {
                hidden(slf, "not shown")
            }

            /// Refuses: a pickle would carry the secret.
            fn __reduce__(slf: &Bound<'_, Self>) -> PyResult<()> {
                not_pickled(slf)
            }
        }

        impl $name {
            /// Makes the core's object that holds these secrets.
            pub(crate) fn owner(
                passed: Vec<Option<Passed<'_, Self>>>,
            ) -> Result<visiono_workflow::$owner> {
                // Each one is keyed where it stays, so that no list of secrets needs to be wiped.
                let secrets = passed.into_iter().map(|each| match each? {
                    Passed::Text(text) => Some(visiono_workflow::$name::new(text.as_bytes())),
                    Passed::Made(secret) => Some(Ok(secret.get().0.clone())),
                });
                Ok(visiono_workflow::$owner::from_results(secrets)?)
            }
        }
    };
}

secret_class! {
    /// The secret that signs links and returns, as Visiono shows it.
    ///
    /// A :class:`Workflow` takes it, or its text. It shows nothing of the secret.
    ///
    /// :raises InvalidSecret: if it can't be one; the message says why, never the secret.
    WorkflowSecret for Workflow
}

secret_class! {
    /// The secret that signs webhooks, as Visiono shows it; its ``whsec_`` prefix is part of it.
    ///
    /// A :class:`Webhook` takes it, or its text. It shows nothing of the secret.
    ///
    /// :raises InvalidSecret: if it can't be one; the message says why, never the secret.
    WebhookSecret for Webhook
}

/// Reads the argument that is one secret or a list of them, of which any may be absent.
pub(crate) fn secrets<'py, S: PyClass>(
    value: &Bound<'py, PyAny>,
) -> Result<Vec<Option<Passed<'py, S>>>> {
    let values = elements(value).unwrap_or_else(|| vec![value.clone()]);
    let passed = values.into_iter().enumerate().map(|(position, value)| {
        if value.is_none() {
            return Ok(None);
        }
        if let Ok(secret) = value.cast::<S>() {
            return Ok(Some(Passed::Made(secret.clone())));
        }
        let what = format_args!("secret[{position}]");
        let wanted = format_args!("str or {}", S::NAME);
        octets(&value, what, wanted).map(|text| Some(Passed::Text(text)))
    });
    passed.collect()
}

/// Returns the `repr` of an object that holds secrets.
pub(crate) fn hidden<'py>(object: &Bound<'py, PyAny>, why: &str) -> PyResult<Bound<'py, PyString>> {
    entry(|| {
        let text = format!("{}(<{why}>)", object.get_type().name()?);
        Ok(PyString::new(object.py(), &text))
    })
}

/// Returns the error for pickling or copying an object that holds secrets.
pub(crate) fn not_pickled(object: &Bound<'_, PyAny>) -> PyResult<()> {
    entry(|| {
        let error = convert(object.py(), "not_pickled", (object,))?;
        Err(Fault(PyErr::from_value(error)))
    })
}
