//! Dependencies, licences, versions, public APIs, reproducible builds.

use anyhow::{Result, ensure};
use xshell::{Shell, cmd};

use super::reproducible::{self, CRATES, copy_sources, pack_crates};
use crate::run::step;
use crate::versions::{self, VERSION};
use crate::{api, dependencies, generate, setup, test};

/// Checks something, and returns what and how much it was.
type Check = fn(&Shell) -> Result<String>;

const CHECKS: [(&str, Check); 12] = [
    ("One version", versions::check),
    ("Licences, sources, duplicates", licences),
    ("Advisories", advisories),
    ("Dependencies", dependencies::check),
    ("SBOMs", sboms),
    ("Workflows", workflows),
    ("The oldest compiler", test::oldest_compiler),
    ("The oldest dependencies", oldest_dependencies),
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

/// Runs cargo-deny with `deny.toml`, apart from advisories.
fn licences(shell: &Shell) -> Result<String> {
    let deny = setup::cargo_tool(shell, "cargo-deny", DENY)?;
    run!(
        shell,
        "{deny} --locked check --hide-inclusion-graph licenses sources bans"
    )?;
    let crates = shell
        .read_file("Cargo.lock")?
        .matches("[[package]]")
        .count();
    Ok(format!(
        "the {crates} crates of Cargo.lock may all be used, come from crates.io and occur once, but for what deny.toml names"
    ))
}

const DENY: &str = "0.20.2";

/// Looks for known faults of dependencies in the database of this moment.
fn advisories(shell: &Shell) -> Result<String> {
    let deny = setup::cargo_tool(shell, "cargo-deny", DENY)?;
    let output = cmd!(shell, "{deny} --locked check advisories")
        .quiet()
        .ignore_status()
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    eprint!("{said}");
    ensure!(
        !said.contains("failed to fetch advisory database"),
        "the database cannot be fetched: git must reach https://github.com/RustSec/advisory-db, \
         or a mirror of it that `git config url.MIRROR.insteadOf` names"
    );
    ensure!(output.status.success(), "a dependency has a known fault");
    Ok("none is known for the crates of Cargo.lock".into())
}

fn sboms(shell: &Shell) -> Result<String> {
    let folder = shell.create_temp_dir()?;
    copy_sources(shell, folder.path())?;
    dependencies::sboms(shell, folder.path())
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
    setup::nightly(shell, &[])?;
    let target = shell.current_dir().join("target/oldest");
    let folder = shell.create_temp_dir()?;
    let crates = pack_crates(shell, &target)?;
    let _folder = shell.push_dir(folder.path());
    for krate in &crates {
        run!(shell, "tar --extract --gzip --file {krate}")?;
    }
    let mut workspace = String::from("[workspace]\nresolver = \"3\"\nmembers = [\"*-*\"]\n");
    workspace += "[patch.crates-io]\n";
    for name in CRATES {
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

/// Compares C's header and its list of symbols with the exports of the library.
fn c_api(shell: &Shell) -> Result<String> {
    generate::run(shell, true)?;
    setup::C.install(shell)?;
    run!(shell, "make --silent -C bindings-c symbols")?;
    let symbols = shell.read_file("bindings-c/symbols.txt")?.lines().count();
    Ok(format!(
        "the library exports the {symbols} symbols of the header, and no other"
    ))
}
