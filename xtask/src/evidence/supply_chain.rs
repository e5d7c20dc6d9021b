//! Dependencies, licences, versions, public APIs, reproducible builds.

use anyhow::{Context, Result};
use xshell::Shell;

use super::reproducible::{self, CRATES, pack_crates};
use crate::run::{every, step};
use crate::versions::VERSION;
use crate::{api, dependencies, setup};

/// Checks something, and returns what and how much it was.
type Check = fn(&Shell) -> Result<String>;

/// The checks that `cargo xtask test` doesn't make.
const CHECKS: [(&str, Check); 9] = [
    ("Licences, sources, duplicates", licences),
    ("Advisories", advisories),
    ("Dependencies", dependencies::check),
    ("SBOMs", dependencies::sboms),
    ("Workflows", workflows),
    ("The oldest dependencies", oldest_dependencies),
    ("Semantic versioning", semver),
    ("Public APIs", api::check),
    ("Reproducible builds", reproducible::check),
];

pub(crate) fn show(shell: &Shell) -> Result<()> {
    every(CHECKS.into_iter().map(|(name, check)| {
        step(name);
        println!("{name}: {}", check(shell).context(name)?);
        Ok(())
    }))
}

/// Runs cargo-deny with `deny.toml`, apart from advisories.
fn licences(shell: &Shell) -> Result<String> {
    let deny = setup::cargo_tool(shell, "cargo-deny", DENY)?;
    run!(
        shell,
        "{deny} --locked check --hide-inclusion-graph licenses sources bans"
    )?;
    let lock = shell.read_file("Cargo.lock")?;
    let crates = lock.matches("[[package]]").count();
    Ok(format!(
        "the {crates} crates of Cargo.lock may all be used, come from crates.io and occur once, but for what deny.toml names"
    ))
}

const DENY: &str = "0.20.2";

/// Looks for known faults of dependencies in the database of this moment.
fn advisories(shell: &Shell) -> Result<String> {
    let deny = setup::cargo_tool(shell, "cargo-deny", DENY)?;
    run!(shell, "{deny} --locked check advisories").context(
        "a dependency has a known fault, or the database cannot be fetched: git must reach \
         https://github.com/RustSec/advisory-db, or a mirror that `git config url.MIRROR.insteadOf` \
         names",
    )?;
    Ok("none is known for the crates of Cargo.lock".into())
}

/// Looks for weaknesses of permissions, secrets and actions in `.github`.
fn workflows(shell: &Shell) -> Result<String> {
    let tools = setup::python_tools(shell, "requirements")?;
    run!(
        shell,
        "{tools}/zizmor --offline --quiet --persona pedantic .github"
    )?;
    Ok("zizmor finds nothing in .github, offline".into())
}

/// Builds the packed crates with the oldest version of each direct dependency.
fn oldest_dependencies(shell: &Shell) -> Result<String> {
    setup::toolchain(shell, "nightly")?;
    let target = shell.current_dir().join("target/oldest");
    let folder = shell.create_temp_dir()?;
    pack_crates(shell, &target)?;
    let _folder = shell.push_dir(folder.path());
    let mut workspace =
        String::from("[workspace]\nresolver = \"3\"\nmembers = [\"*-*\"]\n[patch.crates-io]\n");
    for name in CRATES {
        let file = target.join(format!("package/{name}-{VERSION}.crate"));
        run!(shell, "tar --extract --gzip --file {file}")?;
        workspace += &format!("{name} = {{ path = \"{name}-{VERSION}\" }}\n");
    }
    shell.write_file("Cargo.toml", workspace)?;
    // The packed lock files are those of today.
    run!(
        shell,
        "env --unset=RUSTUP_TOOLCHAIN cargo +nightly update --quiet -Z direct-minimal-versions"
    )?;
    run!(
        shell,
        "cargo build --quiet --locked --workspace --all-features --target-dir {target}"
    )?;
    Ok("the crates build with the oldest of each direct dependency".into())
}

/// Compares with the last release, if there is one.
fn semver(shell: &Shell) -> Result<String> {
    // Leaves out the tag of this commit, if this is a release.
    let tags = read!(
        shell,
        "git tag --list v* --no-contains HEAD --sort=-version:refname"
    )?;
    let Some(last) = tags.lines().next() else {
        return Ok("there is no release yet, so nothing to compare with".into());
    };
    let tool = setup::cargo_tool(shell, "cargo-semver-checks", "0.51.0")?;
    run!(
        shell,
        "{tool} semver-checks --package visiono-workflow --all-features --baseline-rev {last}"
    )?;
    Ok(format!(
        "nothing breaks users of {last} that the version does not announce"
    ))
}
