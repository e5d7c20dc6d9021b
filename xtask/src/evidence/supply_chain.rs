//! Dependencies, licences, versions, public APIs, reproducible builds.

mod published;
mod reproducible;
mod sources;

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use crate::progress::step;
use crate::{api, dependencies, headers, setup, test, versions};

const DENY: &str = "0.20.2";
const SEMVER_CHECKS: &str = "0.51.0";

/// Looks at something, and says what and how much it was.
type Check = fn(&Shell) -> Result<String>;

const CHECKS: [(&str, Check); 12] = [
    ("One version", versions::check),
    ("Licences, sources, duplicates", licences),
    ("Advisories", advisories),
    ("Dependencies", dependencies::check),
    ("SBOMs", sboms),
    ("Workflows", workflows),
    ("The oldest compiler", test::rust::oldest_compiler),
    ("The oldest dependencies", published::oldest_dependencies),
    ("Semantic versioning", semver),
    ("Public APIs", api::check),
    ("C's public API", c_api),
    ("Reproducible builds", reproducible::check),
];

/// Runs every check, also after one that failed, and fails with the list of those.
pub(crate) fn show(shell: &Shell) -> Result<()> {
    let mut failed = Vec::new();
    for (name, check) in CHECKS {
        step(name);
        match check(shell) {
            Ok(said) => println!("{name}: {said}"),
            Err(error) => {
                println!("{name}: FAILED");
                failed.push(format!("{name}: {error:#}"));
            }
        }
    }
    println!(
        "{} of {} checks passed",
        CHECKS.len() - failed.len(),
        CHECKS.len()
    );
    ensure!(failed.is_empty(), "{}", failed.join("\n"));
    Ok(())
}

/// What `deny.toml` asks for, apart from advisories.
fn licences(shell: &Shell) -> Result<String> {
    let deny = setup::cargo_tool(shell, "cargo-deny", "cargo-deny", DENY)?;
    cmd!(
        shell,
        "{deny} --locked check --hide-inclusion-graph licenses sources bans"
    )
    .quiet()
    .run()?;
    let lock = shell.read_file("Cargo.lock")?;
    let crates = lock.matches("[[package]]").count();
    Ok(format!(
        "of the {crates} crates of Cargo.lock, all may be used, come from crates.io and are there once, but for what deny.toml names"
    ))
}

/// Known faults of dependencies, from the database of this moment.
fn advisories(shell: &Shell) -> Result<String> {
    let deny = setup::cargo_tool(shell, "cargo-deny", "cargo-deny", DENY)?;
    let output = cmd!(shell, "{deny} --locked check advisories")
        .quiet()
        .ignore_status()
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    eprint!("{said}");
    ensure!(
        !said.contains("failed to fetch advisory database"),
        "the database could not be fetched: git has to reach https://github.com/RustSec/advisory-db, \
         or a mirror of it that `git config url.MIRROR.insteadOf` names"
    );
    ensure!(output.status.success(), "a dependency has a known fault");
    Ok("none is known for the crates of Cargo.lock".into())
}

fn sboms(shell: &Shell) -> Result<String> {
    let folder = shell.create_temp_dir()?;
    sources::copy(shell, folder.path())?;
    dependencies::sboms(shell, folder.path())
}

/// Looks for what goes wrong with permissions, secrets and actions in `.github`.
fn workflows(shell: &Shell) -> Result<String> {
    let pythons = setup::pythons(shell)?;
    let newest = pythons.last().context("a Python")?;
    let root = shell.current_dir();
    let tools = setup::venv(
        shell,
        newest,
        &root.join("target/tools/zizmor"),
        &[&root.join(".github/requirements.txt")],
    )?;
    let zizmor = tools.join("bin/zizmor");
    cmd!(
        shell,
        "{zizmor} --offline --quiet --persona pedantic .github"
    )
    .quiet()
    .run()?;
    Ok("zizmor finds nothing in .github, offline".into())
}

/// Compares with the last release, if there is one.
fn semver(shell: &Shell) -> Result<String> {
    // Not the tag of what is looked at, where this is a release.
    let tags = cmd!(
        shell,
        "git tag --list v* --no-contains HEAD --sort=-version:refname"
    )
    .quiet()
    .read()?;
    let Some(last) = tags.lines().next() else {
        return Ok("there is no release yet, so nothing to compare with".into());
    };
    let tool = setup::cargo_tool(
        shell,
        "cargo-semver-checks",
        "cargo-semver-checks",
        SEMVER_CHECKS,
    )?;
    cmd!(
        shell,
        "{tool} semver-checks --package visiono-workflow --all-features --baseline-rev {last}"
    )
    .quiet()
    .run()?;
    Ok(format!(
        "nothing breaks users of {last} that the version does not announce"
    ))
}

/// C's header and its list of symbols, against the exports of the library.
fn c_api(shell: &Shell) -> Result<String> {
    headers::check(shell)?;
    let prefix = test::c::install(shell)?;
    let symbols = test::c::symbols(shell, &prefix)?;
    Ok(format!(
        "the header has the {symbols} symbols that the library exports, and no other is exported"
    ))
}
