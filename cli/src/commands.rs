//! The commands, one file each.

mod check;
mod completions;
mod demo;
mod explain;
mod man;
#[cfg(feature = "sandbox")]
mod sandbox;
mod sign_link;
mod sign_links;
mod sign_return;
mod template;
mod verify_link;
mod verify_return;
mod webhook;

use clap::Subcommand;

use crate::failure::Failure;
use crate::output::Done;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Shows a link signed, a return verified and five forgeries refused, with a random secret
    Demo,
    SignLink(sign_link::SignLink),
    SignLinks(sign_links::SignLinks),
    VerifyLink(verify_link::VerifyLink),
    SignReturn(sign_return::SignReturn),
    VerifyReturn(verify_return::VerifyReturn),
    Template(template::Template),
    Check(check::Check),
    #[command(subcommand)]
    Explain(explain::Explain),
    /// Receives webhooks, signs them, and sends test events to a receiver on this machine
    #[command(subcommand)]
    Webhook(webhook::Webhook),
    #[cfg(feature = "sandbox")]
    Sandbox(sandbox::Sandbox),
    Completions(completions::Completions),
    Man(man::Man),
}

impl Command {
    /// Returns `true` if standard output has rows, so that the result goes to standard error.
    pub(crate) const fn writes_rows(&self) -> bool {
        matches!(self, Self::SignLinks(_))
    }

    /// Runs the command. `json` selects reports in JSON. `program` returns the definition of all
    /// arguments, which `completions` and `man` print.
    pub(crate) fn run(&self, json: bool, program: fn() -> clap::Command) -> Result<Done, Failure> {
        match self {
            Self::Demo => demo::run(),
            Self::SignLink(command) => command.run(),
            Self::SignLinks(command) => command.run(json),
            Self::VerifyLink(command) => command
                .run()
                .map_err(|failure| failure.explained_by("link")),
            Self::SignReturn(command) => command.run(),
            Self::VerifyReturn(command) => command
                .run()
                .map_err(|failure| failure.explained_by("return")),
            Self::Template(command) => command.run(),
            Self::Check(command) => command.run(),
            Self::Explain(command) => command.run(),
            Self::Webhook(command) => command.run(),
            #[cfg(feature = "sandbox")]
            Self::Sandbox(command) => command.run(json),
            Self::Completions(command) => command.run(program()),
            Self::Man(command) => command.run(program()),
        }
    }
}
