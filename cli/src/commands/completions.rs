//! `completions`: a script with which a shell completes this program's arguments.

use clap::{Args, Command};
use clap_complete::Shell;
use serde_json::json;

use crate::failure::Failure;
use crate::output::Done;

const AFTER_HELP: &str = "\
Examples:
  visiono-workflow completions bash > \\
      ~/.local/share/bash-completion/completions/visiono-workflow
  visiono-workflow completions fish > ~/.config/fish/completions/visiono-workflow.fish";

/// Prints a script that completes this program's arguments in a shell
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Completions {
    /// Shell that runs the script
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(&self, mut program: Command) -> Result<Done, Failure> {
        let mut script = Vec::new();
        let name = program.get_name().to_owned();
        clap_complete::generate(self.shell, &mut program, name, &mut script);
        // The bash generator spells a name with a hyphen in two ways, so that nothing completes
        // after a command (https://github.com/clap-rs/clap/issues/6421).
        let script = String::from_utf8_lossy(&script)
            .replace("visiono__subcmd__workflow", "visiono__workflow");
        Ok(Done::new(json!({ "text": script }), script))
    }
}
