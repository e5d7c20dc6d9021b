"""The code of the README runs, and prints what it says."""

import asyncio
import doctest
import importlib
import inspect
import re
from typing import Any

import pytest
import visiono_workflow
from conftest import PROJECT, SECRET

README = PROJECT / "README.md"


def test_the_examples_print_what_they_say(monkeypatch: pytest.MonkeyPatch) -> None:
    text = README.read_text(encoding="utf-8")
    secrets = dict(re.findall(r"^export (\w+)=(\S+)$", text, re.M))
    assert set(secrets) == {"VISIONO_WORKFLOW_SECRET", "VISIONO_WEBHOOK_SECRET"}
    for name, secret in secrets.items():
        monkeypatch.setenv(name, secret)
    # A block ends where its fence does.
    blocks = re.findall(r"```pycon\n(.*?)```", text, re.DOTALL)
    test = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, "README.md", None, 0)
    assert len(test.examples) == text.count("\n>>> ") == 33
    runner = doctest.DocTestRunner()
    assert runner.run(test) == (0, 33)


@pytest.mark.parametrize("framework", ["FastAPI", "Flask", "Django"])
def test_the_frameworks_answer(framework: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISIONO_WORKFLOW_SECRET", SECRET)
    text = README.read_text(encoding="utf-8")
    found = re.search(rf"{framework}:\n\n```python\n(.*?)```", text, re.DOTALL)
    assert found
    names: dict[str, Any] = {"__name__": "readme"}
    exec(found[1], names)
    url = visiono_workflow.Workflow(SECRET).sign_return(
        "http://localhost/tickets/ticket-456/done",
        submission_id="pls_123",
        unique_value="ABC123",
        reference="ticket-456",
        photo_count=5,
    )[len("http://localhost") :]
    for path, status, body in (
        (url, 200, {"photos": 5}),
        (url.replace("cnt=5", "cnt=6"), 400, {"error": "invalid_signature"}),
        (url.replace("/ticket-456/", "/ticket-457/"), 400, {"error": "unexpected_value"}),
    ):
        assert getattr(Clients, framework)(names, path) == (status, body)


class Clients:
    @staticmethod
    def FastAPI(names: dict[str, Any], path: str) -> Any:
        client = importlib.import_module("fastapi.testclient").TestClient(names["app"])
        response = client.get(path)
        return response.status_code, response.json()

    @staticmethod
    def Flask(names: dict[str, Any], path: str) -> Any:
        response = names["app"].test_client().get(path)
        return response.status_code, response.get_json()

    @staticmethod
    def Django(names: dict[str, Any], path: str) -> Any:
        import json

        from django.conf import settings

        if not settings.configured:
            settings.configure()
        from django.test import RequestFactory

        response = names["done"](RequestFactory().get(path), path.split("/")[2])
        return response.status_code, json.loads(response.content)


def test_the_calls_of_the_frameworks_receive() -> None:
    text = README.read_text("utf-8")
    calls = dict(re.findall(r"^\| ([\w, ]+) \| `(webhook\.receive\(.*\))` \|$", text, re.M))
    webhook = visiono_workflow.Webhook(
        SECRET,
    )
    body = b'{"event":"a"}'
    headers = {"X-Visiono-Signature": webhook.sign(body)}
    for framework, names in webhook_requests(body, headers).items():
        found: dict[str, Any] = {"webhook": webhook, "body": body, **names}
        exec(f"async def call():\n    return {calls.pop(framework)}", found)
        assert asyncio.run(found["call"]()).event == "a"
    assert not calls


def test_the_urls_of_the_frameworks_are_those_that_were_requested() -> None:
    """With a placeholder in the path, the path belongs to the message."""
    text = README.read_text("utf-8")
    table = text.partition("| the URL as it was requested |")[2].partition("\n\n")[0]
    calls = dict(re.findall(r"^\| ([\w, ]+) \| `(request\..*)` \|$", table, re.M))
    workflow = visiono_workflow.Workflow(SECRET)
    template = visiono_workflow.RedirectTemplate(
        "https://a.example/t/{reference}/done?i={submission_id}&u={unique_value}"
        "&c={photo_count}&t={timestamp}&s={signature}"
    )
    for reference in ("ticket-456", "é ?#%&;+"):
        url = workflow.sign_return(
            template,
            submission_id="pls_123",
            unique_value="ABC 123",
            reference=reference,
            photo_count=5,
        )
        for framework, request in return_requests(url):
            requested = eval(calls[framework], {"request": request})
            verified = workflow.verify_return(
                requested, template=template, expect={"reference": reference}
            )
            assert verified.reference == reference
        for framework, request in return_requests(url.replace("/done?", "x/done?")):
            requested = eval(calls[framework], {"request": request})
            with pytest.raises(visiono_workflow.VerificationError):
                workflow.verify_return(requested, template=template)
    assert len(calls) == 3


def return_requests(url: str) -> list[tuple[str, Any]]:
    from urllib.parse import unquote, urlsplit

    from django.conf import settings
    from starlette.requests import Request as StarletteRequest
    from werkzeug.test import EnvironBuilder
    from werkzeug.wrappers import Request as WerkzeugRequest

    if not settings.configured:
        settings.configure()
    from django.core.handlers.wsgi import WSGIRequest

    path, query = urlsplit(url).path, urlsplit(url).query
    scope = {
        **{"type": "http", "method": "GET", "path": unquote(path), "raw_path": path.encode()},
        **{"query_string": query.encode(), "headers": []},
    }
    environ = EnvironBuilder(path=f"{path}?{query}").get_environ()
    # Werkzeug has both names, Gunicorn the first one, uWSGI the second one, and wsgiref neither.
    raw, requested = environ.pop("RAW_URI"), environ.pop("REQUEST_URI")
    wsgiref = environ
    gunicorn = {**environ, "RAW_URI": raw}
    uwsgi = {**environ, "REQUEST_URI": requested}
    return [
        ("FastAPI, Starlette", StarletteRequest(scope)),
        ("Flask", WerkzeugRequest({**gunicorn, **uwsgi})),
        ("Flask", WerkzeugRequest(gunicorn)),
        ("Flask", WerkzeugRequest(uwsgi)),
        ("Django", WSGIRequest(gunicorn)),
        ("Django", WSGIRequest(wsgiref)),
    ]


def webhook_requests(body: bytes, headers: dict[str, str]) -> dict[str, dict[str, Any]]:
    from django.conf import settings
    from starlette.requests import Request as StarletteRequest
    from werkzeug.test import EnvironBuilder
    from werkzeug.wrappers import Request as WerkzeugRequest

    if not settings.configured:
        settings.configure()
    from django.core.handlers.wsgi import WSGIRequest

    def environ() -> dict[str, Any]:
        return EnvironBuilder(method="POST", data=body, headers=headers).get_environ()

    async def body_of_request() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    pairs = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "POST", "headers": pairs}
    return {
        "FastAPI, Starlette": {"request": StarletteRequest(scope, body_of_request)},
        "Flask": {"request": WerkzeugRequest(environ())},
        "Django": {"request": WSGIRequest(environ())},
        "WSGI": {"environ": environ()},
        "ASGI": {"scope": scope},
    }


def test_the_table_of_errors_is_that_of_the_core() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \| (\d+) \|", README.read_text("utf-8"), re.M)
    assert rows == [
        ("".join(word.title() for word in code.split("_")), code, str(number))
        for code, number, _ in visiono_workflow._native.CODES
        if code != "buffer_too_small"
    ]


def test_the_readme_is_that_of_the_distribution() -> None:
    from importlib.metadata import metadata

    described = inspect.cleandoc(metadata("visiono-workflow").get_payload())
    assert described.strip() == README.read_text("utf-8").strip()
