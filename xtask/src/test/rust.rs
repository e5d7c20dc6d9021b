//! The core, the command line and the vectors.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::progress::step;
use crate::setup;

/// The oldest compiler, as `rust-version` in `Cargo.toml` states it.
const MSRV: &str = "1.88.0";
/// Where there is no operating system, and no allocator unless a program brings one.
const BARE_TARGETS: [&str; 2] = ["thumbv7em-none-eabi", "wasm32v1-none"];
/// Every combination of the core's features.
const FEATURES: [&str; 5] = ["", "alloc", "std", "json", "json,std"];

pub(crate) fn test(shell: &Shell) -> Result<()> {
    step("Checking format and lints");
    cmd!(shell, "cargo fmt --all --check").quiet().run()?;
    cmd!(
        shell,
        "cargo clippy --workspace --all-targets --all-features -- -D warnings"
    )
    .quiet()
    .run()?;
    for features in FEATURES {
        cmd!(
            shell,
            "cargo clippy -p visiono-workflow --no-default-features --features {features} -- -D warnings"
        )
        .quiet()
        .run()?;
    }
    {
        let _flags = shell.push_env("RUSTDOCFLAGS", "-D warnings");
        cmd!(
            shell,
            "cargo doc --quiet --workspace --no-deps --document-private-items"
        )
        .quiet()
        .run()?;
    }

    step("Checking that the generated vectors are what their generator makes");
    setup::debian(shell, &["python3"], &["python3"])?;
    cmd!(shell, "python3 tests/vectors/generate.py --check")
        .quiet()
        .run()?;

    step("Running the tests");
    cmd!(shell, "cargo test --workspace").quiet().run()?;

    step("Building for bare targets");
    setup::rust_targets(shell, "", &BARE_TARGETS)?;
    for target in BARE_TARGETS {
        for features in ["", "json"] {
            cmd!(
                shell,
                "cargo build -p visiono-workflow --no-default-features --features {features} --target {target}"
            )
            .quiet()
            .run()?;
        }
    }

    oldest_compiler(shell)?;
    Ok(())
}

/// Builds what is published with the oldest compiler that is supported.
pub(crate) fn oldest_compiler(shell: &Shell) -> Result<String> {
    step(&format!(
        "Building with Rust {MSRV}, the oldest that is supported"
    ));
    setup::rust_targets(shell, MSRV, &BARE_TARGETS)?;
    let msrv = format!("+{MSRV}");
    let _folder = shell.push_env("CARGO_TARGET_DIR", "target/msrv");
    cmd!(
        shell,
        "cargo {msrv} build -p visiono-workflow -p visiono-workflow-cli --all-features"
    )
    .quiet()
    .run()?;
    for target in BARE_TARGETS {
        cmd!(
            shell,
            "cargo {msrv} build -p visiono-workflow --no-default-features --target {target}"
        )
        .quiet()
        .run()?;
    }
    Ok(format!(
        "both crates build with Rust {MSRV}, and the core for {}",
        BARE_TARGETS.join(" and ")
    ))
}
