//! Properties that must hold for every input of a fuzzer: one function for each target, which
//! panics if its property doesn't hold.
//!
//! Each compares the core's answer with one that doesn't come from the core: `model` implements the
//! rules of `docs/protocol.md` with other libraries, and the signatures are made here. libFuzzer
//! runs them (`cargo xtask evidence fuzz`), and so does an ordinary test, over the corpus and the
//! inputs of the vectors.

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

/// Returns the workflow of every target.
fn workflow() -> Workflow {
    let secrets = model::SECRETS.map(|secret| WorkflowSecret::new(secret).expect("a secret"));
    Workflow::new(secrets).expect("a workflow")
}
