//! Gives the shared library its versioned name.

/// The version of the binary interface. A change that breaks linked programs increases it.
const ABI: u32 = 0;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libvisiono_workflow.so.{ABI}");
    }
}
