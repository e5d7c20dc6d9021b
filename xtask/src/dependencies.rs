//! `cargo xtask dependencies`: which crates are in what is shipped, and the list of them that
//! comes with each, an SBOM.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use xshell::{Shell, cmd};

use crate::generated::{self, File};
use crate::setup;

const CYCLONEDX: &str = "0.5.9";
const DOCUMENT: &str = "docs/dependencies.md";
/// The table is what stands after this.
const MARK: &str = "<!-- `cargo xtask dependencies` writes the table. -->\n\n";

/// What is shipped.
struct Artifact {
    name: &'static str,
    krate: &'static str,
    /// Every system that it is built for; the features that it is built with.
    flags: &'static [&'static str],
}

const ARTIFACTS: [Artifact; 5] = [
    Artifact {
        name: "crate",
        krate: "visiono-workflow",
        flags: &["--target=all", "--all-features"],
    },
    Artifact {
        name: "program",
        krate: "visiono-workflow-cli",
        flags: &["--target=all"],
    },
    Artifact {
        name: "npm",
        krate: "visiono-workflow-wasm",
        flags: &["--target=wasm32-unknown-unknown"],
    },
    Artifact {
        name: "Python",
        krate: "visiono-workflow-python",
        flags: &["--target=all"],
    },
    Artifact {
        name: "C, PHP",
        krate: "visiono-workflow-c",
        flags: &["--target=all"],
    },
];

/// Names and versions of crates.
type Crates = BTreeSet<(String, String)>;

impl Artifact {
    /// The crates of its dependency tree, without this project's own.
    fn crates(&self, shell: &Shell, edges: &str) -> Result<Crates> {
        let Self { krate, flags, .. } = *self;
        let tree = cmd!(
            shell,
            "cargo tree --locked --package {krate} {flags...} --edges {edges} --prefix none"
        )
        .quiet()
        .read()?;
        let lines = tree.lines().filter(|line| !line.starts_with("visiono-"));
        lines
            .map(|line| {
                let (name, rest) = line.split_once(" v").context("a name and a version")?;
                let version = rest.split(' ').next().unwrap_or_default();
                Ok((name.to_owned(), version.to_owned()))
            })
            .collect()
    }
}

/// Writes the table into the document.
pub(crate) fn write(shell: &Shell) -> Result<()> {
    generated::write(shell, &[generate(shell)?])
}

/// Compares the document with the dependency trees, and says how many crates there are.
pub(crate) fn check(shell: &Shell) -> Result<String> {
    let file = generate(shell)?;
    let rows = file
        .1
        .lines()
        .filter(|line| line.starts_with("| `"))
        .count();
    generated::check(shell, &[file], "dependencies")?;
    Ok(format!(
        "{DOCUMENT} has all {rows} crates that {} artifacts depend on, and no other",
        ARTIFACTS.len()
    ))
}

/// The document with the table of now, and with what it says that each crate is for.
fn generate(shell: &Shell) -> Result<File> {
    let document = shell.read_file(DOCUMENT)?;
    let (text, table) = document.split_once(MARK).context(DOCUMENT)?;
    let purposes: BTreeMap<_, _> = table
        .lines()
        .filter_map(|line| {
            let mut cells = line.split(" | ");
            let name = cells.next()?.strip_prefix("| `")?.strip_suffix('`')?;
            Some((name, cells.next()?))
        })
        .collect();

    let mut rows = BTreeMap::<String, [&str; ARTIFACTS.len()]>::new();
    for (place, artifact) in ARTIFACTS.iter().enumerate() {
        for (edges, mark) in [("normal", "built with"), ("normal,no-proc-macro", "in it")] {
            for (name, _) in artifact.crates(shell, edges)? {
                rows.entry(name).or_insert([""; ARTIFACTS.len()])[place] = mark;
            }
        }
    }

    let names = ARTIFACTS.map(|artifact| artifact.name).join(" | ");
    let mut table = format!("| crate | what for | {names} |\n|---|---");
    table += &"|---".repeat(ARTIFACTS.len());
    table += "|\n";
    for (name, marks) in &rows {
        let Some(purpose) = purposes.get(name.as_str()) else {
            bail!("{DOCUMENT} does not say what {name} is for: add the row \"| `{name}` | … | |\"");
        };
        table += &format!("| `{name}` | {purpose} | {} |\n", marks.join(" | "));
    }
    Ok((DOCUMENT, format!("{text}{MARK}{table}")))
}

/// Makes an SBOM of each artifact in `target/sbom`, from a copy of the sources, because the tool
/// writes beside the manifests. Says how many there are, and of how many crates.
pub(crate) fn sboms(shell: &Shell, copy: &Path) -> Result<String> {
    let tool = setup::cargo_tool(shell, "cargo-cyclonedx", "cargo-cyclonedx", CYCLONEDX)?;
    let root = shell.current_dir();
    let folder = root.join("target/sbom");
    shell.remove_path(&folder)?;
    shell.create_dir(&folder)?;
    let mut counts = Vec::new();
    // The date in it is that of the sources, not of the day on which it was made.
    let date = cmd!(shell, "git log -1 --format=%ct").quiet().read()?;
    let _folder = shell.push_dir(copy);
    cmd!(
        shell,
        "{tool} cyclonedx --quiet --format json --spec-version 1.5 --target all --all-features --override-filename sbom"
    )
    .env("SOURCE_DATE_EPOCH", date)
    .quiet()
    .run()?;
    let metadata = cmd!(
        shell,
        "cargo metadata --locked --format-version 1 --no-deps"
    )
    .quiet()
    .read()?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    for artifact in &ARTIFACTS {
        let packages = metadata["packages"].as_array().context("packages")?;
        let package = packages
            .iter()
            .find(|package| package["name"] == artifact.krate);
        let manifest = package.and_then(|package| package["manifest_path"].as_str());
        let made = Path::new(manifest.context(artifact.krate)?).with_file_name("sbom.json");
        let text = fs::read_to_string(made)?;
        // Nothing of the machine that it was made on is in it.
        let text = text.replace(&format!("{}/", copy.display()), "");
        let mut sbom: Value = serde_json::from_str(&text)?;
        let crates = artifact.crates(shell, "normal")?;
        prune(&mut sbom, &crates)?;
        let path = folder.join(format!("{}.cdx.json", artifact.krate));
        fs::write(path, serde_json::to_string_pretty(&sbom)? + "\n")?;
        counts.push(format!("{} of {} crates", artifact.krate, crates.len()));
    }
    Ok(format!("in target/sbom, {}", counts.join(", ")))
}

/// Takes out of an SBOM what isn't in the dependency tree: the tool joins the features that every
/// member of the workspace asks for. What the tree has, it has to have.
fn prune(sbom: &mut Value, crates: &Crates) -> Result<()> {
    let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let components = sbom["components"].as_array_mut().context("components")?;
    components.retain(|component| {
        let name = text(component, "name");
        name.starts_with("visiono-") || crates.contains(&(name, text(component, "version")))
    });
    let listed: Crates = components
        .iter()
        .map(|component| (text(component, "name"), text(component, "version")))
        .filter(|(name, _)| !name.starts_with("visiono-"))
        .collect();
    ensure!(
        listed == *crates,
        "the SBOM lacks {:?}",
        crates.difference(&listed)
    );
    let mut references: BTreeSet<_> = components
        .iter()
        .map(|component| text(component, "bom-ref"))
        .collect();
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
