//! The npm package, as it is installed from its tarball, in every runtime.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::npm::{Package, copy};
use crate::progress::step;
use crate::setup;

/// What can be copied from `bindings-wasm/examples`.
const EXAMPLES: [&str; 3] = ["worker", "webhook-worker", "node-receiver"];
/// Small projects outside the workspace, each with the package as its only dependency.
const PROJECTS: [&str; 7] = [
    "node", "esbuild", "workerd", "wrangler", "vite", "page", "types",
];

pub(crate) fn test(shell: &Shell) -> Result<()> {
    step("Comparing the declarations with the core");
    cmd!(shell, "cargo test --quiet -p visiono-workflow-wasm")
        .quiet()
        .run()?;

    let package = Package::build(shell)?;

    step("Checking the tarball");
    let tarball = package.pack(shell)?;
    let publint = package.program("publint");
    cmd!(shell, "{publint} run {tarball} --strict")
        .quiet()
        .run()?;
    // The package is ESM only, which CommonJS loads with `import()`.
    let attw = package.program("attw");
    cmd!(
        shell,
        "{attw} {tarball} --profile esm-only --no-color --format ascii"
    )
    .quiet()
    .run()?;

    step("Installing the tarball into small projects");
    let projects = shell.create_temp_dir()?;
    let projects = projects.path();
    for name in PROJECTS {
        install(shell, &package, name, &tarball, &projects.join(name))?;
    }
    for name in EXAMPLES {
        let example = projects.join(name);
        let source = shell.current_dir().join("bindings-wasm/examples");
        copy(&source.join(name), &example)?;
        install_tarball(shell, &tarball, &example)?;
    }

    step("Compiling against the declarations");
    check_types(shell, &package, &projects.join("types"))?;

    let vectors = env::var_os("VECTORS").map_or_else(
        || shell.current_dir().join("tests/vectors"),
        |folder| shell.current_dir().join(folder),
    );
    let _vectors = shell.push_env("VECTORS", &vectors);
    let _projects = shell.push_env("PROJECTS", projects);
    step("Running in Node");
    run(shell, &package, "node.mjs")?;
    {
        let _folder = shell.push_dir(projects.join("node"));
        cmd!(shell, "node --test --expose-gc --test-reporter=dot")
            .quiet()
            .run()?;
    }
    step("Running in workerd");
    run(shell, &package, "workerd.mjs")?;
    run(shell, &package, "example.mjs")?;
    step("Receiving webhooks by HTTP");
    run(shell, &package, "receivers.mjs")?;
    step("Running the README");
    run(shell, &package, "readme.mjs")?;
    step("Running in Chromium");
    setup::debian(shell, &["chromium"], &["chromium"])?;
    run(shell, &package, "chromium.mjs")?;
    package.check_size(shell)?;
    Ok(())
}

/// What stays in the module's memory, by itself.
pub(crate) fn memory(shell: &Shell) -> Result<()> {
    let package = Package::build(shell)?;
    let tarball = package.pack(shell)?;
    let project = shell.create_temp_dir()?;
    install(shell, &package, "node", &tarball, project.path())?;
    let _folder = shell.push_dir(project.path());
    cmd!(
        shell,
        "node --test --expose-gc --test-reporter=spec memory.test.js"
    )
    .quiet()
    .run()?;
    Ok(())
}

fn run(shell: &Shell, package: &Package, script: &str) -> Result<()> {
    let script = package.tools.join(script);
    cmd!(shell, "node {script}").quiet().run()?;
    Ok(())
}

fn install(
    shell: &Shell,
    package: &Package,
    name: &str,
    tarball: &Path,
    folder: &Path,
) -> Result<()> {
    let source = package.tools.join("projects");
    copy(&source.join(name), folder)?;
    for shared in ["vectors.js", "json.js", "reentrancy.js"] {
        copy(&source.join(shared), &folder.join(shared))?;
    }
    shell.write_file(
        folder.join("package.json"),
        "{ \"private\": true, \"type\": \"module\" }\n",
    )?;
    install_tarball(shell, tarball, folder)
}

pub(crate) fn install_tarball(shell: &Shell, tarball: &Path, folder: &Path) -> Result<()> {
    let _folder = shell.push_dir(folder);
    cmd!(
        shell,
        "npm install --no-package-lock --no-audit --no-fund --loglevel=error {tarball}"
    )
    .quiet()
    .ignore_stdout()
    .run()
    .context("the tarball could not be installed")
}

/// Compiles a program that uses everything, with the types of browsers and with those of Node.
fn check_types(shell: &Shell, package: &Package, folder: &Path) -> Result<()> {
    let tsc = package.program("tsc");
    for name in ["@types", "undici-types"] {
        let to: PathBuf = folder.join("node_modules").join(name);
        copy(&package.tools.join("node_modules").join(name), &to)?;
    }
    for types in ["dom", "node"] {
        let configuration = folder.join(format!("tsconfig.{types}.json"));
        cmd!(shell, "{tsc} --project {configuration}")
            .quiet()
            .run()?;
    }
    Ok(())
}
