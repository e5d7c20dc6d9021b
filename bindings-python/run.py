"""Builds the Python package as it is installed, and tests it with every Python that is there.

python3 run.py test     checks the code, builds the wheel, runs the tests and checks the types
python3 run.py frameworks   tests the wheel with frameworks and servers, with Python 3.12
python3 run.py inbox    tests the wheel's inbox on PostgreSQL and Redis, which it starts, and SQLite
python3 run.py inbox-python   installs the wheel for tests of other languages that share an inbox,
                        and prints the path of its interpreter
python3 run.py build    makes the sdist and, from it, the wheel, and prints the wheel's path
python3 run.py python   installs the wheel in an environment of the newest Python, with the
                        packages of the tests, and prints the path of its interpreter

It needs a Python of 3.10 or newer with the module venv, Rust, and npm for the type checker. The
Pythons are all of pyenv's from 3.9 on, or else the one that runs this. Everything is made below
the workspace's target folder. To run single tests while you work, see CONTRIBUTING.md.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", HERE.parent / "target")).resolve()
FOLDER = TARGET / "python"
REQUIREMENTS = HERE / "requirements"
# Compiled code and examples are kept out of the tree.
ENVIRONMENT = {
    **os.environ,
    "HYPOTHESIS_STORAGE_DIRECTORY": str(FOLDER / "hypothesis"),
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PYTHONPYCACHEPREFIX": str(FOLDER / "pycache"),
    # Without compiled code, each of hundreds of processes would compile what it imports.
    "PYTHONDONTWRITEBYTECODE": "",
}
# The tests that need no package but pytest: the vectors, the API, and each section of the rules.
SMOKE = ["tests/test_vectors.py", "tests/test_api.py", "tests/test_spec.py", "tests/test_stub.py"]
# All tests but those of `run.py frameworks` and `run.py inbox`.
ALL = ["--ignore=tests/frameworks", "--ignore=tests/inbox"]


def run(*command: Any, **more: Any) -> None:
    """Runs a command here, or in `cwd`. Only a path is ever printed on the standard output."""
    env = {**ENVIRONMENT, **more.pop("env", {})}
    folder = more.pop("cwd", HERE)
    subprocess.run(list(map(str, command)), check=True, cwd=folder, env=env, stdout=2, **more)


def step(sentence: str) -> None:
    print(f"==> {sentence}", file=sys.stderr, flush=True)


def version(python: Path) -> tuple[int, ...]:
    code = "import sys; print(*sys.version_info[:3])"
    found = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True)
    return tuple(map(int, found.stdout.split()))


def named(python: Path) -> str:
    return ".".join(map(str, version(python)))


def pythons() -> list[Path]:
    """Returns the newest Python of each minor version, the oldest first."""
    found = {version(path)[:2]: path for path in [Path(sys.executable)]}
    if shutil.which("pyenv"):
        root = subprocess.run(["pyenv", "root"], check=True, capture_output=True, text=True)
        paths = Path(root.stdout.strip()).glob("versions/3.*/bin/python")
        # A build without the global interpreter lock, such as 3.14t, would need its own wheel.
        paths = [path for path in paths if path.parts[-3].replace(".", "").isdigit()]
        found = {version(path)[:2]: path for path in sorted(paths, key=version)} or found
    return [path for minor, path in sorted(found.items()) if minor >= (3, 9)]


def environment(name: str, python: Path, requirements: str, pip: Path | None = None) -> Path:
    """Makes a virtual environment, unless it is there, and returns its interpreter."""
    folder, file = FOLDER / name, REQUIREMENTS / f"{requirements}.txt"
    interpreter, stamp = folder / "bin" / "python", folder / "made-from.txt"
    wanted = f"{python} {named(python)}\n{file.read_text('utf-8')}"
    if not stamp.is_file() or stamp.read_text("utf-8") != wanted:
        step(f"Making {folder.name} with Python {named(python)}")
        try:
            run(python, "-m", "venv", "--clear", *(["--without-pip"] if pip else []), folder)
        except subprocess.CalledProcessError:
            sys.exit(f"{python} makes no virtual environment: install Debian's python3-venv")
        install = ["install", "--quiet", "--no-compile", "--require-hashes"]
        run(pip or interpreter, "-m", "pip", "--python", interpreter, *install, "-r", file)
        stamp.write_text(wanted, "utf-8")
    return interpreter


def tools() -> Path:
    return environment("tools", pythons()[-1], "tools")


def build() -> Path:
    """Makes the sdist, and lets pip build the wheel from it, as it does where no wheel fits."""
    python = tools()
    sdists, wheels = FOLDER / "sdist", FOLDER / "wheel"
    for made in (sdists, wheels):
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir()
    step("Building the sdist, and the wheel from it")
    run(python.with_name("maturin"), "sdist", "--out", sdists)
    [sdist] = sdists.iterdir()
    # Only dependencies are kept from an earlier build: the files of every sdist have one date, so
    # cargo would take what it built from another sdist for up to date.
    path = {"PATH": os.pathsep.join([str(python.parent), os.environ["PATH"]])}
    path["CARGO_TARGET_DIR"] = str(FOLDER / "cargo")
    own = ["--package=visiono-workflow", "--package=visiono-workflow-explain"]
    own += ["--package=visiono-workflow-python"]
    # pip builds in a temporary folder, where another configuration of cargo's can apply than here.
    own += ["--manifest-path", HERE / "Cargo.toml"]
    run("cargo", "clean", "--quiet", "--release", *own, env=path, cwd=tempfile.gettempdir())
    # The pinned tools build it.
    options = ["--quiet", "--no-cache-dir", "--no-deps", "--no-build-isolation"]
    options += ["--check-build-dependencies", "--wheel-dir", wheels]
    run(python, "-m", "pip", "wheel", *options, sdist, env=path)
    [wheel] = wheels.iterdir()
    if "-cp39-abi3-" not in wheel.name:
        sys.exit(f"{wheel.name} is not a wheel for every Python from 3.9 on")
    return wheel


def installed(python: Path, requirements: str, wheel: Path) -> Path:
    """Returns an interpreter that has the wheel, and the packages of the tests."""
    pip = tools()
    interpreter = environment(f"{requirements}-{named(python)}", python, requirements, pip)
    install = ["install", "--quiet", "--no-compile", "--no-index", "--no-deps", "--force-reinstall"]
    run(pip, "-m", "pip", "--python", interpreter, *install, wheel)
    return interpreter


def test() -> None:
    found = pythons()
    step("Checking the format and lints of the Python code")
    ruff = tools().with_name("ruff")
    run(ruff, "format", "--no-cache", "--quiet", "--check")
    run(ruff, "check", "--no-cache", "--quiet")
    wheel = build()
    for python in found:
        outermost = python in (found[0], found[-1])
        step(
            f"Testing the wheel with Python {named(python)}{'' if outermost else ': vectors, API'}"
        )
        interpreter = installed(python, "test" if outermost else "pytest", wheel)
        run(interpreter, "-m", "pytest", "--quiet", "--installed", *(ALL if outermost else SMOKE))
    types(installed(found[-1], "test", wheel))
    step(f"Tested with CPython {', '.join(map(named, found))}; no free-threaded build was tested")


def frameworks() -> None:
    newest = pythons()[-1]
    python = next((path for path in pythons() if version(path)[:2] == (3, 12)), newest)
    if version(python) < (3, 12):
        sys.exit("the frameworks need Python 3.12 or newer: install it, with pyenv for example")
    interpreter = installed(python, "frameworks", build())
    step(f"Testing the wheel with frameworks and servers, with Python {named(python)}")
    run(interpreter, "-m", "pytest", "--quiet", "--installed", "tests/frameworks")


def inbox() -> None:
    found = pythons()
    wheel = build()
    outermost = (found[0], found[-1]) if len(found) > 1 else tuple(found)
    installations = [(python, installed(python, "inbox", wheel)) for python in outermost]
    # The crash tests take minutes, most of which they wait: they run once, beside the others.
    crash = "tests/inbox/test_crash.py"
    runs = [(installations[-1][1], [crash])]
    runs += [(python, ["tests/inbox", f"--ignore={crash}"]) for _, python in installations]
    versions = " and ".join(named(python) for python, _ in installations)
    step(f"Testing the wheel's inbox on databases, with Python {versions}")
    with ThreadPoolExecutor() as threads:
        own = ["-m", "pytest", "--quiet", "--installed"]
        for done in [threads.submit(run, python, *own, *tests) for python, tests in runs]:
            done.result()


def types(interpreter: Path) -> None:
    """Checks the types of the installed package, and with them those of its users."""
    step("Checking types with mypy, stubtest and pyright")
    bin = tools().parent
    run(bin / "mypy", "--python-executable", interpreter)
    # stubtest imports the package that it checks.
    code = "import sysconfig; print(sysconfig.get_path('platlib'))"
    path = subprocess.run([interpreter, "-c", code], check=True, capture_output=True, text=True)
    packages = {"PYTHONPATH": path.stdout.strip()}
    stubtest = [bin / "stubtest", "visiono_workflow", "--allowlist", "tests/stubtest.txt"]
    run(*stubtest, "--mypy-config-file", os.devnull, env=packages)
    pyright = FOLDER / "pyright"
    shutil.copytree(HERE / "pyright", pyright, dirs_exist_ok=True)
    if not shutil.which("npm"):
        sys.exit("npm is missing: install Node.js 20 or newer with npm")
    run("npm", "ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", pyright)
    checker = pyright / "node_modules" / ".bin" / "pyright"
    run(checker, "--pythonpath", interpreter)
    # For this it asks the first Python on the path, whatever it is told.
    first = {"PATH": os.pathsep.join([str(interpreter.parent), os.environ["PATH"]])}
    run(checker, "--ignoreexternal", "--verifytypes", "visiono_workflow", env=first)


def main() -> None:
    commands = {
        "test": test,
        "frameworks": frameworks,
        "inbox": inbox,
        "inbox-python": lambda: print(installed(pythons()[-1], "inbox", build())),
        "build": lambda: print(build()),
        "python": lambda: print(installed(pythons()[-1], "test", build())),
    }
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    try:
        commands[sys.argv[1]]()
    except subprocess.CalledProcessError as error:
        sys.exit(f"this failed: {' '.join(map(str, error.cmd))}")


main()
