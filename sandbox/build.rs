//! Embeds the playground if it was built with `npm run build` in its folder, which needs Node.js.

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let folder = Path::new("../playground/dist");
    // In a package, the folder doesn't exist. Watching a missing folder would rebuild every time.
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
