//! `man`: the manual page.

use clap::Args;
use serde_json::json;

use crate::failure::Failure;
use crate::output::Done;

const AFTER_HELP: &str = "\
Examples:
  visiono-workflow man > visiono-workflow.1
  visiono-workflow man sign-link > visiono-workflow-sign-link.1
  visiono-workflow man | man -l -";

/// Prints the manual page, of the program or of one of its commands
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Man {
    /// Command that the page describes, such as `webhook send` [default: the program]
    command: Vec<String>,
}

impl Man {
    pub(crate) fn run(&self, program: clap::Command) -> Result<Done, Failure> {
        let mut program = program.disable_help_subcommand(true);
        program.build();
        let mut names = self.command.iter();
        let command = names
            .try_fold(&program, |command, name| command.find_subcommand(name))
            .ok_or_else(|| Failure::argument("there is no such command: --help lists them"))?;
        let mut page = Vec::new();
        clap_mangen::Man::new(command.clone())
            .render(&mut page)
            .map_err(|error| Failure::argument(format!("the page can't be made: {error}")))?;
        // Keeps the line breaks of the examples.
        let page = String::from_utf8_lossy(&page).replace(".SH EXTRA\n", ".SH EXTRA\n.nf\n");
        Ok(Done::new(json!({ "text": page }), page))
    }
}
