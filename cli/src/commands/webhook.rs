//! `webhook`: verifies Visiono's webhooks, and tests receivers of them.

mod send;
mod sign;
mod verify;

use clap::Subcommand;

use crate::failure::Failure;
use crate::output::Done;

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
