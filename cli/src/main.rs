//! Signs and verifies Visiono's Workflow Mode links, returns and webhooks from a shell.
//!
//! ```text
//! arguments ─ secrets, input ─▶ commands/* (the core decides) ─ output ─▶ lines or JSON, exit code
//! ```
//!
//! No rule of the protocol stands in this program: it passes values to the core, and prints what
//! comes back.

mod arguments;
mod commands;
mod demo;
mod input;
mod output;
mod secrets;
mod shown;

use std::env;
use std::process::ExitCode;

use clap::Parser;

use crate::arguments::Arguments;

fn main() -> ExitCode {
    match Arguments::try_parse() {
        Ok(Arguments { json, command }) => output::finish(command.run(), json),
        // What couldn't be parsed doesn't say whether JSON is wanted.
        Err(error) => {
            let mut options = env::args_os().take_while(|argument| argument != "--");
            let json = options.any(|option| option == "--json");
            output::usage(error, json, arguments::decide(env::args_os().skip(1)))
        }
    }
}
