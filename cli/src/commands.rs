//! The commands, a file each.

mod completions;
mod man;
mod sign_link;
mod sign_return;
mod template;
mod verify_link;
mod verify_return;
mod webhook;

use std::io::{self, IsTerminal};

use clap::Subcommand;

use crate::demo;
use crate::output::{Done, Failure};
use crate::shown::Shown;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Shows a link signed, a return verified and five forgeries refused, with a random secret
    Demo,
    SignLink(sign_link::SignLink),
    VerifyLink(verify_link::VerifyLink),
    SignReturn(sign_return::SignReturn),
    VerifyReturn(verify_return::VerifyReturn),
    Template(template::Template),
    /// Verifies webhooks, signs them, and sends test events to a receiver on this machine
    #[command(subcommand)]
    Webhook(webhook::Webhook),
    Completions(completions::Completions),
    Man(man::Man),
}

impl Command {
    pub(crate) fn run(&self) -> Result<Done, Failure> {
        match self {
            Self::Demo => demo::run(),
            Self::SignLink(command) => command.run(),
            Self::VerifyLink(command) => command.run(),
            Self::SignReturn(command) => command.run(),
            Self::VerifyReturn(command) => command.run(),
            Self::Template(command) => command.run(),
            Self::Webhook(command) => command.run(),
            Self::Completions(command) => command.run(),
            Self::Man(command) => command.run(),
        }
    }
}

/// A URL on a line of its own: as it is for a pipe, and for a person as a value is shown. The start
/// of it is the caller's, and may have characters that aren't plainly visible.
fn url_line(url: &str) -> String {
    if io::stdout().is_terminal() {
        format!("{}\n", Shown(url))
    } else {
        format!("{url}\n")
    }
}

/// One line for each name and value.
fn lines(values: &[(&str, String)]) -> String {
    values
        .iter()
        .map(|(name, value)| format!("{name}: {}\n", Shown(value)))
        .collect()
}
