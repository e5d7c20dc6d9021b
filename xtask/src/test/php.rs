//! The PHP package, as it is installed: in the command line, and in php-fpm behind a web server.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use xshell::{Shell, TempDir, cmd};

use crate::headers;
use crate::install;
use crate::progress::step;
use crate::setup;

const SOURCE: &str = "bindings-php";
/// What a user gets of the source folder.
const SHIPPED: [&str; 5] = [
    "autoload.php",
    "composer.json",
    "examples",
    "preload.php",
    "src",
];
/// Secrets for tests.
const SECRET: &str = "0123456789abcdef0123456789abcdef";
const WEBHOOK_SECRET: &str = "whsec_0123456789abcdef0123456789abcdef";

pub(crate) fn test(shell: &Shell) -> Result<()> {
    set_up(shell)?;
    headers::check(shell)?;
    step("Checking the PHP files");
    let checks = "find bindings-php -name *.php -print0";
    let list = cmd!(shell, "sh -c {checks}").quiet().read()?;
    for file in list.split_terminator('\0') {
        cmd!(shell, "php -l {file}").quiet().ignore_stdout().run()?;
    }

    let package = Package::install(shell)?;
    let vectors = super::c::vectors_folder(shell);
    let other = other_version(shell, &package)?;
    let _package = shell.push_env("VISIONO_WORKFLOW_PACKAGE", &package.folder);
    let _vectors = shell.push_env("VECTORS", vectors);
    let _other = shell.push_env("VISIONO_OTHER_VERSION", other);
    let _secret = shell.push_env("VISIONO_WORKFLOW_SECRET", SECRET);
    let _webhook_secret = shell.push_env("VISIONO_WEBHOOK_SECRET", WEBHOOK_SECRET);
    // One that a developer's own shell may have.
    let _library = shell.push_env("VISIONO_WORKFLOW_LIBRARY", "");

    step("Running the tests in the command line");
    phpunit(shell, "unit")?;
    readme(shell, &package)?;

    // As the README has it; then with the library in the package's folder and without the line
    // that loads it.
    for preloaded in [true, false] {
        let how = if preloaded {
            "a preloaded library"
        } else {
            "the package's own library"
        };
        step(&format!("Starting php-fpm with {how}, and a web server"));
        let server = Server::start(&package, &super::c::vectors(shell)?, preloaded)?;
        let _url = shell.push_env("VISIONO_FPM", &server.url);
        let _webhooks = shell.push_env("VISIONO_WEBHOOK_FOLDER", server.webhooks());
        let answer = if preloaded { "yes" } else { "no" };
        let _preloaded = shell.push_env("VISIONO_FPM_PRELOADED", answer);
        step(&format!("Running the tests through {}", server.url));
        if let Err(error) = phpunit(shell, "fpm") {
            eprintln!("{}", server.log());
            return Err(error);
        }
    }
    Ok(())
}

/// Installs PHP, its test runner and a web server.
pub(crate) fn set_up(shell: &Shell) -> Result<()> {
    setup::debian(
        shell,
        &["gcc", "php-cli", "php-fpm", "phpunit", "nginx-light"],
        &["gcc", "php", "phpunit", "nginx"],
    )?;
    if fpm().is_none() {
        setup::debian(shell, &["php-fpm"], &["php-fpm"])?;
    }
    let modules = cmd!(shell, "php -m").quiet().read()?;
    for module in ["FFI", "Zend OPcache"] {
        ensure!(
            modules.lines().any(|line| line == module),
            "PHP lacks {module}: install Debian's php-common and php-opcache, or enable it"
        );
    }
    Ok(())
}

/// The program of php-fpm, which some systems name for its version.
fn fpm() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .chain(["/usr/sbin".into(), "/usr/local/sbin".into()])
        .filter_map(|folder| fs::read_dir(folder).ok())
        .flat_map(Iterator::flatten)
        .map(|entry| entry.path())
        .find(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("php-fpm")
        })
}

/// The package with its library, in a folder that the web server's user may read.
pub(crate) struct Package {
    temporary: TempDir,
    /// Where the package is.
    pub(crate) folder: PathBuf,
}

impl Package {
    /// Installs the package as a user would.
    pub(crate) fn install(shell: &Shell) -> Result<Self> {
        let temporary = shell.create_temp_dir()?;
        let folder = temporary.path().join("vendor/visiono/workflow");
        let prefix = temporary.path().join("prefix");
        install::install(shell, &prefix)?;
        fs::create_dir_all(folder.join("lib"))?;
        for name in SHIPPED {
            let from = format!("{SOURCE}/{name}");
            cmd!(shell, "cp -R {from} {folder}").quiet().run()?;
        }
        fs::copy(
            prefix.join("lib/libvisiono_workflow.so"),
            folder.join("lib/libvisiono_workflow.so"),
        )?;
        let path = temporary.path();
        cmd!(shell, "chmod -R a+rX {path}").quiet().run()?;
        Ok(Self { temporary, folder })
    }
}

fn phpunit(shell: &Shell, suite: &str) -> Result<()> {
    let bootstrap = format!("{SOURCE}/tests/bootstrap.php");
    let tests = format!("{SOURCE}/tests/{suite}");
    // With arguments in traces, so that a secret in one would be seen.
    let strict = [
        "--fail-on-warning",
        "--fail-on-risky",
        "--fail-on-incomplete",
        "--fail-on-skipped",
    ];
    cmd!(
        shell,
        "phpunit --do-not-cache-result {strict...} --bootstrap {bootstrap} -d zend.exception_ignore_args=0 -d error_reporting=-1 -d display_errors=1 {tests}"
    )
    .quiet()
    .run()?;
    Ok(())
}

/// Runs the code of the README.
fn readme(shell: &Shell, package: &Package) -> Result<()> {
    step("Running the README's code");
    let readme = shell.read_file(format!("{SOURCE}/README.md"))?;
    let blocks = super::c::fenced(&readme, "php");
    let wanted: [&[&str]; 4] = [
        &[
            "https://visiono.io/s/damage-report?uv=ABC123",
            "This address is not valid.",
        ],
        &["unique_value, photo_count, timestamp", "pls_123"],
        &["missing_parameter"],
        &["ticket-456"],
    ];
    ensure!(
        blocks.len() == wanted.len(),
        "the README has other code than the test knows"
    );
    let autoload = package.folder.join("autoload.php");
    for (block, wanted) in blocks.into_iter().zip(wanted) {
        let code = format!(
            "declare(strict_types=1);\n{}\nrequire '{}';\n$_SERVER['REQUEST_URI'] = '/';\n{}",
            block
                .lines()
                .filter(|line| line.starts_with("use "))
                .collect::<Vec<_>>()
                .join("\n"),
            autoload.display(),
            block
                .lines()
                .filter(|line| !line.starts_with("use "))
                .collect::<Vec<_>>()
                .join("\n"),
        );
        let printed = cmd!(
            shell,
            "php -d error_reporting=-1 -d display_errors=1 -r {code}"
        )
        .quiet()
        .read()?;
        for text in wanted {
            ensure!(
                printed.contains(text),
                "the README's code printed {printed}"
            );
        }
        ensure!(
            !printed.contains("Warning"),
            "the README's code printed {printed}"
        );
    }
    Ok(())
}

/// A library that exports all that the header names, but says that it is of another version.
fn other_version(shell: &Shell, package: &Package) -> Result<PathBuf> {
    let mut code = String::new();
    for name in shell.read_file("bindings-c/symbols.txt")?.lines() {
        code.push_str(&match name {
            "visiono_version" => format!("const char *{name}(void) {{ return \"99.0.0\"; }}\n"),
            _ => format!("void {name}(void) {{}}\n"),
        });
    }
    let file = package.temporary.path().join("other.c");
    let library = package.temporary.path().join("other.so");
    shell.write_file(&file, code)?;
    cmd!(shell, "gcc -shared -fPIC -o {library} {file}")
        .quiet()
        .run()?;
    Ok(library)
}

/// The folder in which the example keeps the webhooks, below the server's.
const WEBHOOKS: &str = "webhooks";

/// php-fpm and nginx on this machine's loopback address, stopped when dropped.
struct Server {
    processes: Vec<Child>,
    folder: PathBuf,
    url: String,
}

impl Server {
    fn start(package: &Package, files: &[PathBuf], preloaded: bool) -> Result<Self> {
        let name = if preloaded { "preloaded" } else { "own" };
        let folder = package.temporary.path().join(name);
        let root = folder.join("root");
        fs::create_dir_all(&root)?;
        // The pages: the package's examples and the tests' own.
        copy(&package.folder.join("examples"), &root.join("examples"))?;
        copy(
            Path::new(SOURCE).join("tests").as_path(),
            &root.join("tests"),
        )?;
        let readme = fs::read_to_string(Path::new(SOURCE).join("README.md"))?;
        let blocks = super::c::fenced(&readme, "php");
        let receiver = blocks
            .iter()
            .find(|block| block.contains("php://input"))
            .context("the README's page that receives webhooks")?;
        fs::write(
            root.join("readme.php"),
            format!(
                "<?php require '{}';\n{receiver}",
                package.folder.join("autoload.php").display()
            ),
        )?;
        let vectors = folder.join("vectors");
        fs::create_dir_all(&vectors)?;
        for file in files {
            fs::copy(file, vectors.join(file.file_name().context("a file name")?))?;
        }
        let is_root = Command::new("id").arg("-u").output()?.stdout == b"0\n";
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let socket = folder.join("fpm.sock");
        let sessions = folder.join("sessions");
        fs::create_dir_all(&sessions)?;
        let webhooks = folder.join(WEBHOOKS);
        fs::create_dir_all(&webhooks)?;

        // The README's three lines, and nothing else of opcache.
        let ini = super::c::fenced(&readme, "ini");
        let lines = ini.first().context("the README's lines of php.ini")?;
        ensure!(
            lines.lines().count() == 3,
            "the README has other lines of php.ini"
        );
        let lines: String = lines
            .replace("/path/to", &package.temporary.path().display().to_string())
            .lines()
            .filter(|line| preloaded || !line.starts_with("ffi.preload"))
            .filter(|line| is_root || !line.starts_with("opcache.preload_user"))
            .map(|line| format!("{line}\n"))
            .collect();
        let ini = folder.join("php.ini");
        fs::write(
            &ini,
            format!(
                "{lines}ffi.enable=preload\nerror_reporting=-1\ndisplay_errors=1\nsession.save_path={}\n",
                sessions.display()
            ),
        )?;
        let user = if is_root {
            "user = www-data\ngroup = www-data\nlisten.owner = www-data\n"
        } else {
            ""
        };
        let conf = folder.join("fpm.conf");
        fs::write(
            &conf,
            format!(
                "[global]\nerror_log = {log}\ndaemonize = no\n\
                 [www]\n{user}listen = {socket}\npm = static\npm.max_children = 2\ncatch_workers_output = yes\n\
                 env[VECTORS] = {vectors}\nenv[VISIONO_WORKFLOW_SECRET] = {SECRET}\n\
                 env[VISIONO_WORKFLOW_PACKAGE] = {package}\n\
                 env[VISIONO_WEBHOOK_SECRET] = {WEBHOOK_SECRET}\nenv[VISIONO_WEBHOOK_FOLDER] = {webhooks}\n",
                log = folder.join("fpm.log").display(),
                socket = socket.display(),
                vectors = vectors.display(),
                package = package.folder.display(),
                webhooks = webhooks.display(),
            ),
        )?;
        let nginx = folder.join("nginx.conf");
        let user = if is_root { "user www-data;" } else { "" };
        fs::write(
            &nginx,
            format!(
                "{user} daemon off; pid {at}/nginx.pid; error_log {at}/nginx.log;\n\
                 events {{}}\n\
                 http {{ access_log off; client_max_body_size 8m; client_body_temp_path {at}/body; fastcgi_temp_path {at}/fastcgi;\n\
                 proxy_temp_path {at}/proxy; scgi_temp_path {at}/scgi; uwsgi_temp_path {at}/uwsgi;\n\
                 server {{ listen 127.0.0.1:{port}; root {at}/root;\n\
                 location ~ \\.php$ {{ include /etc/nginx/fastcgi_params; fastcgi_read_timeout 120;\n\
                 fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;\n\
                 fastcgi_pass unix:{socket}; }} }} }}\n",
                at = folder.display(),
                socket = socket.display(),
            ),
        )?;
        Command::new("chmod")
            .args(["-R", "a+rX"])
            .arg(&folder)
            .status()?;
        if is_root {
            Command::new("chown")
                .args(["-R", "www-data"])
                .arg(&folder)
                .status()?;
        }

        let mut server = Self {
            processes: Vec::new(),
            url: format!("http://127.0.0.1:{port}"),
            folder,
        };
        let fpm = fpm().context("php-fpm is missing: install Debian's php-fpm")?;
        let mut command = Command::new(fpm);
        command.args(["-F", "-c"]).arg(&ini).arg("-y").arg(&conf);
        if preloaded {
            // Stands for a library that is installed system-wide.
            command.env(
                "LD_LIBRARY_PATH",
                package.temporary.path().join("prefix/lib"),
            );
        }
        server.spawn(&mut command, "fpm.out")?;
        server.wait("php-fpm", || socket.exists())?;
        let mut command = Command::new("nginx");
        command.arg("-c").arg(&nginx);
        server.spawn(&mut command, "nginx.out")?;
        server.wait("nginx", || TcpStream::connect(("127.0.0.1", port)).is_ok())?;
        Ok(server)
    }

    fn spawn(&mut self, command: &mut Command, log: &str) -> Result<()> {
        let log = fs::File::create(self.folder.join(log))?;
        command.stdin(Stdio::null());
        command.stdout(log.try_clone()?).stderr(log);
        let child = command
            .spawn()
            .with_context(|| format!("{command:?} can't be started"))?;
        self.processes.push(child);
        Ok(())
    }

    /// Waits until a process serves, or says why it doesn't.
    fn wait(&mut self, name: &str, serves: impl Fn() -> bool) -> Result<()> {
        let start = Instant::now();
        while !serves() {
            let process = self.processes.last_mut().context("a process")?;
            if process.try_wait()?.is_some() || start.elapsed() > Duration::from_secs(60) {
                bail!("{name} does not serve:\n{}", self.log());
            }
            sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Where the example keeps the webhooks.
    fn webhooks(&self) -> PathBuf {
        self.folder.join(WEBHOOKS)
    }

    /// What the processes had to say.
    fn log(&self) -> String {
        ["fpm.out", "fpm.log", "nginx.out", "nginx.log"]
            .iter()
            .filter_map(|name| fs::read_to_string(self.folder.join(name)).ok())
            .collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        for process in &mut self.processes {
            // Both end their workers when they are asked to end; killed, they'd leave them.
            let id = process.id().to_string();
            let _ = Command::new("kill").arg(id).status();
            let _ = process.wait();
        }
    }
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let status = Command::new("cp").arg("-R").args([from, to]).status()?;
    ensure!(status.success(), "{} can't be copied", from.display());
    Ok(())
}
