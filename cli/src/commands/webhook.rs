//! `webhook`: what Visiono tells a server, and what a receiver of it can be tried with.

mod event;
mod send;
mod sign;
mod verify;

use clap::Subcommand;
use visiono_workflow::Signature;

use crate::output::{Done, Failure};

#[derive(Subcommand)]
pub(crate) enum Webhook {
    Verify(verify::Verify),
    Sign(sign::Sign),
    Send(send::Send),
}

impl Webhook {
    pub(crate) fn run(&self) -> Result<Done, Failure> {
        match self {
            Self::Verify(command) => command.run(),
            Self::Sign(command) => command.run(),
            Self::Send(command) => command.run(),
        }
    }
}

/// The value of a signature header.
fn header_value(signature: &Signature) -> String {
    format!("sha256={}", signature.as_str())
}
