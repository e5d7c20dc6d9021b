//! Builds and installs the packages, with the runner of each folder, as a user has them.

use std::path::{Path, PathBuf};

use anyhow::Result;
use xshell::{PushDir, Shell};

use crate::run::step;
use crate::setup;
use crate::versions::VERSION;

/// Installs the C library below `prefix`.
pub(crate) fn c_library(shell: &Shell, prefix: &Path) -> Result<()> {
    setup::MAKE.install(shell)?;
    let prefix = std::path::absolute(prefix)?;
    step("Installing the C library");
    run!(shell, "make --silent -C bindings-c install PREFIX={prefix}")
}

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
        // On Windows, the `bash` that is found first is another system's.
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

/// Installs the PHP package, and returns its folder.
pub(crate) fn php(shell: &Shell) -> Result<PathBuf> {
    setup::PHP.install(shell)?;
    let folder = shell.current_dir().join("target/php/package");
    step("Installing the PHP package");
    run!(shell, "php bindings-php/tests/package.php {folder}")?;
    Ok(folder)
}

/// Installs the Python package, and returns the Python that has it.
pub(crate) fn python(shell: &Shell) -> Result<PathBuf> {
    setup::PYTHON.install(shell)?;
    step("Installing the Python package");
    Ok(read!(shell, "python3 bindings-python/run.py python")?.into())
}

/// The sources of the npm package, whose `npm run build` writes `target/npm/package`.
pub(crate) const WASM: &str = "bindings-wasm";

/// Runs a script of a folder's `package.json`, with the locked tools.
pub(crate) fn npm(shell: &Shell, folder: &str, script: &str) -> Result<()> {
    let _folder = npm_folder(shell, folder)?;
    run!(shell, "npm run --silent {script}")
}

/// Returns what such a script prints.
pub(crate) fn read_npm(shell: &Shell, folder: &str, script: &str) -> Result<String> {
    let _folder = npm_folder(shell, folder)?;
    read!(shell, "npm run --silent {script}")
}

/// Installs the tools of a folder's lock file unless they are there, and enters the folder.
pub(crate) fn npm_folder<'s>(shell: &'s Shell, folder: &str) -> Result<PushDir<'s>> {
    setup::node(shell)?;
    run!(shell, "rustup --quiet target add wasm32-unknown-unknown")?;
    let entered = shell.push_dir(folder);
    let lock = shell.read_file("package-lock.json")?;
    // The lock file of what is installed, written last.
    let stamp = "node_modules/.installed.json";
    if shell.read_file(stamp).ok().as_ref() != Some(&lock) {
        step(&format!("Installing the tools of {folder}"));
        run!(
            shell,
            "npm ci --ignore-scripts --no-audit --no-fund --loglevel=error"
        )?;
        shell.write_file(stamp, lock)?;
    }
    Ok(entered)
}
