"""The examples do what they say, as a browser and a shell see it."""

import contextlib
import csv
import importlib.util
import io
import json
import logging
import os
import pathlib
import sqlite3
import subprocess
import sys
import time
from types import ModuleType
from typing import Any, Callable, ClassVar, Optional

import pytest
import visiono_workflow
from conftest import OLD_SECRET, PROJECT, SECRET
from visiono_workflow import Webhook, Workflow
from visiono_workflow.inbox import Inbox

EXAMPLES = PROJECT / "examples"
# Asks with a method and a path, and returns the status, the text and the redirect.
Ask = Callable[[str, str], tuple[int, str, str]]
RETURN: dict[str, Any] = dict(
    submission_id="pls_123", unique_value="ABC123", reference="ticket-456", photo_count=5
)
# The redirect URL that the guides recommend.
REDIRECT = (
    "https://app.example/tickets/{reference}/done?sub={submission_id}&uv={unique_value}"
    "&ref={reference}&cnt={photo_count}&ts={timestamp}&sig={signature}"
)


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    os.environ["VISIONO_WORKFLOW_SECRET"] = SECRET
    try:
        spec.loader.exec_module(module)
        if name == "django_app":
            module.workflow()
    finally:
        del os.environ["VISIONO_WORKFLOW_SECRET"]
    return module


def fastapi() -> Ask:
    from fastapi.testclient import TestClient

    client = TestClient(load("fastapi_app").app, follow_redirects=False)

    def ask(method: str, url: str) -> tuple[int, str, str]:
        response = client.request(method, url)
        return response.status_code, response.text, response.headers.get("Location", "")

    return ask


def flask() -> Ask:
    client = load("flask_app").app.test_client()

    def ask(method: str, url: str) -> tuple[int, str, str]:
        response = client.open(url, method=method)
        return response.status_code, response.text, response.headers.get("Location", "")

    return ask


def django() -> Ask:
    import django
    from django.conf import settings

    if not settings.configured:
        settings.configure()
    settings.ROOT_URLCONF = "django_app"
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.SECRET_KEY = "x" * 50
    load("django_app")
    django.setup()
    from django.test import Client

    def ask(method: str, url: str) -> tuple[int, str, str]:
        response = Client().generic(method, url)
        return response.status_code, response.content.decode(), response.headers.get("Location", "")

    return ask


@pytest.fixture(params=[fastapi, flask, django])
def ask(request: pytest.FixtureRequest) -> Ask:
    made: Ask = request.param()
    return made


def signed(ticket: str, signer: Optional[Workflow] = None, **fields: Any) -> str:
    """The target of a genuine return at the address of a ticket."""
    template = REDIRECT.replace("/{reference}/", f"/{ticket}/")
    url = (signer or Workflow(SECRET)).sign_return(template, **{**RETURN, **fields})
    return url[len("https://app.example") :]


class TestFrameworks:
    def test_two_tickets_at_once(self, ask: Ask) -> None:
        """Both are started before one returns, and nothing in a session tells them apart."""
        workflow, items = Workflow(SECRET), {"ticket-457": "XYZ789", "ticket-456": "ABC123"}
        assert "none yet" in ask("GET", "/tickets/ticket-456")[1]
        for ticket, item in items.items():
            status, _, url = ask("POST", f"/tickets/{ticket}/photos")
            link = workflow.verify_link(url)
            assert (status, link.reference, link.unique_value) == (303, ticket, item)
            assert url.startswith("https://visiono.io/s/damage-report?")
        for ticket, item in reversed(items.items()):
            changes = {"reference": ticket, "unique_value": item, "submission_id": f"pls_{item}"}
            for _ in range(2):
                status, _, url = ask("GET", signed(ticket, **changes))
                assert (status in (302, 303), url) == (True, f"/tickets/{ticket}")
        for ticket, item in items.items():
            status, text, _ = ask("GET", f"/tickets/{ticket}")
            assert status == 200 and f"Submission: pls_{item}" in text

    @pytest.mark.parametrize(
        "make, code",
        [
            (lambda: "/tickets/ticket-456/done", "missing_parameter"),
            (lambda: "/tickets/ticket-456/done?x=1", "missing_parameter"),
            (lambda: signed("ticket-456") + "&ref=ticket-456", "duplicate_parameter"),
            (lambda: signed("ticket-456") + "&%72ef=ticket-456", "duplicate_parameter"),
            (lambda: signed("ticket-456").replace("cnt=5", "cnt=05"), "malformed_parameter"),
            (lambda: signed("ticket-456").replace("pls_123", "%FF"), "malformed_parameter"),
            (lambda: signed("ticket-456").replace("cnt=5", "cnt=6"), "invalid_signature"),
            (lambda: signed("ticket-456", Workflow(OLD_SECRET)), "invalid_signature"),
            (lambda: signed("ticket-456", timestamp=time.time() - 3700), "expired"),
            (lambda: signed("ticket-456", timestamp=time.time() + 90), "not_yet_valid"),
            (lambda: signed("ticket-456", reference="ticket-457"), "unexpected_value"),
            (lambda: signed("ticket-456", unique_value="ABC124"), "unexpected_value"),
        ],
    )
    def test_what_is_refused(
        self,
        ask: Ask,
        make: Callable[[], str],
        code: str,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        with caplog.at_level(logging.WARNING):
            status, text, _ = ask("GET", make())
        assert status == 400 and f"({code}). You can send them again.</p><form" in text
        assert 'action="/tickets/ticket-456/photos"' in text
        assert "return refused: " in caplog.text
        assert "ABC124" not in caplog.text.replace(make(), "")

    @pytest.mark.parametrize("other", ["%20ref=x", "REF=x", "ref[]=x", "x=1;ref=x", "ref%00=x"])
    def test_look_alikes_are_refused(self, ask: Ask, other: str) -> None:
        status, text, _ = ask("GET", f"{signed('ticket-456')}&{other}")
        assert status == 400 and "(duplicate_parameter)" in text

    @pytest.mark.parametrize("other", ["%FF=%FF", "%ED%A0%80", "utm=1&utm=2", "a[b]=c"])
    def test_what_others_have_is_ignored(self, ask: Ask, other: str) -> None:
        assert ask("GET", f"{signed('ticket-456')}&{other}")[2] == "/tickets/ticket-456"

    def test_an_unknown_ticket(self, ask: Ask) -> None:
        for ticket in ("ticket-458", "a%7Cb", "%3Cb%3E"):
            for method, path in (
                *(("GET", signed(ticket)), ("GET", f"/tickets/{ticket}")),
                ("POST", f"/tickets/{ticket}/photos"),
            ):
                status, text, _ = ask(method, path)
                assert status == 404 and "<b>" not in text


def test_the_view_keeps_events(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    from django.conf import settings

    if not settings.configured:
        settings.configure()
    monkeypatch.setenv("VISIONO_WEBHOOK_SECRET", SECRET)
    monkeypatch.setenv("INBOX_DATABASE", str(tmp_path / "inbox.sqlite3"))
    view = load("django_view")
    from django.test import RequestFactory

    def post(body: bytes, signature: str) -> tuple[int, bytes]:
        headers = {"HTTP_X_VISIONO_SIGNATURE": signature}
        made = RequestFactory().post("/", body, content_type="application/json", **headers)
        response = view.receive(made)
        assert ("Retry-After" in response) == (response.status_code == 503)
        return response.status_code, response.content

    webhook = Webhook(SECRET)
    dated = webhook.test_delivery("submission.created").body
    undated = webhook.test_delivery("submission.created", timestamp=False).body
    for body in (dated, undated, dated, undated):
        assert post(body, webhook.sign(body)) == (204, b"")
    assert post(dated, webhook.sign(b"{}")) == (401, b"invalid_signature")
    assert view.inbox().counts()["waiting"] == 2
    with contextlib.closing(sqlite3.connect(tmp_path / "inbox.sqlite3")) as connection:
        connection.execute("DROP TABLE visiono_inbox")
    assert post(dated, webhook.sign(dated)) == (503, b"")


def test_django_is_checked_without_the_secret(tmp_path: pathlib.Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(EXAMPLES), *sys.path])}
    for name in ("VISIONO_WORKFLOW_SECRET", "VISIONO_WEBHOOK_SECRET"):
        environment.pop(name, None)
    for name in ("django_app", "django_webhook"):
        done = subprocess.run(
            [sys.executable, str(EXAMPLES / f"{name}.py"), "check"],
            **{"env": environment, "capture_output": True, "encoding": "utf-8", "cwd": tmp_path},
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        assert done.stdout == "System check identified no issues (0 silenced).\n"


def test_raw_bytes_in_a_query_are_no_failure() -> None:
    """Starlette's `request.url` fails with what isn't UTF-8; the query that came doesn't."""
    import asyncio

    app = load("fastapi_app").app

    def status(query: bytes) -> int:
        sent: list[Any] = []
        path = "/tickets/ticket-456/done"
        scope = {
            **{"type": "http", "method": "GET", "path": path, "raw_path": path.encode()},
            **{"query_string": query, "headers": [], "http_version": "1.1"},
        }

        async def receive() -> Any:
            return {"type": "http.request"}

        async def send(message: Any) -> None:
            sent.append(message)

        asyncio.run(app(scope, receive, send))
        return int(sent[0]["status"])

    query = signed("ticket-456").partition("?")[2].encode()
    for other, wanted in ((b"&x=\xff", 303), (b"&\xff", 303), (b"&ref=\xff", 400)):
        assert status(query + other) == wanted
    # A bare query that starts like a URL is still a query.
    assert status(b"/?" + query) == status(b"?" + query) == 400


@pytest.mark.parametrize("name", ["fastapi_webhook", "flask_webhook", "django_webhook"])
def test_a_log_line_cannot_be_forged(
    name: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: pathlib.Path,
) -> None:
    monkeypatch.setenv("VISIONO_WEBHOOK_SECRET", SECRET)
    monkeypatch.setenv("INBOX_DATABASE", str(tmp_path / "inbox.sqlite3"))
    forged = "a\n2024-01-01 INFO paid\r\x1b[31m\u202e\x85"
    body = json.dumps({"event": forged}).encode()
    webhook = Webhook(SECRET)
    delivery = webhook.receive(body, {"X-Visiono-Signature": webhook.sign(body)})
    assert delivery.event == forged
    module = load(name)
    inbox = module.inbox if isinstance(module.inbox, Inbox) else module.inbox()
    inbox.accept(delivery)
    with caplog.at_level(logging.INFO):
        module.process(inbox.claim()[0])
    inbox.close()
    (record,) = caplog.records
    line = record.getMessage()
    assert line == f"{forged!r} of None, {delivery.dedup_key}"
    assert line.isprintable()


def run(*arguments: str, secret: Optional[str] = SECRET) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    environment.pop("VISIONO_WORKFLOW_SECRET", None)
    if secret is not None:
        environment["VISIONO_WORKFLOW_SECRET"] = secret
    command = [sys.executable, str(EXAMPLES / "sign_csv.py"), *arguments]
    return subprocess.run(
        command, env=environment, capture_output=True, encoding="utf-8", timeout=60
    )


class TestSignCsv:
    @pytest.fixture()
    def write(self, tmp_path: pathlib.Path) -> Callable[[str], str]:
        def write(text: str) -> str:
            path = tmp_path / "rows.csv"
            path.write_bytes(text.encode())
            return str(path)

        return write

    def verify(self, text: str) -> list[tuple[str, str, str, str]]:
        verified = []
        for row in csv.DictReader(io.StringIO(text)):
            link = Workflow(SECRET).verify_link(row["url"])
            values = (link.unique_value, link.source, link.reference)
            assert values == (row["unique_value"], row["source"], row["reference"])
            verified.append((*values, row["note"]))
        return verified

    ROWS = (
        "\ufeffnote,unique_value,source,reference\r\n"
        'first,ABC123,zendesk,ticket-1\r\n"a, b",Ñ 1,zendesk,ticket-2\r\n'
    )
    SIGNED: ClassVar = [
        ("ABC123", "zendesk", "ticket-1", "first"),
        ("Ñ 1", "zendesk", "ticket-2", "a, b"),
    ]

    def test_it_signs_every_row(self, write: Callable[[str], str], tmp_path: pathlib.Path) -> None:
        done = run("damage-report", write(self.ROWS))
        assert (done.returncode, done.stderr) == (0, "2 of 2 rows (100%)\n")
        assert self.verify(done.stdout) == self.SIGNED
        out = tmp_path / "out.csv"
        done = run("damage-report", write(self.ROWS), "--output", str(out))
        assert (done.returncode, done.stdout) == (0, "")
        assert self.verify(out.read_text(encoding="utf-8")) == self.SIGNED

    def test_it_names_the_rows_that_it_leaves_out(self, write: Callable[[str], str]) -> None:
        done = run("damage-report", write(self.ROWS + "bad,a|b,zendesk,ticket-3\r\nshort,a\r\n"))
        assert done.returncode == 1
        assert self.verify(done.stdout) == self.SIGNED
        lines = done.stderr.splitlines()
        assert lines[0].startswith("line 4: unique value (uv) contains '|'")
        assert lines[1] == "line 5: source (src) is empty: pass a value"
        assert lines[2] == "4 of 4 rows (100%)"

    @pytest.mark.parametrize(
        "slug, text, secret, wanted",
        [
            ("a", ROWS, None, "set VISIONO_WORKFLOW_SECRET"),
            ("a", ROWS, "", "set VISIONO_WORKFLOW_SECRET"),
            ("a", ROWS, "tooshort", "fewer than 16 characters"),
            ("a b", ROWS, SECRET, "the slug must be"),
            ("a", "", SECRET, "the file has no column unique_value, source, reference"),
            ("a", "source,reference\n", SECRET, "the file has no column unique_value:"),
        ],
    )
    def test_what_it_cannot_do(
        self,
        write: Callable[[str], str],
        slug: str,
        text: str,
        secret: Optional[str],
        wanted: str,
    ) -> None:
        done = run(slug, write(text), secret=secret)
        assert (
            done.returncode in (1, 2) and wanted in done.stderr and "Traceback" not in done.stderr
        )
        assert done.stdout == "" and SECRET not in done.stderr

    def test_files_that_it_cannot_read(self, tmp_path: pathlib.Path) -> None:
        done = run("a", str(tmp_path / "none.csv"))
        assert done.returncode == 2 and "No such file" in done.stderr
        (tmp_path / "latin.csv").write_bytes(b"unique_value,source,reference\n\xe9,a,b\n")
        done = run("a", str(tmp_path / "latin.csv"))
        assert done.returncode == 2 and "latin.csv is not UTF-8" in done.stderr
        (tmp_path / "wide.csv").write_text("unique_value,source,reference\n" + "a" * 200_000)
        done = run("a", str(tmp_path / "wide.csv"))
        assert done.returncode == 2 and "wide.csv is not CSV: field larger than" in done.stderr

    def test_it_writes_over_no_file(self, write: Callable[[str], str]) -> None:
        path = write(self.ROWS)
        done = run("a", path, "--output", path)
        assert done.returncode == 2 and "File exists" in done.stderr
        assert pathlib.Path(path).read_bytes() == self.ROWS.encode()

    def test_help_and_version(self) -> None:
        assert "VISIONO_WORKFLOW_SECRET" in run("--help").stdout
        assert run("--version").stdout == f"sign_csv.py {visiono_workflow.__version__}\n"

    def test_rows_come_in_chunks(self, tmp_path: pathlib.Path) -> None:
        module = load("sign_csv")
        module.CHUNK = 10
        text = "unique_value,source,reference\n" + "".join(
            f"{'' if number in (9, 10, 24) else number},a,b\n" for number in range(25)
        )
        out = io.StringIO()
        errors = io.StringIO()
        with contextlib.redirect_stderr(errors):
            refused = module.sign(Workflow(SECRET), "a", io.StringIO(text), out)
        assert refused == 3
        signed = [row["unique_value"] for row in csv.DictReader(io.StringIO(out.getvalue()))]
        assert signed == [str(number) for number in range(25) if number not in (9, 10, 24)]
        assert errors.getvalue().splitlines() == [
            *(f"line {line}: unique value (uv) is empty: pass a value" for line in (11, 12, 26)),
            "25 of 25 rows (100%)",
        ]

    @pytest.mark.parametrize("is_terminal", [False, True])
    def test_progress_is_shown_while_it_works(
        self, is_terminal: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Errors(io.StringIO):
            def isatty(self) -> bool:
                return is_terminal

        module = load("sign_csv")
        clock = iter((0.0, 1.0, 11.0, 11.05, 30.0))
        module.time = type("Clock", (), {"monotonic": staticmethod(lambda: next(clock))})
        errors = Errors()
        monkeypatch.setattr(sys, "stderr", errors)
        progress = module.Progress(4)
        for done in (1, 2, 3, 4):
            progress.show(done)
        if not is_terminal:
            assert errors.getvalue() == "2 of 4 rows (50%)\n4 of 4 rows (100%)\n"
            return
        assert (
            errors.getvalue()
            == "".join(
                f"\r\x1b[K[{bar:30}] {line} per second"
                for bar, line in (
                    ("#" * 7, "1 of 4 rows (25%), 1"),
                    ("#" * 15, "2 of 4 rows (50%), 0"),
                    ("#" * 30, "4 of 4 rows (100%), 0"),
                )
            )
            + "\n"
        )
