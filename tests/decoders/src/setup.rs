//! Installs the drivers' packages with public package managers, or reports the packages to install.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::driver::Driver;

/// Debian's packages, each with a command that succeeds if it is installed.
const DEBIAN: &[(&str, &[&str])] = &[
    ("php-cli", &["php", "--version"]),
    (
        "php-mbstring",
        &[
            "php",
            "-r",
            "exit(function_exists('mb_parse_str') ? 0 : 1);",
        ],
    ),
    (
        "php-nikic-fast-route",
        &["test", "-f", "/usr/share/php/FastRoute/autoload.php"],
    ),
    (
        "php-symfony-routing",
        &[
            "test",
            "-f",
            "/usr/share/php/Symfony/Component/Routing/autoload.php",
        ],
    ),
    ("nodejs", &["node", "--version"]),
    ("npm", &["npm", "--version"]),
    ("python3-venv", &["python3", "-c", "import ensurepip, venv"]),
    ("ruby", &["ruby", "--version"]),
    ("ruby-rack", &["ruby", "-e", "require 'rack'"]),
    ("ruby-sinatra", &["ruby", "-e", "require 'sinatra/base'"]),
    ("perl", &["perl", "--version"]),
    ("libcgi-pm-perl", &["perl", "-MCGI", "-e", "1"]),
    ("libplack-perl", &["perl", "-MPlack::Request", "-e", "1"]),
    (
        "libmojolicious-perl",
        &["perl", "-MMojo::Parameters", "-e", "1"],
    ),
    ("liburi-perl", &["perl", "-MURI", "-e", "1"]),
    ("golang-go", &["go", "version"]),
    (
        "golang-github-gorilla-mux-dev",
        &[
            "test",
            "-f",
            "/usr/share/gocode/src/github.com/gorilla/mux/mux.go",
        ],
    ),
    ("default-jdk-headless", &["javac", "-version"]),
    (
        "libtomcat10-java",
        &["test", "-f", "/usr/share/java/tomcat10-coyote.jar"],
    ),
    (
        "libjetty9-java",
        &["test", "-f", "/usr/share/java/jetty9-http.jar"],
    ),
    (
        "libslf4j-java",
        &["test", "-f", "/usr/share/java/slf4j-nop.jar"],
    ),
    ("nginx-light", &["nginx", "-v"]),
];

/// The archives with which the Java driver is compiled.
const JARS: &[&str] = &[
    "tomcat10-annotations-api",
    "tomcat10-api",
    "tomcat10-catalina",
    "tomcat10-coyote",
    "tomcat10-el-api",
    "tomcat10-jaspic-api",
    "tomcat10-jni",
    "tomcat10-juli",
    "tomcat10-servlet-api",
    "tomcat10-util",
    "tomcat10-util-scan",
    "jetty9-http",
    "jetty9-io",
    "jetty9-util",
    "slf4j-api",
    "slf4j-nop",
];

/// Installs and compiles everything, and returns the drivers. A missing package that can't be
/// installed is an error that names it.
pub(crate) fn set_up(folder: &Path) -> Result<Vec<Driver>> {
    fs::create_dir_all(folder)?;
    debian()?;
    let sources = Path::new(env!("CARGO_MANIFEST_DIR"));
    let drivers = sources.join("drivers");
    let file = |name: &str| drivers.join(name).display().to_string();
    let node = node(sources, &folder.join("node"))?;
    let python = python(&drivers, &folder.join("python"))?;
    let go = go(&drivers.join("decode.go"), &folder.join("decode-go"))?;
    let classes = java(&drivers.join("Decode.java"), &folder.join("java"))?;
    Ok(vec![
        Driver::new("php", "php", &[&file("decode.php")]),
        Driver::new(
            "php-semicolons",
            "php",
            &["-d", "arg_separator.input=;&", &file("decode.php")],
        ),
        Driver::new("node", "node", &[&node]).of_text(),
        Driver::new("python", python, &[&file("decode.py")]).of_text(),
        Driver::new("ruby", "ruby", &["-W0", &file("decode.rb")]),
        Driver::new("perl", "perl", &[&file("decode.pl")]),
        Driver::new("go", go, &[]),
        Driver::new("java", "java", &["-cp", &classes, "Decode"]).of_text(),
    ])
}

fn succeeds(command: &[&str]) -> bool {
    let [program, arguments @ ..] = command else {
        return false;
    };
    let mut command = Command::new(program);
    let quiet = command.args(arguments).stdin(Stdio::null());
    let quiet = quiet.stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

fn debian() -> Result<()> {
    let missing = || DEBIAN.iter().filter(|(_, proof)| !succeeds(proof));
    let packages: Vec<_> = missing().map(|(package, _)| *package).collect();
    if packages.is_empty() {
        return Ok(());
    }
    let wanted = packages.join(" ");
    let user = Command::new("id").arg("-u").output();
    let is_root = user.is_ok_and(|output| output.stdout == b"0\n");
    ensure!(
        is_root && succeeds(&["apt-get", "--version"]),
        "something is missing: install Debian's {wanted}"
    );
    println!("Installing {wanted}");
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command.args(["-qq", "-o", "DPkg::Lock::Timeout=600"]);
        run(command.args(arguments))
    };
    apt(&["update"])?;
    let install = ["install", "--yes", "--no-install-recommends"];
    apt(&[&install[..], &packages].concat())
        .with_context(|| format!("Debian's {wanted} could not be installed"))?;
    let left: Vec<_> = missing().collect();
    ensure!(left.is_empty(), "not there although installed: {left:?}");
    Ok(())
}

/// Installs the packages of npm from the lockfile, with the driver next to them.
fn node(sources: &Path, folder: &Path) -> Result<String> {
    let sources_of_packages = sources.join("node");
    let lockfile = fs::read(sources_of_packages.join("package-lock.json"))?;
    let stamp = folder.join("installed.json");
    if fs::read(&stamp).ok().as_ref() != Some(&lockfile) {
        println!("Installing npm packages");
        fs::create_dir_all(folder)?;
        for name in ["package.json", "package-lock.json"] {
            fs::copy(sources_of_packages.join(name), folder.join(name))?;
        }
        let arguments = [
            "ci",
            "--silent",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
        ];
        run(Command::new("npm").args(arguments).current_dir(folder)).context(
            "the npm packages could not be installed: run `npm ci` in tests/decoders/node",
        )?;
        fs::write(&stamp, &lockfile)?;
    }
    let driver = folder.join("decode.mjs");
    fs::copy(sources.join("drivers/decode.mjs"), &driver)?;
    Ok(driver.display().to_string())
}

/// Creates a virtual environment with the packages of `requirements.txt`, and returns its Python.
fn python(drivers: &Path, folder: &Path) -> Result<PathBuf> {
    let requirements = drivers.join("requirements.txt");
    let wanted = fs::read(&requirements)?;
    let stamp = folder.join("made-from.txt");
    let python = folder.join("bin/python");
    if fs::read(&stamp).ok().as_ref() != Some(&wanted) {
        println!("Installing Python packages");
        run(Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(folder))
        .context("no virtual environment could be made: install Debian's python3-venv")?;
        let mut pip = Command::new(&python);
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ]);
        run(pip.arg("--requirement").arg(&requirements))
            .context("the packages of drivers/requirements.txt could not be installed")?;
        fs::write(&stamp, &wanted)?;
    }
    Ok(python)
}

/// Compiles the driver in Go with Debian's sources of its packages.
fn go(source: &Path, program: &Path) -> Result<PathBuf> {
    let mut command = Command::new("go");
    command
        .env("GO111MODULE", "off")
        .env("GOPATH", "/usr/share/gocode")
        .env("GOFLAGS", "")
        .args(["build", "-o"]);
    run(command.arg(program).arg(source)).context("the driver in Go")?;
    Ok(program.into())
}

/// Compiles the driver in Java, and returns its class path.
fn java(source: &Path, folder: &Path) -> Result<String> {
    let jars = JARS
        .iter()
        .map(|name| format!("/usr/share/java/{name}.jar"));
    let jars = jars.collect::<Vec<_>>().join(":");
    let mut command = Command::new("javac");
    command.args(["-Xlint:all", "-cp", &jars, "-d"]);
    run(command.arg(folder).arg(source)).context("the driver in Java")?;
    Ok(format!("{}:{jars}", folder.display()))
}

fn run(command: &mut Command) -> Result<()> {
    let status = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .with_context(|| format!("{command:?} can't be started"))?;
    if !status.success() {
        bail!("{command:?} failed: {status}");
    }
    Ok(())
}
