//! `webhook`: receives Visiono's webhooks, and tests receivers.

mod receive;
mod send;
mod sign;

use clap::Subcommand;

use crate::failure::Failure;
use crate::output::Done;

#[derive(Subcommand)]
pub(crate) enum Webhook {
    Receive(receive::Receive),
    Sign(sign::Sign),
    Send(send::Send),
}

impl Webhook {
    pub(crate) fn run(&self) -> Result<Done, Failure> {
        match self {
            Self::Receive(command) => command
                .run()
                .map_err(|failure| failure.explained_by("webhook")),
            Self::Sign(command) => command.run(),
            Self::Send(command) => command.run(),
        }
    }
}
