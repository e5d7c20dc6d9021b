//! Builds everything that is published twice, in two folders, and compares the bytes.

use std::path::Path;

use anyhow::{Result, ensure};
use xshell::Shell;

use crate::{files, packages};

/// The published crates, each before those that depend on it.
pub(super) const CRATES: [&str; 4] = [
    "visiono-workflow",
    "visiono-workflow-explain",
    "visiono-workflow-sandbox",
    "visiono-workflow-cli",
];

/// Packs the published crates in the folder `package` of `target`.
pub(super) fn pack_crates(shell: &Shell, target: &Path) -> Result<()> {
    let packages = CRATES.map(|name| format!("--package={name}"));
    // Uncommitted changes are packed too.
    run!(
        shell,
        "cargo package --quiet --locked --no-verify --allow-dirty --target-dir {target} {packages...}"
    )
}

/// Builds in two folders with paths of different lengths.
pub(super) fn check(shell: &Shell) -> Result<String> {
    let folder = shell.create_temp_dir()?;
    let [one, other] = ["one", "another/and-deeper"].map(|name| {
        let copy = folder.path().join(name);
        files::copy_sources(shell, &copy)?;
        let _folder = shell.push_dir(&copy);
        build(shell)
    });
    let (one, other) = (one?, other?);
    println!("{one}");
    ensure!(one == other, "two builds differ; the other has\n{other}");
    let count = one.lines().count();
    Ok(format!("{count} files are the same, built in two folders"))
}

/// Builds what is published, and returns the name and the SHA-256 of each file.
fn build(shell: &Shell) -> Result<String> {
    let target = shell.current_dir().join("target");
    // Neither build finds what the other built.
    let _target = shell.push_env("CARGO_TARGET_DIR", &target);
    pack_crates(shell, &target)?;
    packages::npm(shell, packages::WASM, "pack")?;
    run!(shell, "python3 bindings-python/run.py build")?;
    packages::libraries(shell)?;
    packages::composer(shell)?;
    let _folder = shell.push_dir(&target);
    // Each pattern matches a file, which isn't empty.
    let sums = "for pattern in 'package/*.crate' 'npm/*.tgz' 'npm/package/*.wasm' \
        'python/sdist/*' 'python/wheel/*' 'libraries/*' 'composer/*'; do for file in $pattern; do \
        test -s \"$file\" || exit 1; sha256sum --binary \"$file\"; done; done";
    read!(shell, "sh -c {sums}")
}
