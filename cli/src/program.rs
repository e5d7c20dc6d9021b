//! The command line as a whole: its help, its global option, and its commands.

use std::ffi::OsString;

use clap::{CommandFactory, Parser};

use crate::commands::Command;

const AFTER_HELP: &str = "\
Secret:
  The workflow secret comes from the environment variable
  VISIONO_WORKFLOW_SECRET or from --secret-file, never from an argument, which
  other users of the machine could read. With --secret-file, the variable is
  ignored. The webhook secret is a different one: webhook commands take it from
  VISIONO_WEBHOOK_SECRET or from --secret-file. To set a variable without
  leaving the secret in the shell's history:

  stty -echo; IFS= read -r VISIONO_WORKFLOW_SECRET; \\
      stty echo; export VISIONO_WORKFLOW_SECRET

Exit status:
  0  done
  1  the message was refused: a code from 200 to 299; for template, a return
     made from it cannot be verified as it is; for webhook send, the receiver's
     answer was not the right one
  2  the caller's mistake: a code from 100 to 199 or from 300, or wrong usage.
     Also --help and --version under verify-link, verify-return and webhook
     receive, because nothing was verified: use visiono-workflow help COMMAND

Examples:
  visiono-workflow demo
  visiono-workflow sign-link damage-report --secret-file workflow.secret \\
      --unique-value ABC123 --source zendesk --reference ticket-456
  printf '%s' \"?$QUERY_STRING\" | visiono-workflow verify-return - \\
      --expect \"reference=$ticket\"
  visiono-workflow template 'https://a.example/done?ref={reference}&sig={signature}'
  visiono-workflow webhook send http://localhost:8000/webhook --event all";

/// Signs and verifies the links, returns and webhooks of Visiono's Workflow Mode
#[derive(Parser)]
#[command(name = "visiono-workflow", version, propagate_version = true, after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// Prints one JSON object on standard output, whether done or refused
    #[arg(long, global = true)]
    pub(crate) json: bool,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Returns `true` if the arguments name a command whose exit status decides about a message: one
/// whose name begins with `verify`, or `receive`. Options may be anywhere; `help` is another
/// command.
pub(crate) fn decide(arguments: impl Iterator<Item = OsString>) -> bool {
    let program = Arguments::command();
    let mut command = &program;
    for name in arguments.filter(|argument| !argument.as_encoded_bytes().starts_with(b"-")) {
        match command.find_subcommand(name) {
            Some(named) => command = named,
            None => break,
        }
    }
    let name = command.get_name();
    name.starts_with("verify") || name == "receive"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_deciding_command_is_found_after_any_option() {
        let decide = |line: &str| decide(line.split(' ').map(OsString::from));
        for line in [
            "verify-link",
            "--json verify-return --help",
            "--help verify-return",
            "-- verify-return",
            "webhook receive x",
            "webhook --json receive -h",
        ] {
            assert!(decide(line), "{line}");
        }
        for line in [
            "",
            "--help",
            "help verify-return",
            "webhook",
            "webhook help receive",
            "webhook send receive",
            "sign-link verify-link",
        ] {
            assert!(!decide(line), "{line}");
        }
    }
}
