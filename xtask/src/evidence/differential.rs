//! A million messages through the core, the documented snippets and every installed package.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use crate::run::step;
use crate::versions::VERSION;
use crate::{packages, setup};

const FOLDER: &str = "target/differential";
const RUNNERS: &str = "tests/differential/runners";
const MOVING: &str = "tests/differential/moving";
/// The output of the code in `docs/moving.md`, in each language.
const PRINTED: &str = "https://visiono.io/s/damage-report?uv=ABC123&src=zendesk&ref=ticket-456
5 photos
unexpected_value
photo_request.submitted
missing_parameter";

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
    show_moving(shell, &folder, &php, &python)?;
    let (messages, seed) = (messages.to_string(), seed.to_string());
    step(&format!("Comparing the answers to {messages} messages"));
    run!(
        shell,
        "cargo run --quiet --release --package differential -- run --messages {messages}
        --seed {seed} --folder {folder} --php {php} --node {node} --python {python} --c {c}"
    )?;
    Ok(())
}

/// Runs the code in `docs/moving.md` with the installed packages.
fn show_moving(shell: &Shell, folder: &Path, php: &Path, python: &Path) -> Result<()> {
    step("Running the code of docs/moving.md");
    let page = shell.read_file("docs/moving.md")?;
    let write = |name: &str, language: &str, start: &str| {
        // The snippet comes first, then its replacement.
        let code = page.split(&format!("\n```{language}\n")).nth(2);
        let code = code.and_then(|rest| rest.split("```").next());
        let code = code.with_context(|| format!("no code in {language}"))?;
        let file = folder.join(name);
        shell.write_file(&file, format!("{start}{code}"))?;
        anyhow::Ok(file)
    };
    let [for_php, for_python] = [
        write("moving.php", "php", "<?php\n")?,
        write("moving.py", "python", "")?,
    ];
    write("node/moving.mjs", "js", "")?;
    let driver = folder.join("node/driver.mjs");
    shell.copy_file(Path::new(MOVING).join("driver.mjs"), &driver)?;
    let _package = shell.push_env("VISIONO_WORKFLOW_PACKAGE", php);
    for printed in [
        read!(shell, "php {MOVING}/driver.php {for_php}")?,
        read!(shell, "node {driver}")?,
        read!(shell, "{python} {MOVING}/driver.py {for_python}")?,
    ] {
        ensure!(printed == PRINTED, "the code printed\n{printed}");
    }
    Ok(())
}

/// Installs the npm package beside the runner, and returns the runner.
fn node(shell: &Shell, project: &Path) -> Result<PathBuf> {
    packages::npm(shell, "pack")?;
    let tarball = shell
        .current_dir()
        .join(format!("target/npm/visiono-workflow-{VERSION}.tgz"));
    shell.remove_path(project)?;
    shell.write_file(project.join("package.json"), "{ \"private\": true }\n")?;
    cmd!(
        shell,
        "npm install --no-package-lock --no-audit --no-fund --prefix {project} {tarball}"
    )
    .quiet()
    .ignore_stdout()
    .run()?;
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
    let flags = read!(shell, "pkg-config --cflags --libs visiono-workflow")?;
    let flags = flags.split_whitespace();
    run!(
        shell,
        "gcc -std=c11 -O2 -Wall -Wextra -Werror {RUNNERS}/package.c -o {program}
        -Wl,-rpath,{prefix}/lib {flags...}"
    )?;
    Ok(program)
}
