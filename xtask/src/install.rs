//! `cargo xtask install`: the C library, where C programs find it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use xshell::{Shell, cmd};

use crate::headers;
use crate::progress::step;

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The number in the shared library's versioned name, as `bindings-c/build.rs` has it.
const ABI: u32 = 0;
/// What Rust's standard library needs of the system when it is linked statically.
const STATIC_LIBS: &str = "-lgcc_s -lutil -lrt -lpthread -lm -ldl -lc";

/// Builds the library and puts it, its header and its pkg-config file below `prefix`.
pub(crate) fn install(shell: &Shell, prefix: &Path) -> Result<()> {
    if !cfg!(target_os = "linux") {
        bail!("only Linux has an installer yet: build visiono-workflow-c with cargo and copy it");
    }
    step("Building the C library");
    cmd!(shell, "cargo build --quiet --release -p visiono-workflow-c")
        .quiet()
        .run()?;
    step(&format!("Installing below {}", prefix.display()));
    let target = shell
        .var_os("CARGO_TARGET_DIR")
        .map_or_else(|| "target".into(), std::path::PathBuf::from);
    let built = shell.current_dir().join(target).join("release");
    let prefix = std::path::absolute(prefix)?;
    place(&shell.current_dir(), &built, &prefix)?;
    eprintln!(
        "Compile with what `pkg-config --cflags --libs visiono-workflow` says; PKG_CONFIG_PATH may \
         need {}.\nBelow a prefix of the system's, run ldconfig.",
        prefix.join("lib/pkgconfig").display()
    );
    Ok(())
}

/// Copies what was built.
fn place(root: &Path, built: &Path, prefix: &Path) -> Result<()> {
    let lib = prefix.join("lib");
    let include = prefix.join("include");
    let pkgconfig = lib.join("pkgconfig");
    for folder in [&include, &pkgconfig] {
        fs::create_dir_all(folder).with_context(|| {
            format!(
                "{} can't be made: pass --prefix DIR, one that you may write",
                folder.display()
            )
        })?;
    }
    let copy = |from: &Path, to: &Path| {
        // A new file, not new bytes in one that a running program has mapped.
        let _ = fs::remove_file(to);
        fs::copy(from, to).with_context(|| format!("{} can't be written", to.display()))
    };
    let full = format!("libvisiono_workflow.so.{VERSION}");
    let versioned = format!("libvisiono_workflow.so.{ABI}");
    copy(&built.join("libvisiono_workflow_c.so"), &lib.join(&full))?;
    link(&full, &lib.join(&versioned))?;
    link(&versioned, &lib.join("libvisiono_workflow.so"))?;
    copy(
        &built.join("libvisiono_workflow_c.a"),
        &lib.join("libvisiono_workflow.a"),
    )?;
    copy(&root.join(headers::C), &include.join("visiono_workflow.h"))?;
    let description = format!(
        "prefix=${{pcfiledir}}/../..\n\
         libdir=${{prefix}}/lib\n\
         includedir=${{prefix}}/include\n\
         \n\
         Name: visiono-workflow\n\
         Description: Signs and verifies the links, returns and webhooks of Visiono's Workflow Mode\n\
         Version: {VERSION}\n\
         Cflags: -I${{includedir}}\n\
         Libs: -L${{libdir}} -lvisiono_workflow\n\
         Libs.private: {STATIC_LIBS}\n"
    );
    fs::write(pkgconfig.join("visiono-workflow.pc"), description)?;
    Ok(())
}

#[cfg(unix)]
fn link(to: &str, at: &Path) -> Result<()> {
    let _ = fs::remove_file(at);
    std::os::unix::fs::symlink(to, at).with_context(|| format!("{} can't be made", at.display()))
}

#[cfg(not(unix))]
fn link(_to: &str, _at: &Path) -> Result<()> {
    bail!("this system has no symbolic links")
}
