//! Builds the npm package, and what its tests and benchmarks run with.

use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use xshell::{Shell, cmd};

use crate::progress::step;
use crate::setup;

const TARGET: &str = "wasm32-unknown-unknown";
/// The oldest Node that Vite and the test runner's tools take.
const OLDEST_NODE: (u32, u32) = (20, 19);
/// What can be imported. Each has modules of its own, so that nobody pays for the other.
const ENTRIES: [Entry; 2] = [
    Entry {
        import: "visiono-workflow",
        feature: "workflow",
        source: "index.js",
        prefix: "",
        budget: 28 * 1024,
    },
    Entry {
        import: "visiono-workflow/webhook",
        feature: "webhook",
        source: "webhook/index.js",
        prefix: "webhook.",
        budget: 26 * 1024,
    },
];
/// The runtimes that have a file of their own in the package, and what it is made from.
const RUNTIMES: [(&str, &str); 3] = [
    ("workerd", "workerd"),
    ("node", "node"),
    ("browser", "inline"),
];

/// What can be imported.
struct Entry {
    import: &'static str,
    /// The feature of the crate that the modules are made of.
    feature: &'static str,
    /// Where its JavaScript starts.
    source: &'static str,
    /// What the names of its JavaScript files start with.
    prefix: &'static str,
    /// How much the module and its JavaScript may have together, gzipped, in a Worker.
    budget: usize,
}

impl Entry {
    /// The small module.
    fn module(&self) -> String {
        format!("visiono_{}.wasm", self.feature)
    }

    /// The fast module, for Node.
    fn node_module(&self) -> String {
        format!("visiono_{}.node.wasm", self.feature)
    }

    fn javascript(&self, runtime: &str) -> String {
        format!("{}{runtime}.js", self.prefix)
    }
}

/// The package, ready to be packed, and the tools that it was built with.
pub(crate) struct Package {
    /// Where the package's files are.
    pub(crate) folder: PathBuf,
    /// Where the scripts of `bindings-wasm/test` are, beside their `node_modules`.
    pub(crate) tools: PathBuf,
}

impl Package {
    /// Builds the package, and installs what that needs.
    pub(crate) fn build(shell: &Shell) -> Result<Self> {
        let root = shell.current_dir();
        let package = Self {
            folder: root.join("target/npm/package"),
            tools: root.join("target/npm/tools"),
        };
        package.install_tools(shell)?;
        package.build_modules(shell)?;
        package.build_javascript(shell)?;
        Ok(package)
    }

    /// Packs the tarball that is published, and returns its path.
    pub(crate) fn pack(&self, shell: &Shell) -> Result<PathBuf> {
        let _folder = shell.push_dir(&self.folder);
        let packed = cmd!(shell, "npm pack --json --pack-destination ..")
            .quiet()
            .ignore_stderr()
            .read()?;
        let packed: Value = serde_json::from_str(&packed).context("the output of npm pack")?;
        let name = packed[0]["filename"].as_str().context("the tarball")?;
        Ok(self.folder.with_file_name(name))
    }

    /// A program that came with the tools.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.tools.join("node_modules/.bin").join(name)
    }

    /// Prints how large each entry is in a Worker, and fails if one is larger than it may be.
    pub(crate) fn check_size(&self, shell: &Shell) -> Result<()> {
        for entry in &ENTRIES {
            let total = self.print_size(shell, entry)?;
            let import = entry.import;
            ensure!(total <= entry.budget, "{import} is larger than it may be");
        }
        Ok(())
    }

    /// Prints how large an entry is in a Worker, and returns that in bytes, gzipped.
    fn print_size(&self, shell: &Shell, entry: &Entry) -> Result<usize> {
        let mut total = 0;
        println!("{:<24} {:>8} {:>10}", entry.import, "bytes", "gzipped");
        for name in [entry.module(), entry.javascript("workerd")] {
            let path = self.folder.join(&name);
            let bytes = fs::metadata(&path)?.len();
            let gzipped = cmd!(shell, "gzip -9 --no-name --stdout {path}")
                .quiet()
                .output()?
                .stdout
                .len();
            println!("{name:<24} {bytes:>8} {gzipped:>10}");
            total += gzipped;
        }
        println!(
            "{:<24} {:>8} {total:>10} of {}",
            "together", "", entry.budget
        );
        Ok(total)
    }

    /// Copies the scripts out of the repository, and installs the packages that they use there.
    fn install_tools(&self, shell: &Shell) -> Result<()> {
        check_node(shell)?;
        let source = shell.current_dir().join("bindings-wasm/test");
        let wanted = fs::read_to_string(source.join("package.json"))?;
        let stamp = self.tools.join("installed.json");
        for entry in fs::read_dir(&source)? {
            let entry = entry?;
            let path = self.tools.join(entry.file_name());
            shell.remove_path(&path)?;
            copy(&entry.path(), &path)?;
        }
        if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
            return Ok(());
        }
        step("Installing npm packages");
        let _folder = shell.push_dir(&self.tools);
        cmd!(
            shell,
            "npm install --no-package-lock --no-audit --no-fund --loglevel=error"
        )
        .quiet()
        .run()
        .context("the npm packages of the tests could not be installed")?;
        fs::write(stamp, wanted)?;
        Ok(())
    }

    /// Compiles the modules: a small one, and a fast one for Node.
    fn build_modules(&self, shell: &Shell) -> Result<()> {
        setup::rust_targets(shell, "", &[TARGET])?;
        shell.remove_path(&self.folder)?;
        shell.create_dir(&self.folder)?;
        for entry in &ENTRIES {
            let (small, fast) = (entry.module(), entry.node_module());
            // SHA-256 as a loop: unrolled, it is seven times the size.
            let compact = "--cfg=sha2_backend_soft=\"compact\"";
            self.build_module(shell, &small, entry.feature, "wasm", compact)?;
            self.shrink(shell, &small)?;
            let simd = "-Ctarget-feature=+simd128";
            self.build_module(shell, &fast, entry.feature, "wasm-fast", simd)?;
        }
        Ok(())
    }

    fn build_module(
        &self,
        shell: &Shell,
        name: &str,
        feature: &str,
        profile: &str,
        flag: &str,
    ) -> Result<()> {
        step(&format!("Building {name}"));
        let root = shell.current_dir();
        let home = env::var_os("CARGO_HOME").map_or_else(
            || Path::new(&env::var_os("HOME").unwrap_or_default()).join(".cargo"),
            PathBuf::from,
        );
        let flags = [
            // After a call that was cut short, JavaScript puts the stack back where it was.
            "-Clink-arg=--export=__stack_pointer".to_owned(),
            // Every runtime has had it since 2021.
            "-Ctarget-feature=+bulk-memory".to_owned(),
            flag.to_owned(),
            // Nothing of the machine that it was built on is in the module.
            format!("--remap-path-prefix={}=", home.display()),
            format!("--remap-path-prefix={}=", root.display()),
        ];
        {
            let _flags = shell.push_env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
            cmd!(
                shell,
                "cargo build --quiet --package visiono-workflow-wasm --profile {profile}
                --target {TARGET} --no-default-features --features {feature}"
            )
            .quiet()
            .run()?;
        }
        let module = root
            .join("target")
            .join(TARGET)
            .join(profile)
            .join("visiono_workflow_wasm.wasm");
        let glue = root.join("target/npm/glue");
        cmd!(
            shell,
            "cargo run --quiet --package visiono-workflow-wasm-generator -- {module} {glue}"
        )
        .quiet()
        .run()?;
        shell.copy_file(
            glue.join("visiono_workflow_bg.wasm"),
            self.folder.join(name),
        )?;
        Ok(())
    }

    /// Makes a module smaller than the compiler makes it.
    fn shrink(&self, shell: &Shell, name: &str) -> Result<()> {
        let module = self.folder.join(name);
        let wasm_opt = self.program("wasm-opt");
        // No sum of a pointer and an offset wraps around to the first kilobyte of memory. A function
        // of one caller is left alone, and so is an expression that occurs twice: both compress
        // better like that. Then come the features that Rust compiles for.
        cmd!(
            shell,
            "{wasm_opt} -Oz --converge --low-memory-unused --one-caller-inline-max-function-size=1
            --skip-pass=local-cse --enable-bulk-memory --enable-bulk-memory-opt
            --enable-mutable-globals --enable-nontrapping-float-to-int --enable-sign-ext
            {module} --output {module}"
        )
        .quiet()
        .run()?;
        Ok(())
    }

    /// Makes one file for each runtime, and copies what is shipped as it is.
    fn build_javascript(&self, shell: &Shell) -> Result<()> {
        let root = shell.current_dir();
        let source = root.join("bindings-wasm/package");
        let esbuild = self.program("esbuild");
        for (entry, (runtime, module)) in ENTRIES
            .iter()
            .flat_map(|entry| RUNTIMES.map(|runtime| (entry, runtime)))
        {
            let start = source.join("src").join(entry.source);
            let module = source.join(format!("src/module/{module}.js"));
            let beside = format!("./{}", entry.module());
            // A browser has it inlined, from where it was built.
            let wasm = match runtime {
                "browser" => self.folder.join(&beside),
                _ => PathBuf::from(&beside),
            };
            let node_module = format!("\"./{}\"", entry.node_module());
            let output = self.folder.join(entry.javascript(runtime));
            cmd!(
                shell,
                "{esbuild} {start} --bundle --format=esm --target=es2022 --minify
                --legal-comments=none --log-level=warning --loader:.wasm=binary
                --alias:#module={module} --alias:#wasm={wasm} --define:NODE_MODULE={node_module}
                --external:node:* --external:{beside} --outfile={output}"
            )
            .quiet()
            .run()?;
        }
        for (folder, name) in [
            (&source, "package.json"),
            (&source, "index.d.ts"),
            (&source, "webhook.d.ts"),
            (&source, "README.md"),
            (&root, "LICENSE-APACHE"),
            (&root, "LICENSE-MIT"),
        ] {
            shell.copy_file(folder.join(name), self.folder.join(name))?;
        }
        let manifest: Value =
            serde_json::from_str(&fs::read_to_string(source.join("package.json"))?)?;
        let version = manifest["version"].as_str().unwrap_or_default();
        ensure!(
            version == env!("CARGO_PKG_VERSION"),
            "bindings-wasm/package/package.json has version {version}, the workspace has {}",
            env!("CARGO_PKG_VERSION"),
        );
        Ok(())
    }
}

fn check_node(shell: &Shell) -> Result<()> {
    let (major, minor) = OLDEST_NODE;
    let version = if setup::has("node") && setup::has("npm") {
        cmd!(shell, "node --version").quiet().read()?
    } else {
        "none".to_owned()
    };
    let mut numbers = version.trim_start_matches('v').split('.').map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(found)), Some(Ok(then))) if (found, then) >= OLDEST_NODE => Ok(()),
        _ => bail!("Node {major}.{minor} or later with npm is needed, but found {version}"),
    }
}

/// Copies a file, or a folder with all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    if !from.is_dir() {
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::copy(from, to).with_context(|| format!("copying {}", from.display()))?;
        return Ok(());
    }
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}
