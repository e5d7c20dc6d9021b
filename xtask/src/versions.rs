//! One version over every manifest.

use anyhow::{Result, ensure};
use serde_json::Value;
use xshell::{Shell, cmd};

/// The workspace's version.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Where the version is repeated, and after which text.
const REPEATED: [(&str, &str); 8] = [
    ("Cargo.toml", "path = \"core\", version = \""),
    ("bindings-wasm/package/package.json", "\"version\": \""),
    (
        "bindings-wasm/examples/worker/package.json",
        "\"visiono-workflow\": \"^",
    ),
    (
        "bindings-wasm/examples/webhook-worker/package.json",
        "\"visiono-workflow\": \"^",
    ),
    (
        "bindings-wasm/examples/node-receiver/package.json",
        "\"visiono-workflow\": \"^",
    ),
    ("bindings-python/pyproject.toml", "dynamic = [\"version\"]"),
    ("bindings-php/composer.json", "\"version\": \""),
    ("bindings-php/src/Library.php", "VERSION = '"),
];

/// Fails unless every manifest has the workspace's version.
pub(crate) fn check(shell: &Shell) -> Result<String> {
    for (path, before) in REPEATED {
        let text = shell.read_file(path)?;
        let after = text.split_once(before).map(|(_, after)| after);
        // What is dynamic comes from the crate.
        let is_same = after.is_some_and(|after| before.ends_with(']') || starts(after));
        ensure!(
            is_same,
            "{path} is not of version {VERSION}, which is the workspace's"
        );
    }
    let metadata = cmd!(shell, "cargo metadata --format-version 1 --no-deps")
        .quiet()
        .read()?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let crates = metadata["packages"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    for krate in crates {
        ensure!(
            krate["version"] == VERSION,
            "{} is not of version {VERSION}, which is the workspace's",
            krate["manifest_path"]
        );
    }
    ensure!(!crates.is_empty(), "cargo metadata lists no crates");
    Ok(format!(
        "{} crates and {} other places are of version {VERSION}",
        crates.len(),
        REPEATED.len()
    ))
}

/// Whether a text starts with the version, and ends it there.
fn starts(text: &str) -> bool {
    let rest = text.strip_prefix(VERSION);
    rest.is_some_and(|rest| rest.starts_with(['"', '\'']))
}
