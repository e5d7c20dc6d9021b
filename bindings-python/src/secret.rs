//! Secrets, each kind of its own type.

use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::errors::{Fault, Result, entry, type_name};
use crate::pairs::elements;
use crate::text::{Octets, octets};

/// A secret that is passed, before the core has seen it: its text, or an object of this class.
enum Passed<'py, S> {
    Text(Octets<'py>),
    Made(Bound<'py, S>),
}

/// Defines the class of one kind of secret, and reads arguments that hold such secrets.
macro_rules! secret_class {
    ($(#[$about:meta])* $name:ident, $types:literal) => {
        $(#[$about])*
        #[pyclass(frozen, module = "visiono_workflow")]
        pub(crate) struct $name(visiono_workflow::$name);

        #[pymethods]
        impl $name {
            #[new]
            #[pyo3(signature = (secret, /))]
            fn new(secret: &Bound<'_, PyAny>) -> PyResult<Self> {
                entry(secret.py(), || {
                    let text = octets(secret, "a secret")?;
                    Ok(Self(visiono_workflow::$name::new(&*text)?))
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
            /// Reads the argument that is one secret or a list of them, of which any may be
            /// absent. The core takes each one, with its error, where it is to stay.
            pub(crate) fn all<'py>(
                value: &Bound<'py, PyAny>,
            ) -> Result<
                impl Iterator<
                    Item = Option<
                        std::result::Result<visiono_workflow::$name, visiono_workflow::Error>,
                    >,
                > + use<'py>,
            > {
                let values = elements(value).unwrap_or_else(|| vec![value.clone()]);
                let mut passed = Vec::with_capacity(values.len());
                for (position, value) in values.into_iter().enumerate() {
                    passed.push(if value.is_none() {
                        None
                    } else if let Ok(secret) = value.cast::<Self>() {
                        Some(Passed::Made(secret.clone()))
                    } else if let Ok(text) = value.cast::<PyString>() {
                        Some(Passed::Text(Octets::encode(text)?))
                    } else {
                        let what = format!("secret[{position}]");
                        return Err(Fault::wrong_type(&what, $types, &value));
                    });
                }
                Ok(passed.into_iter().map(|each| {
                    Some(match each? {
                        Passed::Text(text) => visiono_workflow::$name::new(&*text),
                        Passed::Made(secret) => Ok(secret.get().0.clone()),
                    })
                }))
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
    WorkflowSecret, "str or WorkflowSecret"
}

secret_class! {
    /// The secret that signs webhooks, as Visiono shows it; its ``whsec_`` prefix is part of it.
    ///
    /// A :class:`Webhook` takes it, or its text. It shows nothing of the secret.
    ///
    /// :raises InvalidSecret: if it can't be one; the message says why, never the secret.
    WebhookSecret, "str or WebhookSecret"
}

/// Returns the `repr` of an object that holds secrets.
pub(crate) fn hidden<'py, T>(object: &Bound<'py, T>, why: &str) -> PyResult<Bound<'py, PyString>> {
    let text = || format!("{}(<{why}>)", type_name(object.as_any()));
    entry(object.py(), || Ok(PyString::new(object.py(), &text())))
}

/// Returns the error for pickling or copying an object that holds secrets.
pub(crate) fn not_pickled<T>(object: &Bound<'_, T>) -> PyResult<()> {
    entry(object.py(), || {
        let class = type_name(object.as_any());
        Err(Fault::Type(format!(
            "a {class} can't be pickled or copied, because a secret would go with it: make one \
             from the secret where it is needed"
        )))
    })
}
