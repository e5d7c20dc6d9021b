"""Installs what the tests of the REST API need below the target folder, and runs them.

python3 tests/rest/run.py [ARGUMENT...]

The arguments are pytest's. With --long SECONDS, the fuzzing takes so long, with other seeds.

It needs Rust, Python 3.11 or newer, Node.js with npm, and PHP. It builds the program and the
packages of this repository, unless they are built and none of their sources is newer.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
FOLDER = TARGET / "rest"


def run(*command: object, cwd: Path = HERE) -> None:
    subprocess.run(list(map(str, command)), check=True, cwd=cwd, stdout=2)


def need(found: object, sentence: str) -> None:
    if not found:
        sys.exit(sentence)


def make(folder: Path, sources: list[Path], build: Callable[[], None]) -> None:
    """Builds the folder anew unless it was made from these files, to its end."""
    wanted = "\n".join([sys.version, *(source.read_text("utf-8") for source in sources)])
    stamp = folder / "made-from.txt"
    if stamp.is_file() and stamp.read_text("utf-8") == wanted:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    build()
    stamp.write_text(wanted, "utf-8")


def is_fresh(built: Path, *sources: str) -> bool:
    """Returns whether a package is built, and none of its sources or of the core's is newer."""
    if not built.is_file():
        return False
    command = ["git", "ls-files", "-z", "Cargo.toml", "Cargo.lock", "core", "explain", *sources]
    listed = subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True)
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return all(path.stat().st_mtime <= built.stat().st_mtime for path in paths if path.is_file())


def wheel() -> Path:
    """Returns the wheel of this repository."""
    folder = TARGET / "python" / "wheel"
    names = ["Cargo.toml", "pyproject.toml", "src", "python"]
    sources = [f"bindings-python/{name}" for name in names]
    if not any(is_fresh(found, *sources) for found in folder.glob("*.whl")):
        run(sys.executable, "bindings-python/run.py", "build", cwd=ROOT)
    [built] = folder.glob("*.whl")
    return built


def python() -> Path:
    """Returns an interpreter with the tools and the wheel."""
    folder = FOLDER / "python"
    interpreter = folder / "bin" / "python"
    pip = [interpreter, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]

    def build() -> None:
        run(sys.executable, "-m", "venv", folder)
        run(*pip, "--require-hashes", "-r", "requirements.txt")

    make(folder, [HERE / "requirements.txt"], build)
    run(*pip, "--no-index", "--no-deps", "--force-reinstall", wheel())
    return interpreter


def node() -> None:
    """Installs the tools of npm, and puts the package of this repository beside them."""
    folder = FOLDER / "node"
    sources = [HERE / "package.json", HERE / "package-lock.json"]

    def build() -> None:
        for source in sources:
            shutil.copy(source, folder)
        run("npm", "ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", cwd=folder)

    make(folder, sources, build)
    package = TARGET / "npm" / "package"
    names = ["Cargo.toml", "package-lock.json", "package", "scripts", "src"]
    if not is_fresh(package / "package.json", *[f"bindings-wasm/{name}" for name in names]):
        wasm = ROOT / "bindings-wasm"
        run("npm", "ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", cwd=wasm)
        run("npm", "run", "--silent", "build", cwd=wasm)
    link = folder / "node_modules" / "visiono-workflow"
    link.unlink(missing_ok=True)
    link.symlink_to(package, target_is_directory=True)


def main() -> None:
    if sys.version_info < (3, 11):
        newer = [shutil.which(f"python3.{minor}") for minor in (14, 13, 12, 11)]
        need(any(newer), "install Python 3.11 or newer")
        os.execv(next(filter(None, newer)), ["python3", __file__, *sys.argv[1:]])
    need(shutil.which("npm"), "install Node.js 20.19 or newer with npm")
    need(shutil.which("php"), "install Debian's php-cli")
    run("cargo", "build", "--quiet", "--package", "visiono-workflow-cli", cwd=ROOT)
    node()
    interpreter = python()
    ruff = interpreter.with_name("ruff")
    run(ruff, "format", "--no-cache", "--quiet", "--check")
    run(ruff, "check", "--no-cache", "--quiet")
    environment = {**os.environ, "REST_FOLDER": str(FOLDER), "PYTHONDONTWRITEBYTECODE": "1"}
    environment["SANDBOX"] = str(TARGET / "debug" / "visiono-workflow")
    command = [str(interpreter), "-m", "pytest", "--quiet", "-p", "no:cacheprovider", *sys.argv[1:]]
    os.chdir(HERE)
    os.execve(interpreter, command, environment)


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(str(error))
