//! The core beside a bare keyed HMAC, and beside the same work done the usual way.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::progress::step;

pub(crate) fn bench(shell: &Shell) -> Result<()> {
    step("Measuring the core");
    cmd!(shell, "cargo bench --quiet -p conformance --bench core")
        .quiet()
        .run()?;
    Ok(())
}
