//! The dependencies of what is shipped: a table for the documentation, and an SBOM for each package.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use xshell::Shell;

use crate::files::{self, File};
use crate::setup;

const DOCUMENT: &str = "docs/dependencies.md";
/// The table comes after this line.
const MARK: &str = "<!-- `cargo xtask dependencies` writes the table. -->\n\n";
/// The shipped packages: column, crate, and the systems that it is built for.
const PACKAGES: [(&str, &str, &str); 5] = [
    ("crate", "visiono-workflow", "all"),
    ("program", "visiono-workflow-cli", "all"),
    ("npm", "visiono-workflow-wasm", "wasm32-unknown-unknown"),
    ("Python", "visiono-workflow-python", "all"),
    ("C, PHP", "visiono-workflow-c", "all"),
];

/// Lists a package and the crates that it depends on, such as `hmac@0.13.0`.
fn crates(shell: &Shell, krate: &str, target: &str, edges: &str) -> Result<BTreeSet<String>> {
    let tree = read!(
        shell,
        "cargo tree --locked --package {krate} --all-features --target {target} --edges {edges}
        --prefix none"
    )?;
    let name_and_version = |line: &str| {
        let (name, rest) = line.split_once(" v")?;
        Some(format!("{name}@{}", rest.split(' ').next()?))
    };
    let crates: Option<_> = tree.lines().map(name_and_version).collect();
    crates.context("cargo tree printed a line without a version")
}

/// Compares the document with the dependency trees, and returns how many crates there are.
pub(crate) fn check(shell: &Shell) -> Result<String> {
    let file = table(shell)?;
    files::check(shell, &[file], "dependencies")?;
    let rows = shell.read_file(DOCUMENT)?.matches("\n| `").count();
    Ok(format!(
        "{DOCUMENT} has the {rows} crates that the packages depend on, and no other"
    ))
}

/// Generates the document with a new table, which keeps the purposes in the old one.
pub(crate) fn table(shell: &Shell) -> Result<File> {
    let document = shell.read_file(DOCUMENT)?;
    let (text, old) = document.split_once(MARK).context(DOCUMENT)?;
    let mut rows = BTreeMap::<String, [&str; PACKAGES.len()]>::new();
    for (column, (_, krate, target)) in PACKAGES.iter().enumerate() {
        for (edges, mark) in [("normal", "built with"), ("normal,no-proc-macro", "in it")] {
            for one in crates(shell, krate, target, edges)? {
                let name = one.split('@').next().unwrap_or_default();
                if !name.starts_with("visiono-") {
                    rows.entry(name.to_owned()).or_default()[column] = mark;
                }
            }
        }
    }
    let columns = PACKAGES.map(|(column, ..)| column).join(" | ");
    let rule = "|---".repeat(2 + PACKAGES.len());
    let mut table = format!("| crate | what for | {columns} |\n{rule}|\n");
    for (name, marks) in &rows {
        let start = format!("| `{name}` | ");
        let mut lines = old.lines();
        let purpose = lines.find_map(|line| line.strip_prefix(&start)?.split(" | ").next());
        let purpose = purpose.with_context(|| {
            format!("{DOCUMENT} lacks the purpose of {name}: add the row \"{start}… | |\"")
        })?;
        table += &format!("{start}{purpose} | {} |\n", marks.join(" | "));
    }
    let document = format!("{text}{MARK}{table}");
    Ok((DOCUMENT.into(), Some(document)))
}

/// Makes an SBOM of each package in `target/sbom`, and returns the number of crates in each.
pub(crate) fn sboms(shell: &Shell) -> Result<String> {
    let tool = setup::cargo_tool(shell, "cargo-cyclonedx", "0.5.9")?;
    let folder = shell.current_dir().join("target/sbom");
    shell.remove_path(&folder)?;
    // The date in it is that of the sources.
    let date = read!(shell, "git log -1 --format=%ct")?;
    // The tool writes beside the manifests.
    let copy = shell.create_temp_dir()?;
    let copy = copy.path();
    files::copy_sources(shell, copy)?;
    let _folder = shell.push_dir(copy);
    run!(
        shell,
        "env SOURCE_DATE_EPOCH={date} {tool} cyclonedx --quiet --format json --spec-version 1.5
        --target all --all-features"
    )?;
    let mut counts = Vec::new();
    for (_, krate, target) in PACKAGES {
        let file = format!("{krate}.cdx.json");
        let text = shell.read_file(read!(shell, "find . -name {file}")?)?;
        // Nothing of the machine that it was made on is in it.
        let text = text.replace(&format!("{}/", copy.display()), "");
        let mut sbom = serde_json::from_str(&text)?;
        let crates = crates(shell, krate, target, "normal")?;
        prune(&mut sbom, &crates).with_context(|| format!("the SBOM of {krate}"))?;
        let text = serde_json::to_string_pretty(&sbom)? + "\n";
        shell.write_file(folder.join(file), text)?;
        counts.push(format!("{krate} of {} crates", crates.len()));
    }
    Ok(format!("in target/sbom, {}", counts.join(", ")))
}

/// Removes from an SBOM what isn't in the dependency tree, because the tool joins the features that
/// all members of the workspace ask for. Fails if the SBOM lacks a crate of the tree.
fn prune(sbom: &mut Value, crates: &BTreeSet<String>) -> Result<()> {
    // A reference is such as `path+file://core#visiono-workflow@0.1.0`.
    let is_listed = |reference: &Value| {
        let name = reference.as_str().and_then(|text| text.split('#').nth(1));
        name.is_some_and(|name| crates.contains(name))
    };
    let components = sbom["components"].as_array_mut().context("components")?;
    components.retain(|component| is_listed(&component["bom-ref"]));
    // The package itself is not among them.
    let (count, wanted) = (components.len() + 1, crates.len());
    ensure!(count == wanted, "it has {count} of {wanted} crates");
    let dependencies = sbom["dependencies"].as_array_mut();
    let dependencies = dependencies.context("dependencies")?;
    dependencies.retain(|dependency| is_listed(&dependency["ref"]));
    for dependency in dependencies {
        // An index would add the key.
        if let Some(Value::Array(on)) = dependency.get_mut("dependsOn") {
            on.retain(is_listed);
        }
    }
    Ok(())
}
