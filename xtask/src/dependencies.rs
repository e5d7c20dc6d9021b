//! The dependencies of what is shipped: a table for the documentation, and an SBOM for each package.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use xshell::Shell;

use crate::files::{self, File};
use crate::setup;

const DOCUMENT: &str = "docs/dependencies.md";
/// The table comes after this line.
const MARK: &str = "<!-- `cargo xtask dependencies` writes the table. -->\n\n";
/// The shipped packages: column, crate, and the systems and features that it is built for.
const PACKAGES: [(&str, &str, &[&str]); 5] = [
    (
        "crate",
        "visiono-workflow",
        &["--target=all", "--all-features"],
    ),
    ("program", "visiono-workflow-cli", &["--target=all"]),
    (
        "npm",
        "visiono-workflow-wasm",
        &["--target=wasm32-unknown-unknown", "--all-features"],
    ),
    ("Python", "visiono-workflow-python", &["--target=all"]),
    ("C, PHP", "visiono-workflow-c", &["--target=all"]),
];

/// Names and versions of crates.
type Crates = BTreeSet<(String, String)>;

/// Lists the crates that a package depends on, without this project's own.
fn crates(shell: &Shell, package: usize, edges: &str) -> Result<Crates> {
    let (_, krate, flags) = PACKAGES[package];
    let tree = read!(
        shell,
        "cargo tree --locked --package {krate} {flags...} --edges {edges} --prefix none"
    )?;
    let lines = tree.lines().filter(|line| !line.starts_with("visiono-"));
    let name_and_version = |line: &str| {
        let (name, rest) = line.split_once(" v")?;
        Some((name.to_owned(), rest.split(' ').next()?.to_owned()))
    };
    let crates: Option<_> = lines.map(name_and_version).collect();
    crates.context("cargo tree printed a line without a version")
}

/// Compares the document with the dependency trees, and returns how many crates there are.
pub(crate) fn check(shell: &Shell) -> Result<String> {
    let file = table(shell)?;
    let rows = file
        .1
        .lines()
        .filter(|line| line.starts_with("| `"))
        .count();
    files::check(shell, &[file], "dependencies")?;
    Ok(format!(
        "{DOCUMENT} has the {rows} crates that the packages depend on, and no other"
    ))
}

/// Generates the document with a new table, which keeps the purposes in the old one.
pub(crate) fn table(shell: &Shell) -> Result<File> {
    let document = shell.read_file(DOCUMENT)?;
    let (text, table) = document.split_once(MARK).context(DOCUMENT)?;
    let row = |line: &'_ str| {
        let (name, rest) = line.strip_prefix("| `")?.split_once("` | ")?;
        Some((name.to_owned(), rest.split_once(" | ")?.0.to_owned()))
    };
    let purposes: BTreeMap<_, _> = table.lines().filter_map(row).collect();

    let mut rows = BTreeMap::<String, [&str; PACKAGES.len()]>::new();
    for package in 0..PACKAGES.len() {
        for (edges, mark) in [("normal", "built with"), ("normal,no-proc-macro", "in it")] {
            for (name, _) in crates(shell, package, edges)? {
                rows.entry(name).or_insert([""; PACKAGES.len()])[package] = mark;
            }
        }
    }
    let columns = PACKAGES.map(|(column, ..)| column).join(" | ");
    let mut table = format!("| crate | what for | {columns} |\n|---|---");
    table += &"|---".repeat(PACKAGES.len());
    table += "|\n";
    for (name, marks) in &rows {
        let purpose = purposes.get(name).with_context(|| {
            format!("{DOCUMENT} lacks the purpose of {name}: add the row \"| `{name}` | … | |\"")
        })?;
        table += &format!("| `{name}` | {purpose} | {} |\n", marks.join(" | "));
    }
    Ok((DOCUMENT, format!("{text}{MARK}{table}")))
}

/// Makes an SBOM of each package in `target/sbom`, from a copy of the sources, because the tool
/// writes beside the manifests. Returns of how many crates each one is.
pub(crate) fn sboms(shell: &Shell, copy: &Path) -> Result<String> {
    let tool = setup::cargo_tool(shell, "cargo-cyclonedx", "0.5.9")?;
    let folder = shell.current_dir().join("target/sbom");
    shell.remove_path(&folder)?;
    // The date in it is that of the sources.
    let date = read!(shell, "git log -1 --format=%ct")?;
    let _folder = shell.push_dir(copy);
    run!(
        shell,
        "env SOURCE_DATE_EPOCH={date} {tool} cyclonedx --quiet --format json --spec-version 1.5
        --target all --all-features --override-filename sbom"
    )?;
    let mut counts = Vec::new();
    for (package, (_, krate, _)) in PACKAGES.iter().enumerate() {
        // Such as `path+file:///folder/core#visiono-workflow@0.1.0`.
        let id = read!(shell, "cargo pkgid --package {krate}")?;
        let path = id
            .strip_prefix("path+file://")
            .and_then(|path| path.split('#').next());
        let text = shell.read_file(Path::new(path.context(id.clone())?).join("sbom.json"))?;
        // Nothing of the machine that it was made on is in it.
        let text = text.replace(&format!("{}/", copy.display()), "");
        let mut sbom = serde_json::from_str(&text)?;
        let crates = crates(shell, package, "normal")?;
        prune(&mut sbom, &crates)?;
        let text = serde_json::to_string_pretty(&sbom)? + "\n";
        shell.write_file(folder.join(format!("{krate}.cdx.json")), text)?;
        counts.push(format!("{krate} of {} crates", crates.len()));
    }
    Ok(format!("in target/sbom, {}", counts.join(", ")))
}

/// Removes from an SBOM what isn't in the dependency tree, because the tool joins the features that
/// all members of the workspace ask for. Fails if the SBOM lacks a crate of the tree.
fn prune(sbom: &mut Value, crates: &Crates) -> Result<()> {
    let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let name_and_version =
        |component: &Value| (text(component, "name"), text(component, "version"));
    let is_own = |component: &Value| text(component, "name").starts_with("visiono-");
    let components = sbom["components"].as_array_mut().context("components")?;
    components.retain(|one| is_own(one) || crates.contains(&name_and_version(one)));
    let listed = components
        .iter()
        .filter(|one| !is_own(one))
        .map(name_and_version);
    let listed: Crates = listed.collect();
    ensure!(
        listed == *crates,
        "the SBOM lacks {:?}",
        crates.difference(&listed)
    );
    let mut references: BTreeSet<_> = components.iter().map(|one| text(one, "bom-ref")).collect();
    references.insert(text(&sbom["metadata"]["component"], "bom-ref"));
    let dependencies = sbom["dependencies"]
        .as_array_mut()
        .context("dependencies")?;
    dependencies.retain(|dependency| references.contains(&text(dependency, "ref")));
    for dependency in dependencies {
        if let Some(on) = dependency["dependsOn"].as_array_mut() {
            on.retain(|on| on.as_str().is_some_and(|on| references.contains(on)));
        }
    }
    Ok(())
}
