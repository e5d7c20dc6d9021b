//! Compares the version in every manifest.

use anyhow::{Result, ensure};
use xshell::Shell;

/// The workspace's version.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The files that repeat the version, and the text before it.
const REPEATED: [(&str, &str); 7] = [
    ("Cargo.toml", "path = \"core\", version = \""),
    ("bindings-wasm/package/package.json", "\"version\": \""),
    ("bindings-wasm/examples/worker/package.json", NPM),
    ("bindings-wasm/examples/webhook-worker/package.json", NPM),
    ("bindings-wasm/examples/node-receiver/package.json", NPM),
    ("bindings-php/composer.json", "\"version\": \""),
    ("bindings-php/src/Library.php", "VERSION = '"),
];
const NPM: &str = "\"visiono-workflow\": \"^";

/// Fails unless every manifest has the workspace's version.
pub(crate) fn check(shell: &Shell) -> Result<()> {
    let mut others = Vec::new();
    for (path, before) in REPEATED {
        let text = shell.read_file(path)?;
        let has = |quote| text.contains(&format!("{before}{VERSION}{quote}"));
        others.extend((!has('"') && !has('\'')).then(|| path.to_owned()));
    }
    let python = shell.read_file("bindings-python/pyproject.toml")?;
    ensure!(
        python.contains("dynamic = [\"version\"]"),
        "Python's version is not the crate's"
    );
    let tree = read!(
        shell,
        "cargo tree --locked --workspace --depth 0 --prefix none"
    )?;
    let crates = tree.lines().filter(|line| !line.is_empty());
    let is_other = |krate: &&str| !krate.contains(&format!(" v{VERSION} ("));
    others.extend(crates.filter(is_other).map(str::to_owned));
    ensure!(
        others.is_empty(),
        "another version than the workspace's, {VERSION}, is in {}",
        others.join(", ")
    );
    Ok(())
}
