//! The crates as they are published.

use std::path::{Path, PathBuf};

use anyhow::Result;
use xshell::{Shell, cmd};

/// The crates that are published, the one that the other depends on first.
const CRATES: [&str; 2] = ["visiono-workflow", "visiono-workflow-cli"];

/// Packs the crates, and returns their files.
pub(super) fn pack(shell: &Shell, target: &Path) -> Result<Vec<PathBuf>> {
    let packages = CRATES.map(|krate| format!("--package={krate}"));
    // What was changed and not committed yet is looked at too.
    cmd!(
        shell,
        "cargo package --quiet --locked --no-verify --allow-dirty --target-dir {target} {packages...}"
    )
    .quiet()
    .run()?;
    let version = env!("CARGO_PKG_VERSION");
    Ok(CRATES
        .map(|krate| target.join(format!("package/{krate}-{version}.crate")))
        .into())
}

/// Builds the packed crates with the oldest version of each dependency that their manifests
/// allow, so that these say the truth.
pub(super) fn oldest_dependencies(shell: &Shell) -> Result<String> {
    crate::setup::rust_toolchain(shell, "nightly")?;
    let target = shell.current_dir().join("target/oldest");
    let folder = shell.create_temp_dir()?;
    let crates = pack(shell, &target)?;
    let _folder = shell.push_dir(folder.path());
    for krate in &crates {
        cmd!(shell, "tar --extract --gzip --file {krate}")
            .quiet()
            .run()?;
    }
    let version = env!("CARGO_PKG_VERSION");
    let [core, cli] = CRATES.map(|krate| format!("{krate}-{version}"));
    shell.write_file(
        "Cargo.toml",
        format!(
            "[workspace]\nresolver = \"3\"\nmembers = [\"{core}\", \"{cli}\"]\n\
             [patch.crates-io]\nvisiono-workflow = {{ path = \"{core}\" }}\n"
        ),
    )?;
    // The packed lock files are those of today.
    cmd!(
        shell,
        "cargo +nightly update --quiet -Z direct-minimal-versions"
    )
    .env_remove("RUSTUP_TOOLCHAIN")
    .quiet()
    .run()?;
    cmd!(
        shell,
        "cargo build --quiet --locked --workspace --all-features --target-dir {target}"
    )
    .quiet()
    .run()?;
    Ok(format!(
        "{} build with the oldest of each direct dependency",
        CRATES.join(" and ")
    ))
}
