//! Nothing of a dropped secret is left in memory.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::progress::step;
use crate::test::{c, wasm};

/// Each test looks for the text of a secret, the text as HMAC pads it, and the two states of
/// SHA-256 after that; it finds them while they have to be there, and says where it looked.
pub(crate) fn show(shell: &Shell) -> Result<()> {
    step("Looking where values of Rust stood, and through what was freed");
    cmd!(
        shell,
        "cargo test --quiet -p conformance --test wiping -- --nocapture"
    )
    .quiet()
    .run()?;
    step("Looking through the memory of a C program");
    c::wiping(shell)?;
    step("Looking through the memory of the WebAssembly modules, in Node");
    wasm::memory(shell)
}
