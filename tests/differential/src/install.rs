//! The runners that are made for a package: one is beside it, one is compiled with it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};

/// Installs an npm package beside its runner, and returns the runner.
pub(crate) fn npm(tarball: &Path, runners: &Path, folder: &Path) -> Result<PathBuf> {
    let project = folder.join("node");
    if project.exists() {
        fs::remove_dir_all(&project)?;
    }
    let mut npm = Command::new("npm");
    npm.args(["install", "--loglevel=error", "--no-save", "--no-audit"]);
    npm.args(["--no-fund", "--prefix"]);
    run(npm.arg(&project).arg(tarball))?;
    for name in ["package.mjs", "records.mjs"] {
        fs::copy(runners.join(name), project.join(name))?;
    }
    Ok(project.join("package.mjs"))
}

/// Compiles the runner in C with the library that is installed below `prefix`.
pub(crate) fn c(prefix: &Path, runners: &Path, folder: &Path) -> Result<PathBuf> {
    let program = folder.join("package-c");
    let compile = "gcc -std=c11 -O2 -Wall -Wextra -Werror \"$0\" -o \"$1\" \
        -Wl,-rpath,\"$2/lib\" $(pkg-config --cflags --libs visiono-workflow)";
    let mut sh = Command::new("sh");
    sh.env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig"));
    sh.args(["-c", compile]).arg(runners.join("package.c"));
    run(sh.arg(&program).arg(prefix))?;
    Ok(program)
}

fn run(command: &mut Command) -> Result<()> {
    let status = command.status()?;
    ensure!(status.success(), "{command:?} ended with {status}");
    Ok(())
}
