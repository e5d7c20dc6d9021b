//! The Python package: types of Python in, types of Python out, and the core in between.
//!
//! ```text
//! Workflow.verify_return(url, …) ─ message, text, time ─▶ core ─ results ─▶ VerifiedReturn
//!                                                              └ errors ──▶ InvalidSignature, …
//! ```
//!
//! No rule about a field, a time or a code stands in here.

#![allow(
    clippy::doc_markdown,
    reason = "what Python shows is written as Python's documentation is, in reStructuredText"
)]

mod errors;
mod expect;
mod message;
mod results;
mod template;
mod text;
mod time;
mod workflow;

/// What is implemented in Rust; `visiono_workflow` exports it.
#[pyo3::pymodule(gil_used = false)]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::results::{VerifiedLink, VerifiedReturn};
    #[pymodule_export]
    use crate::template::RedirectTemplate;
    #[pymodule_export]
    use crate::workflow::Workflow;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add("CODES", crate::errors::codes(module.py())?)
    }
}
