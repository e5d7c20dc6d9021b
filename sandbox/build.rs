//! Embeds the playground if it has been built: `npm run build` in its folder, which needs Node.js.

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let folder = Path::new("../playground/dist");
    // A package has no folder beside it, and a missing one would be looked for at every build.
    let watched = if folder.is_dir() {
        folder
    } else {
        Path::new("build.rs")
    };
    println!("cargo::rerun-if-changed={}", watched.display());
    let page = fs::read(folder.join("playground.html")).unwrap_or_default();
    let output = env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?;
    fs::write(Path::new(&output).join("playground.html"), page)
}
