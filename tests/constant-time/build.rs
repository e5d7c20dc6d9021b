//! Compiles valgrind's client requests, which are macros of C.

fn main() {
    cc::Build::new().file("src/memcheck.c").compile("memcheck");
    println!("cargo::rerun-if-changed=src/memcheck.c");
    // Without valgrind's headers the requests do nothing, so this is built again when they come.
    println!("cargo::rerun-if-changed=/usr/include/valgrind/memcheck.h");
    // How the `sha2` crate is told which of its implementations to use.
    println!("cargo::rustc-check-cfg=cfg(sha2_backend, values(\"soft\"))");
    println!("cargo::rustc-check-cfg=cfg(sha2_backend_soft, values(\"compact\"))");
}
