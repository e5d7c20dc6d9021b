//! Compares the version in every manifest.

use anyhow::{Result, ensure};
use xshell::Shell;

/// The workspace's version.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The files that repeat the version, and how. `1.2.3` is the workspace's.
const REPEATED: [(&str, &str); 8] = [
    ("Cargo.toml", "path = \"core\", version = \"1.2.3\""),
    ("bindings-wasm/package/package.json", JSON),
    ("bindings-wasm/examples/worker/package.json", NPM),
    ("bindings-wasm/examples/webhook-worker/package.json", NPM),
    ("bindings-wasm/examples/node-receiver/package.json", NPM),
    ("bindings-php/composer.json", JSON),
    ("bindings-php/src/Library.php", "VERSION = '1.2.3'"),
    // It is the crate's.
    ("bindings-python/pyproject.toml", "dynamic = [\"version\"]"),
];
const JSON: &str = "\"version\": \"1.2.3\"";
const NPM: &str = "\"visiono-workflow\": \"^1.2.3\"";

/// Fails unless every manifest has the workspace's version.
pub(crate) fn check(shell: &Shell) -> Result<()> {
    let is_other = |(path, text): &(&str, &str)| {
        let text = text.replace("1.2.3", VERSION);
        !shell.read_file(path).is_ok_and(|file| file.contains(&text))
    };
    let files = REPEATED.into_iter().filter(is_other).map(|(path, _)| path);
    let tree = read!(shell, "cargo tree --workspace --depth 0 --prefix none")?;
    let crates = tree.lines().filter(|line| !line.is_empty());
    let crates = crates.filter(|krate| !krate.contains(&format!(" v{VERSION} (")));
    let others: Vec<_> = files.chain(crates).collect();
    ensure!(
        others.is_empty(),
        "another version than the workspace's, {VERSION}, is in {}",
        others.join(", ")
    );
    Ok(())
}
