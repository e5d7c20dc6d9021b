//! Two builds, in two folders, are the same bytes.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use super::{published, sources};
use crate::npm::Package;
use crate::{setup, test};

/// Builds everything that is published twice, and prints what it has in common.
pub(super) fn check(shell: &Shell) -> Result<String> {
    let folder = shell.create_temp_dir()?;
    // Paths of different lengths.
    let [one, other] = ["one", "another/and-deeper"].map(|name| folder.path().join(name));
    for copy in [&one, &other] {
        sources::copy(shell, copy)?;
    }
    let build_in = |copy: &Path| {
        let _folder = shell.push_dir(copy);
        build(shell)
    };
    let (first, second) = (build_in(&one)?, build_in(&other)?);
    let mut differing = Vec::new();
    for ((name, sum), (_, other)) in first.iter().zip(&second) {
        println!("{sum}  {name}");
        if sum != other {
            println!("{other}  {name}, in the other folder");
            differing.push(name.as_str());
        }
    }
    ensure!(
        first.len() == second.len(),
        "the builds made different files"
    );
    ensure!(
        differing.is_empty(),
        "two builds differ in {}",
        differing.join(", ")
    );
    Ok(format!(
        "{} files are the same bytes, built in two folders",
        first.len()
    ))
}

/// Builds what is published, and returns the name and the SHA-256 of each file.
fn build(shell: &Shell) -> Result<Vec<(String, String)>> {
    let target = shell.current_dir().join("target");
    // Neither of the two finds what the other built.
    let _target = shell.push_env("CARGO_TARGET_DIR", &target);
    let mut files = published::pack(shell, &target)?;

    let package = Package::build(shell)?;
    let mut modules: Vec<_> = shell
        .read_dir(&package.folder)?
        .into_iter()
        .filter(|file| {
            file.extension()
                .is_some_and(|extension| extension == "wasm")
        })
        .collect();
    modules.sort();
    files.append(&mut modules);
    files.push(package.pack(shell)?);

    let pythons = setup::pythons(shell)?;
    files.push(test::python::build(
        shell,
        pythons.last().context("a Python")?,
    )?);
    files.append(&mut shell.read_dir(target.join("python/sdist"))?);
    files.iter().map(|file| sum(shell, file)).collect()
}

fn sum(shell: &Shell, file: &Path) -> Result<(String, String)> {
    let printed = cmd!(shell, "sha256sum --binary {file}").quiet().read()?;
    let sum = printed.split(' ').next().unwrap_or_default();
    let name = file.file_name().context("a file")?.to_string_lossy();
    ensure!(fs::metadata(file)?.len() > 0, "{name} is empty");
    Ok((name.into_owned(), sum.to_owned()))
}
