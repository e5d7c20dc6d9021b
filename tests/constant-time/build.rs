//! Compiles valgrind's client requests, which are C macros.

fn main() {
    cc::Build::new().file("src/memcheck.c").compile("memcheck");
    println!("cargo::rerun-if-changed=src/memcheck.c");
    // Without valgrind's headers the requests do nothing, so this is rebuilt when they are
    // installed.
    println!("cargo::rerun-if-changed=/usr/include/valgrind/memcheck.h");
    // The `sha2` crate chooses its implementation by these.
    println!("cargo::rustc-check-cfg=cfg(sha2_backend, values(\"soft\"))");
    println!("cargo::rustc-check-cfg=cfg(sha2_backend_soft, values(\"compact\"))");
}
