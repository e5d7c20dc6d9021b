"""Builds the Python package as it is installed, and tests it with every Python that is there.

python3 run.py test         checks the code, builds the wheel, runs the tests and checks the types
python3 run.py frameworks   tests the wheel with frameworks and servers, with Python 3.12 or newer
python3 run.py inbox        tests its inbox on PostgreSQL and Redis, which it starts, and SQLite
python3 run.py build        makes the sdist and, from it, the wheel, and prints the wheel's path
python3 run.py python       installs the wheel in an environment of the newest Python, with the
                            packages of the tests, and prints the path of its interpreter
python3 run.py inbox-python does the same with the packages of the inbox's tests, for tests of
                            other languages that share an inbox

It needs a Python of 3.10 or newer with the module venv, Rust, and npm for the type checker. The
Pythons are all of pyenv's from 3.9 on, or else the one that runs this. Everything is made below
the workspace's target folder. To run single tests while you work, see CONTRIBUTING.md.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
FOLDER = Path(os.environ.get("CARGO_TARGET_DIR", HERE.parent / "target")).resolve() / "python"
PYTEST = ("-m", "pytest", "--quiet", "--installed")
# The tests that need no package but pytest: the vectors, the API, and each section of the rules.
SMOKE = ["tests/test_vectors.py", "tests/test_api.py", "tests/test_spec.py", "tests/test_stub.py"]

# Compiled code and examples are kept out of the tree.
os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(FOLDER / "hypothesis")
os.environ["PYTHONPYCACHEPREFIX"] = str(FOLDER / "pycache")
# Without compiled code, each of hundreds of processes would compile what it imports.
os.environ["PYTHONDONTWRITEBYTECODE"] = ""
os.environ["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"


def run(*command: Any, cwd: Path = HERE, **environment: str) -> None:
    """Shows and runs a command. Only a path is ever printed on the standard output."""
    words = [str(word) for word in command]
    print("==>", shlex.join(words), file=sys.stderr, flush=True)
    subprocess.run(words, check=True, cwd=cwd, env={**os.environ, **environment}, stdout=2)


def pythons() -> dict[str, Path]:
    """Returns the newest Python of each minor version, the oldest first."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    paths = {tuple(path.parts[-3].split(".")): path for path in root.glob("versions/*/bin/python")}
    # A build without the global interpreter lock, such as 3.14t, would need its own wheel.
    found = {tuple(map(int, at)): paths[at] for at in paths if "".join(at).isdigit()}
    found = found or {sys.version_info[:3]: Path(sys.executable)}
    newest = {version[:2]: version for version in sorted(found) if version >= (3, 9)}
    return {".".join(map(str, version)): found[version] for version in newest.values()}


PYTHONS = pythons()
VERSIONS = [*PYTHONS]
if not VERSIONS:
    sys.exit("there is no Python of 3.9 or newer: install one, with pyenv for example")
OLDEST, NEWEST = VERSIONS[0], VERSIONS[-1]


def environment(version: str, requirements: str) -> Path:
    """Makes a virtual environment, unless it is there, and returns its interpreter."""
    python, file = PYTHONS[version], HERE / f"requirements/{requirements}.txt"
    folder = FOLDER / f"{requirements}-{version}"
    interpreter, stamp = folder / "bin" / "python", folder / "made-from.txt"
    wanted = f"{python}\n{file.read_text('utf-8')}"
    if not stamp.is_file() or stamp.read_text("utf-8") != wanted:
        # Only the tools get pip, whose installation takes longer than that of most packages. It
        # names Debian's python3-venv if that is missing.
        without = [] if requirements == "tools" else ["--without-pip"]
        run(python, "-m", "venv", "--clear", *without, folder)
        install(interpreter, "--require-hashes", "-r", file)
        stamp.write_text(wanted, "utf-8")
    return interpreter


def install(interpreter: Path, *arguments: Any) -> None:
    """Installs packages with the pip of the tools."""
    pip = FOLDER / f"tools-{NEWEST}/bin/pip"
    run(pip, "--python", interpreter, "install", "--quiet", "--no-compile", *arguments)


def tools() -> Path:
    return environment(NEWEST, "tools").parent


def build() -> Path:
    """Makes the sdist, and lets pip build the wheel from it, as it does where no wheel fits."""
    bin, sdists, wheels = tools(), FOLDER / "sdist", FOLDER / "wheel"
    for made in (sdists, wheels):
        shutil.rmtree(made, ignore_errors=True)
    run(bin / "maturin", "sdist", "--out", sdists)
    [sdist] = sdists.iterdir()
    env = {"PATH": f"{bin}:{os.environ['PATH']}", "CARGO_TARGET_DIR": str(FOLDER / "cargo")}
    # Only dependencies are kept from an earlier build: the files of every sdist have one date, so
    # cargo would take what it built from another sdist for up to date.
    own = [f"--package=visiono-workflow{name}" for name in ("", "-explain", "-python")]
    # pip builds in a temporary folder, where another configuration of cargo can apply than here.
    own += ["--manifest-path", HERE / "Cargo.toml"]
    run("cargo", "clean", "--quiet", "--release", *own, cwd=tempfile.gettempdir(), **env)
    # The pinned tools build it.
    options = ["--quiet", "--no-cache-dir", "--no-deps", "--no-build-isolation"]
    options += ["--check-build-dependencies", "--wheel-dir", wheels]
    run(bin / "pip", "wheel", *options, sdist, **env)
    # It is for every Python from 3.9 on.
    [wheel] = wheels.glob("*-cp39-abi3-*.whl")
    return wheel


def installed(version: str, requirements: str, wheel: Path) -> Path:
    """Returns an interpreter that has the wheel, and the packages of the tests."""
    interpreter = environment(version, requirements)
    install(interpreter, "--no-index", "--no-deps", "--force-reinstall", wheel)
    return interpreter


def test() -> None:
    run(tools() / "ruff", "format", "--no-cache", "--quiet", "--check")
    run(tools() / "ruff", "check", "--no-cache", "--quiet")
    wheel = build()
    for version in VERSIONS:
        whole = version in (OLDEST, NEWEST)
        interpreter = installed(version, "test" if whole else "pytest", wheel)
        run(interpreter, *PYTEST, *([] if whole else SMOKE))
    types(interpreter)
    print("Tested with CPython", *VERSIONS, "and no free-threaded build", file=sys.stderr)


def types(interpreter: Path) -> None:
    """Checks the types of the installed package, and with them those of its users."""
    if not shutil.which("npm"):
        sys.exit("npm is missing: install Node.js 20 or newer with npm")
    run(tools() / "mypy", "--python-executable", interpreter)
    # stubtest imports the package that it checks.
    [packages] = interpreter.parents[1].glob("lib/python3*/site-packages")
    stubtest = [tools() / "stubtest", "visiono_workflow", "--allowlist", "tests/stubtest.txt"]
    run(*stubtest, "--mypy-config-file", os.devnull, PYTHONPATH=str(packages))
    folder = shutil.copytree(HERE / "pyright", FOLDER / "pyright", dirs_exist_ok=True)
    run("npm", "ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", cwd=folder)
    # pyright asks the first Python on the path.
    path = f"{interpreter.parent}:{os.environ['PATH']}"
    for arguments in ([], ["--ignoreexternal", "--verifytypes", "visiono_workflow"]):
        run(folder / "node_modules/.bin/pyright", *arguments, PATH=path)


def frameworks() -> None:
    versions = [version for version in VERSIONS if int(version.split(".")[1]) >= 12]
    if not versions:
        sys.exit("the frameworks need Python 3.12 or newer: install it, with pyenv for example")
    run(installed(versions[0], "frameworks", build()), *PYTEST, "tests/frameworks")


def inbox() -> None:
    wheel = build()
    # The crash tests take minutes, most of which they wait: they run once, beside the others.
    crash = "tests/inbox/test_crash.py"
    others = ["tests/inbox", f"--ignore={crash}"]
    outermost = dict.fromkeys((OLDEST, NEWEST))
    runs = [(installed(version, "inbox", wheel), *PYTEST, *others) for version in outermost]
    runs.append((runs[-1][0], *PYTEST, crash))
    with ThreadPoolExecutor() as threads:
        list(threads.map(lambda command: run(*command), runs))


COMMANDS = {
    "test": test,
    "frameworks": frameworks,
    "inbox": inbox,
    "inbox-python": lambda: print(installed(NEWEST, "inbox", build())),
    "build": lambda: print(build()),
    "python": lambda: print(installed(NEWEST, "test", build())),
}
if sys.argv[1:] in (["-h"], ["--help"]):
    print(__doc__)
    sys.exit()
if len(sys.argv) != 2 or sys.argv[1] not in COMMANDS:
    sys.exit(__doc__)
try:
    COMMANDS[sys.argv[1]]()
except subprocess.CalledProcessError as error:
    sys.exit(f"this failed: {shlex.join(error.cmd)}")
