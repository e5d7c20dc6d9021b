//! Shows that no branch, no index and no time depends on a secret. `cargo xtask evidence
//! constant-time` builds and runs this.

mod memcheck;
mod messages;
mod times;
mod undefined;

use anyhow::{Result, bail};

fn main() -> Result<()> {
    println!("SHA-256 {}", implementation());
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["undefined", "decisions-shown"] => undefined::run(true),
        ["undefined", "decisions-suppressed"] => undefined::run(false),
        ["times"] => times::run(),
        _ => bail!("say `undefined decisions-shown`, `undefined decisions-suppressed` or `times`"),
    }
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
