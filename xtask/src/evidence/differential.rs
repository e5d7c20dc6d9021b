//! A million messages through the core, the documented snippets and every installed package.

use anyhow::Result;
use xshell::Shell;

use crate::run::step;
use crate::versions::VERSION;
use crate::{packages, setup};

/// Builds and installs every package, and compares their answers.
pub(crate) fn show(shell: &Shell, messages: u32, seed: u64) -> Result<()> {
    step("Showing that an unexplained answer fails");
    run!(shell, "cargo test --quiet --package differential")?;
    // A developer's own shell may set it.
    let _library = shell.push_env("VISIONO_WORKFLOW_LIBRARY", "");
    let php = packages::php(shell)?;
    let python = packages::python(shell)?;
    packages::npm(shell, packages::WASM, "pack")?;
    let npm = format!("target/npm/visiono-workflow-{VERSION}.tgz");
    setup::C.install(shell)?;
    let folder = shell.current_dir().join("target/differential");
    let prefix = folder.join("prefix");
    packages::c_library(shell, &prefix)?;
    let (messages, seed) = (messages.to_string(), seed.to_string());
    step(&format!("Comparing the answers to {messages} messages"));
    run!(
        shell,
        "cargo run --quiet --release --package differential -- run --messages {messages}
        --seed {seed} --folder {folder} --php {php} --npm {npm} --python {python} --c {prefix}"
    )
}
