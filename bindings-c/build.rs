//! Gives the shared library its versioned name, says what it is built for, and adds an unwinder
//! where the system may have none.

use std::path::PathBuf;
use std::process::Command;
use std::{env, fs, io};

/// The version of the binary interface. A change that breaks linked programs increases it.
const ABI: u32 = 0;

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    let variable = |name| env::var(name).unwrap_or_default();
    if variable("CARGO_CFG_TARGET_OS") == "linux" {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libvisiono_workflow.so.{ABI}");
    }
    let target = variable("TARGET");
    // `build.sh` reads it in cargo's messages.
    println!("cargo:rustc-env=VISIONO_TARGET={target}");
    let is_static = variable("CARGO_CFG_TARGET_FEATURE").contains("crt-static");
    if variable("CARGO_CFG_TARGET_ENV") == "musl" && !is_static {
        let sysroot = Command::new(variable("RUSTC"))
            .args(["--print", "sysroot"])
            .output()?
            .stdout;
        let sysroot = PathBuf::from(String::from_utf8_lossy(&sysroot).trim());
        let unwinder = sysroot.join(format!(
            "lib/rustlib/{target}/lib/self-contained/libunwind.a"
        ));
        if unwinder.is_file() {
            let folder = PathBuf::from(variable("OUT_DIR"));
            fs::copy(unwinder, folder.join("libunwind.a"))?;
            // Rust's standard library asks the linker for the shared one, which musl-gcc lacks. This
            // is a script of the linker.
            fs::write(folder.join("libgcc_s.so"), "INPUT(-lunwind)\n")?;
            println!("cargo:rustc-link-search=native={}", folder.display());
            println!("cargo:rustc-link-lib=static=unwind");
        }
    }
    Ok(())
}
