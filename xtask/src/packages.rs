//! Builds and installs the packages, with the runner of each folder, as a user has them.

use std::path::{Path, PathBuf};

use anyhow::Result;
use xshell::{PushDir, Shell};

use crate::run::{run_lines, step};
use crate::setup;
use crate::versions::VERSION;

/// Installs the C library below `prefix`.
pub(crate) fn c_library(shell: &Shell, prefix: &Path) -> Result<()> {
    setup::MAKE.install(shell)?;
    let prefix = std::path::absolute(prefix)?;
    step(&format!(
        "Installing the C library below {}",
        prefix.display()
    ));
    Ok(run!(
        shell,
        "make --silent -C bindings-c install PREFIX={prefix}"
    )?)
}

/// Rust's targets of the C library's releases, and the files' names. PHP looks for the names of its
/// own system and machine.
const LIBRARIES: [(&str, &str); 7] = [
    ("x86_64-unknown-linux-gnu", "Linux-x86_64-gnu.so"),
    ("x86_64-unknown-linux-musl", "Linux-x86_64-musl.so"),
    ("aarch64-unknown-linux-gnu", "Linux-aarch64-gnu.so"),
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
    let (system, zig) = match std::env::consts::OS {
        "macos" => ("Darwin-", None),
        "windows" => ("Windows-", None),
        _ => ("Linux-", Some(setup::python_tools(shell, "zig")?)),
    };
    for (target, name) in LIBRARIES {
        if !name.starts_with(system) {
            continue;
        }
        step(&format!("Building {LIBRARY}-{name}"));
        setup::rust_targets(shell, "", &[target])?;
        let built = shell.create_temp_dir()?;
        let built = built.path();
        // On Windows, the `bash` that is found first is another system's.
        let run = r#"exec bindings-c/build.sh "$@""#;
        let mut command = xshell::cmd!(shell, "sh -c {run} sh {built} --release --target").quiet();
        command = match &zig {
            // Zig has every glibc; this is the oldest that Rust supports.
            Some(tools) if target.ends_with("gnu") => command.arg(format!("{target}.2.17")),
            _ => command.arg(target),
        };
        if let Some(tools) = &zig {
            let path = format!("{}:{}", tools.display(), shell.var("PATH")?);
            command = command
                .env("PATH", path)
                .env("CARGO_BUILD", "cargo-zigbuild rustc");
        }
        command.run()?;
        let kind = name.rsplit('.').next().unwrap_or_default();
        let from = built.join(format!("{LIBRARY}.{kind}"));
        shell.copy_file(from, folder.join(format!("{LIBRARY}-{name}")))?;
    }
    Ok(folder)
}

/// Packs what Composer installs, with every library of `target/libraries`, and returns the archive.
pub(crate) fn composer(shell: &Shell) -> Result<PathBuf> {
    setup::COMPOSER.install(shell)?;
    let folder = shell.create_temp_dir()?;
    let folder = folder.path();
    let libraries = shell.current_dir().join("target/libraries");
    run!(
        shell,
        "php bindings-php/tests/package.php {folder} {libraries}"
    )?;
    let archive = shell.current_dir().join(format!(
        "target/composer/visiono-workflow-php-{VERSION}.zip"
    ));
    shell.create_dir(archive.parent().unwrap_or(&archive))?;
    shell.remove_path(&archive)?;
    step(&format!("Packing {}", archive.display()));
    // The same files make the same bytes.
    let _folder = shell.push_dir(folder);
    let _time = shell.push_env("TZ", "UTC");
    let pack = format!(
        "find . -exec touch --date=2000-01-01 {{}} + && chmod -R u=rwX,go=rX . && \
         find . -type f | LC_ALL=C sort | zip -X -q '{}' -@",
        archive.display()
    );
    run!(shell, "sh -c {pack}")?;
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

/// The folder of the npm package, after `npm run build`.
pub(crate) const NPM: &str = "target/npm/package";

/// The sources of the npm package.
pub(crate) const WASM: &str = "bindings-wasm";
/// The sandbox's tests in a browser.
pub(crate) const SANDBOX: &str = "tests/sandbox";

/// The page that inspects and makes messages.
pub(crate) const PLAYGROUND: &str = "playground";

/// Runs a script of the npm package's, with the locked tools.
pub(crate) fn npm(shell: &Shell, script: &str) -> Result<()> {
    let _folder = npm_folder(shell, WASM)?;
    Ok(run!(shell, "npm run --silent {script}")?)
}

/// Installs the tools of a folder's lock file unless they are there, and enters the folder.
pub(crate) fn npm_folder<'s>(shell: &'s Shell, folder: &str) -> Result<PushDir<'s>> {
    setup::node(shell)?;
    setup::rust_targets(shell, "", &["wasm32-unknown-unknown"])?;
    let entered = shell.push_dir(folder);
    let lock = shell.read_file("package-lock.json")?;
    // The lock file of what is installed, written last.
    let stamp = "node_modules/.installed.json";
    if shell.read_file(stamp).ok().as_ref() != Some(&lock) {
        step(&format!("Installing the tools of {folder}"));
        let install = "npm ci --ignore-scripts --no-audit --no-fund --loglevel=error";
        run_lines(shell, &[install])?;
        shell.write_file(stamp, lock)?;
    }
    Ok(entered)
}

/// Builds the playground, and puts it into the book.
pub(crate) fn playground(shell: &Shell) -> Result<()> {
    let book = shell.current_dir().join("target/book/playground");
    shell.create_dir(&book)?;
    let _folder = npm_folder(shell, PLAYGROUND)?;
    run_lines(shell, &["npm run --silent build"])?;
    Ok(shell.copy_file("dist/playground.html", book.join("index.html"))?)
}
