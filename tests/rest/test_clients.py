"""Tests clients from two generators: they create a request, read it and receive its webhook."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness import CLEAN, FOLDER, an_id, free_port, text_of

CLIENTS = Path(__file__).with_name("clients")
NODE = FOLDER / "node" / "node_modules"
NODE_22 = NODE / "node22" / "bin" / "node"


def run(folder: Path, *command: object) -> None:
    # The Python generator formats with ruff, which must be on the path.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    options = {"cwd": folder, "env": {**CLEAN, "PATH": path}, "stdout": subprocess.PIPE}
    options |= {"stderr": subprocess.STDOUT, "text": True}
    finished = subprocess.run(list(map(str, command)), **options)
    assert finished.returncode == 0, finished.stdout


@pytest.fixture
def folder(sandbox, tmp_path):
    """Returns a folder with the document and the programs that use the clients."""
    shutil.copytree(CLIENTS, tmp_path, dirs_exist_ok=True)
    document = sandbox.send("GET", ".openapi", headers={"X-API-Key": ""})
    (tmp_path / "document.json").write_bytes(document.content)
    (tmp_path / "node_modules").symlink_to(NODE, target_is_directory=True)
    (tmp_path / "package.json").write_text('{ "type": "module" }', "utf-8")
    return tmp_path


def check(sandbox, text: str) -> None:
    result = json.loads(text)
    [listed] = sandbox.rest("GET", "/photo-requests")
    assert result == {
        "made": listed,
        "read": listed,
        "event": "photo_request.created",
        "request": listed["id"],
    }
    front = {"id": an_id("pri"), "instructions": "Front", "is_required": True}
    back = {"id": an_id("pri"), "instructions": "Back", "is_required": False}
    assert listed["items"] == [front, back]
    assert [listed["instructions"], listed["status"]] == ["Front and back, please.", "pending"]
    [sent] = sandbox.settled()
    assert [attempt["answer"]["status"] for attempt in sent["attempts"]] == [204]


def test_python(sandbox, folder):
    generator = Path(sys.executable).with_name("openapi-python-client")
    out = ["--meta", "none", "--output-path", "generated", "--fail-on-warning"]
    run(folder, generator, "generate", "--path", "document.json", *out)
    command = [sys.executable, str(folder / "client.py"), sandbox.base, str(free_port())]
    check(sandbox, text_of(command, VISIONO_API_KEY=sandbox.key))


def test_typescript(sandbox, folder):
    generator = NODE / "@hey-api" / "openapi-ts" / "bin" / "run.js"
    run(folder, NODE_22, generator, "--file", "openapi-ts.config.mjs", "--no-log-file")
    run(folder, NODE_22, NODE / "typescript" / "bin" / "tsc")
    command = [str(NODE_22), str(folder / "client.ts"), sandbox.base, str(free_port())]
    check(sandbox, text_of(command, VISIONO_API_KEY=sandbox.key))
