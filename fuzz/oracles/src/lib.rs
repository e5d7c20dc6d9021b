//! Properties that must hold for every input of a fuzzer. Each target is a function that panics if
//! its property doesn't hold.
//!
//! Each compares the core's answer with an independent one: `model` implements the rules of
//! `docs/protocol.md` with other libraries, and the signatures are computed here. libFuzzer runs
//! the targets (`cargo xtask evidence fuzz`), and an ordinary test runs them over the corpus and
//! the inputs made from the vectors.

pub mod corpus;

mod c_boundary;
mod c_delivery;
mod explain;
mod input;
mod model;
mod query;
mod secret;
mod seeds;
mod template;
mod verify_link;
mod verify_return;
mod webhook;

use visiono_workflow::{Workflow, WorkflowSecret};

pub use c_boundary::c_boundary;
pub use c_delivery::c_delivery;
pub use explain::explain;
pub use query::query;
pub use secret::secret;
pub use template::template;
pub use verify_link::verify_link;
pub use verify_return::verify_return;
pub use webhook::webhook;

/// Returns the workflow that every target uses.
fn workflow() -> Workflow {
    let secrets = model::SECRETS.map(|secret| WorkflowSecret::new(secret).expect("a secret"));
    Workflow::new(secrets).expect("a workflow")
}
