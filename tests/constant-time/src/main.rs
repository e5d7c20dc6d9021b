//! Shows that no branch, no index and no time depends on a secret: `cargo run --release -p
//! constant-time`. `cargo xtask evidence constant-time` runs it with each implementation of SHA-256.

mod memcheck;
mod messages;
mod times;
mod undefined;

use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

const DECISION: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/decision.supp");

fn main() -> Result<()> {
    println!("SHA-256 {}", implementation());
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => {
            // A verification reports its decision once, and nothing else.
            under_valgrind("decisions-shown", "/dev/null")?;
            under_valgrind("decisions-suppressed", DECISION)?;
            times::run()
        }
        ["decisions-shown"] => undefined::run(true),
        ["decisions-suppressed"] => undefined::run(false),
        _ => bail!("say `decisions-shown`, `decisions-suppressed` or nothing"),
    }
}

/// Runs this program with undefined secrets under valgrind. It counts valgrind's reports and judges
/// them.
fn under_valgrind(how: &str, suppressions: &str) -> Result<()> {
    println!("Running with undefined secrets: {how}");
    let program = std::env::current_exe()?;
    let log = program.with_file_name(format!("{how}.log"));
    let status = Command::new("valgrind")
        .args(["--quiet", "--error-limit=no"])
        .arg(format!("--log-file={}", log.display()))
        .arg(format!("--suppressions={suppressions}"))
        .arg(program)
        .arg(how)
        .status()
        .context("valgrind does not run")?;
    let log = log.display();
    ensure!(status.success(), "valgrind's reports are in {log}");
    Ok(())
}

/// Returns the implementation of SHA-256 in use. Valgrind's processor has none of the extensions.
fn implementation() -> &'static str {
    if cfg!(sha2_backend_soft = "compact") {
        return "in software, written for size, as in WebAssembly";
    }
    if cfg!(sha2_backend = "soft") {
        return "in software";
    }
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("sha") {
        return "by the processor's own instructions";
    }
    "in software, for want of the processor's own instructions"
}
