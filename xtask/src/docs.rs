//! Builds the book of the documentation.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::progress::step;
use crate::setup;

const MDBOOK: &str = "0.5.4";

pub(crate) fn build(shell: &Shell) -> Result<()> {
    let mdbook = setup::cargo_tool(shell, "mdbook", "mdbook", MDBOOK)?;
    step("Building the book");
    cmd!(shell, "{mdbook} build docs").quiet().run()?;
    println!("target/book/index.html");
    Ok(())
}
