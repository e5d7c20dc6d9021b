//! Signs and verifies Visiono's Workflow Mode links, returns and webhooks from a shell.
//!
//! ```text
//! program ─ arguments, secrets, input ─▶ commands/* (the core decides) ─ output ─▶ lines or JSON,
//!                                                                                 exit status
//! ```
//!
//! This program has no rule of the protocol: it passes values to the core, and prints the results.

mod arguments;
mod commands;
mod failure;
mod input;
mod output;
mod program;
mod receiver;
mod secrets;
mod shown;
mod usage;

use std::env;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::program::Arguments;

fn main() -> ExitCode {
    match Arguments::try_parse() {
        Ok(Arguments { json, command }) => {
            let result = command.run(json, Arguments::command);
            output::finish(result, json, command.writes_rows())
        }
        // The parser failed before it could report the option.
        Err(error) => {
            let mut options = env::args_os().take_while(|argument| argument != "--");
            let json = options.any(|option| option == "--json");
            usage::report(error, json, program::decide(env::args_os().skip(1)))
        }
    }
}
