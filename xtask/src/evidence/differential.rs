//! A million messages through the core, the documented snippets and every installed package.

use std::path::{Path, PathBuf};

use anyhow::Result;
use xshell::Shell;

use crate::run::step;
use crate::versions::VERSION;
use crate::{packages, setup};

const FOLDER: &str = "target/differential";
const RUNNERS: &str = "tests/differential/runners";

/// Builds and installs every package, and compares their answers.
pub(crate) fn show(shell: &Shell, messages: u32, seed: u64) -> Result<()> {
    step("Showing that an unexplained answer fails");
    run!(shell, "cargo test --quiet --package differential")?;
    // A developer's own shell may set it.
    let _library = shell.push_env("VISIONO_WORKFLOW_LIBRARY", "");
    let folder = shell.current_dir().join(FOLDER);
    let php = packages::php(shell)?;
    let python = packages::python(shell)?;
    let node = node(shell, &folder.join("node"))?;
    let c = compile(shell, &folder)?;
    let (messages, seed) = (messages.to_string(), seed.to_string());
    step(&format!("Comparing the answers to {messages} messages"));
    run!(
        shell,
        "cargo run --quiet --release --package differential -- run --messages {messages}
        --seed {seed} --folder {folder} --php {php} --node {node} --python {python} --c {c}"
    )
}

/// Installs the npm package beside the runner, and returns the runner.
fn node(shell: &Shell, project: &Path) -> Result<PathBuf> {
    packages::npm(shell, packages::WASM, "pack")?;
    let tarball = format!("target/npm/visiono-workflow-{VERSION}.tgz");
    shell.remove_path(project)?;
    run!(
        shell,
        "npm install --loglevel=error --no-save --no-audit --no-fund --prefix {project} {tarball}"
    )?;
    for name in ["package.mjs", "records.mjs"] {
        shell.copy_file(Path::new(RUNNERS).join(name), project.join(name))?;
    }
    Ok(project.join("package.mjs"))
}

/// Compiles the runner in C with the installed library.
fn compile(shell: &Shell, folder: &Path) -> Result<PathBuf> {
    setup::C.install(shell)?;
    let (prefix, program) = (folder.join("prefix"), folder.join("package-c"));
    packages::c_library(shell, &prefix)?;
    let _path = shell.push_env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig"));
    let compile = format!(
        "gcc -std=c11 -O2 -Wall -Wextra -Werror {RUNNERS}/package.c -o \"$0\" \
         -Wl,-rpath,\"$1/lib\" $(pkg-config --cflags --libs visiono-workflow)"
    );
    run!(shell, "sh -c {compile} {program} {prefix}")?;
    Ok(program)
}
