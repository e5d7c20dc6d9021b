//! Python classes for a verified message.

use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::convert::convert;
use crate::errors::entry;

/// Defines a class from one row an attribute: documentation, name, type, and the core's value.
///
/// Only the core's result makes an object. The long form says which attributes `match` takes
/// apart, `repr` shows and `==` compares; in the short form it is all of them.
macro_rules! result_class {
    (
        $(#[$about:meta])*
        $name:ident($py:ident, $core:ident: $type:ty)
        { $($(#[$doc:meta])* $field:ident: $field_type:ty = $value:expr,)* }
        impl { $($method:tt)* }
    ) => {
        result_class! {
            $(#[$about])*
            $name($py, $core: $type)
            match ($($field),*) repr ($($field),*, "") eq ($($field),*)
            { $($(#[$doc])* $field: $field_type = $value,)* }
            impl { $($method)* }
        }
    };
    (
        $(#[$about:meta])*
        $name:ident($py:ident, $core:ident: $type:ty)
        match ($($taken:ident),*) repr ($($shown:ident),*, $end:literal) eq ($($compared:ident),*)
        { $($(#[$doc:meta])* $field:ident: $field_type:ty = $value:expr,)* }
        impl { $($method:tt)* }
    ) => {
        $(#[$about])*
        #[pyclass(frozen, eq, hash, module = "visiono_workflow")]
        pub(crate) struct $name { $(pub(crate) $field: $field_type,)* }

        impl $name {
            pub(crate) fn new($py: Python<'_>, $core: $type) -> PyResult<Self> {
                Ok(Self { $($field: $value,)* })
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                $(self.$compared == other.$compared)&&*
            }
        }

        impl std::hash::Hash for $name {
            fn hash<H: std::hash::Hasher>(&self, hasher: &mut H) {
                $(self.$compared.hash(hasher);)*
            }
        }

        #[pymethods]
        impl $name {
            #[classattr]
            fn __match_args__(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
                PyTuple::new(py, [$(stringify!($taken)),*])
            }

            fn __repr__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
                let shown = ([$(stringify!($shown)),*], $end);
                entry(slf.py(), || Ok(convert(slf.py(), "described", (slf, shown.0, shown.1))?))
            }

            $(
                $(#[$doc])*
                #[getter]
                fn $field<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                    entry(py, || Ok((&self.$field).into_bound_py_any(py)?))
                }
            )*

            $($method)*
        }
    };
}
pub(crate) use result_class;

result_class! {
    /// A link that passed every check.
    ///
    /// Only :meth:`Workflow.verify_link` makes one. It can't be changed, compares by value, and
    /// can be taken apart with ``match``.
    VerifiedLink(_py, link: &visiono_workflow::VerifiedLink<'_>) {
        // cargo xtask generate: link except Signature
        // /// {Rst} (``{short}``).
        // {long}: {String/u32/u64} = link.{long}(){.to_cow().into()//},
        /// The documented item: an order or a license plate (``uv``).
        unique_value: String = link.unique_value().to_cow().into(),
        /// The system that sends the person, such as ``zendesk`` (``src``).
        source: String = link.source().to_cow().into(),
        /// The record in that system, such as ``ticket-456`` (``ref``).
        reference: String = link.reference().to_cow().into(),
        /// The time of signing, in Unix seconds (``ts``).
        timestamp: u64 = link.timestamp(),
        // end generated
        /// The position of the secret that signed it, from 0.
        secret_index: usize = link.secret_index(),
    } impl {
        /// The time of signing, as an aware ``datetime`` in UTC.
        #[getter]
        fn signed_at<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
            utc_datetime(py, Some(self.timestamp as i64))
        }
    }
}

result_class! {
    /// A return that passed every check.
    ///
    /// Only :meth:`Workflow.verify_return` makes one. It can't be changed, compares by value, and
    /// can be taken apart with ``match``.
    VerifiedReturn(_py, done: &visiono_workflow::VerifiedReturn<'_>) {
        // cargo xtask generate: return except Signature
        // /// {Rst} (``{short}``).
        // {long}: {String/u32/u64} = done.{long}(){.to_cow().into()//},
        /// The ID of the submission at Visiono, such as ``pls_123`` (``sub``).
        submission_id: String = done.submission_id().to_cow().into(),
        /// The documented item: an order or a license plate (``uv``).
        unique_value: String = done.unique_value().to_cow().into(),
        /// The record in that system, such as ``ticket-456`` (``ref``).
        reference: String = done.reference().to_cow().into(),
        /// The number of uploaded photos (``cnt``).
        photo_count: u32 = done.photo_count(),
        /// The time of signing, in Unix seconds (``ts``).
        timestamp: u64 = done.timestamp(),
        // end generated
        /// The position of the secret that signed it, from 0.
        secret_index: usize = done.secret_index(),
    } impl {
        /// The time at which the person finished, as an aware ``datetime`` in UTC.
        #[getter]
        fn completed_at<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
            utc_datetime(py, Some(self.timestamp as i64))
        }
    }
}

/// Returns the `datetime` of a time in Unix seconds, if there is one.
pub(crate) fn utc_datetime(py: Python<'_>, time: Option<i64>) -> PyResult<Bound<'_, PyAny>> {
    entry(py, || Ok(convert(py, "utc_datetime", (time,))?))
}
