//! The C library for each system, and the archive for Composer, which has these libraries.

use std::path::PathBuf;

use anyhow::Result;
use xshell::Shell;

use crate::run::step;
use crate::setup;
use crate::versions::VERSION;

/// Rust's targets of the C library's releases, and the files' names. PHP looks for the names of its
/// own system and machine. Zig has every glibc; 2.17 is the oldest that Rust supports.
const LIBRARIES: [(&str, &str); 7] = [
    ("x86_64-unknown-linux-gnu.2.17", "Linux-x86_64-gnu.so"),
    ("x86_64-unknown-linux-musl", "Linux-x86_64-musl.so"),
    ("aarch64-unknown-linux-gnu.2.17", "Linux-aarch64-gnu.so"),
    ("aarch64-unknown-linux-musl", "Linux-aarch64-musl.so"),
    ("x86_64-apple-darwin", "Darwin-x86_64.dylib"),
    ("aarch64-apple-darwin", "Darwin-arm64.dylib"),
    ("x86_64-pc-windows-msvc", "Windows-AMD64.dll"),
];
const LIBRARY: &str = "libvisiono_workflow";

/// Builds the shared libraries of a release that this system can build, and returns their folder.
pub(crate) fn libraries(shell: &Shell) -> Result<PathBuf> {
    let folder = shell.current_dir().join("target/libraries");
    shell.remove_path(&folder)?;
    shell.create_dir(&folder)?;
    let system = std::env::consts::OS.replace("macos", "darwin");
    let mut zig = Vec::new();
    if system == "linux" {
        let (tools, path) = (setup::python_tools(shell, "zig")?, shell.var("PATH")?);
        zig.push(shell.push_env("PATH", format!("{}:{path}", tools.display())));
        zig.push(shell.push_env("CARGO_BUILD", "cargo-zigbuild rustc"));
    }
    for (target, name) in LIBRARIES.iter().filter(|row| row.0.contains(&system)) {
        step(&format!("Building {LIBRARY}-{name}"));
        let rust_target = target.trim_end_matches(".2.17");
        run!(shell, "rustup --quiet target add {rust_target}")?;
        let built = shell.create_temp_dir()?;
        let built = built.path();
        // On Windows, the `bash` that is found first can be that of a Linux subsystem.
        let script = r#"exec bindings-c/build.sh "$@""#;
        run!(
            shell,
            "sh -c {script} sh {built} --release --target {target}"
        )?;
        let kind = name.rsplit('.').next().unwrap_or_default();
        let from = built.join(format!("{LIBRARY}.{kind}"));
        shell.copy_file(from, folder.join(format!("{LIBRARY}-{name}")))?;
    }
    Ok(folder)
}

/// Packs what Composer installs, with every library of `target/libraries`, and returns the archive.
pub(crate) fn composer(shell: &Shell) -> Result<PathBuf> {
    setup::COMPOSER.install(shell)?;
    let files = shell.create_temp_dir()?;
    let files = files.path();
    let target = shell.current_dir().join("target");
    run!(
        shell,
        "php bindings-php/tests/package.php {files} {target}/libraries"
    )?;
    let folder = target.join("composer");
    shell.remove_path(&folder)?;
    shell.create_dir(&folder)?;
    let archive = folder.join(format!("visiono-workflow-php-{VERSION}.zip"));
    step(&format!("Packing {}", archive.display()));
    // The same files make the same bytes.
    let pack = "cd \"$0\" && find . -exec touch --date=2000-01-01 {} + && chmod -R u=rwX,go=rX . && \
        find . -type f | LC_ALL=C sort | zip -X -q \"$1\" -@";
    run!(shell, "env TZ=UTC sh -c {pack} {files} {archive}")?;
    Ok(archive)
}
