//! Compares the version in every manifest.

use anyhow::{Result, ensure};
use serde_json::Value;
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
pub(crate) fn check(shell: &Shell) -> Result<String> {
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
    let metadata = read!(
        shell,
        "cargo metadata --locked --format-version 1 --no-deps"
    )?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let crates = metadata["packages"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let is_other = |krate: &&Value| krate["version"] != VERSION;
    let manifests = crates.iter().filter(is_other);
    others.extend(manifests.map(|krate| krate["manifest_path"].to_string()));
    ensure!(
        others.is_empty(),
        "another version than the workspace's, {VERSION}, is in {}",
        others.join(", ")
    );
    ensure!(!crates.is_empty(), "cargo metadata lists no crates");
    Ok(format!(
        "{} crates and {} other places have version {VERSION}",
        crates.len(),
        REPEATED.len()
    ))
}
