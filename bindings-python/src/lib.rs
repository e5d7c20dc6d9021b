//! The Python package: converts Python types to the core's types, and back.
//!
//! ```text
//! Workflow.verify_return(input, …) ─ copy ─▶ message, arguments ──▶ core ─ results ─▶ VerifiedReturn
//!                                                                         └ errors ──▶ InvalidSignature, …
//! Webhook.receive(body, headers)   ─ copy ─▶ body, headers, time ──▶ core ─ delivery ▶ Delivery
//! ```
//!
//! Reading an argument may run the caller's code, so every argument is copied before the core
//! borrows anything. The core has every rule about a field, a time or a code.

#![allow(
    clippy::doc_markdown,
    reason = "what Python shows is written as Python's documentation is, in reStructuredText"
)]

mod arguments;
mod convert;
mod errors;
mod expect;
mod explain;
mod message;
mod pairs;
mod requests;
mod results;
mod rows;
mod secret;
mod template;
mod webhook;
mod workflow;

/// The part that is implemented in Rust; `visiono_workflow` exports it.
#[pyo3::pymodule(gil_used = false)]
mod _native {
    use pyo3::prelude::*;
    use pyo3::types::PyTuple;
    use visiono_workflow::{Code, WebhookEvent};

    use crate::explain::explain;
    use crate::results::matches;
    #[pymodule_export]
    use crate::{
        secret::{WebhookSecret, WorkflowSecret},
        template::RedirectTemplate,
        webhook::Webhook,
        workflow::Workflow,
    };

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        let codes = Code::ALL.map(|code| (code.as_str(), code.as_u32(), code.is_refusal()));
        module.setattr("CODES", PyTuple::new(module.py(), codes)?)?;
        let events = WebhookEvent::ALL.map(WebhookEvent::as_str);
        module.setattr("EVENTS", PyTuple::new(module.py(), events)?)?;
        // A name that is added is exported by the package, where `explain` is a module.
        module.setattr("matches", wrap_pyfunction!(matches, module)?)?;
        module.setattr("explain", wrap_pyfunction!(explain, module)?)
    }
}
