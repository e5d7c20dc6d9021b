"""The code of the README runs, and prints what it says."""

import asyncio
import doctest
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
    assert len(test.examples) == text.count("\n>>> ") == 48
    runner = doctest.DocTestRunner()
    assert runner.run(test) == (0, 48)


def test_every_program_is_an_example_that_is_tested() -> None:
    """So they are run by test_examples.py or test_receivers.py, and their types are checked."""
    text = README.read_text("utf-8")
    programs = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    names = ("fastapi_app", "flask_app", "django_app", "django_view", "fastapi_webhook")
    assert len(programs) == len(names)
    for program, name in zip(programs, names):
        example = (PROJECT / "examples" / f"{name}.py").read_text("utf-8")
        assert example.partition('"""\n\n')[2] == program


def test_the_calls_of_the_frameworks_receive() -> None:
    text = README.read_text("utf-8")
    calls = dict(re.findall(r"^\| ([\w, ]+) \| `(webhook\.receive\(.*\))` \|$", text, re.M))
    # The programs in tests/frameworks make the calls of the others.
    others = ("Quart", "aiohttp", "Tornado", "Bottle, CherryPy", "Falcon", "Falcon with ASGI")
    assert all(calls.pop(framework) for framework in others)
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


def test_the_redirect_url_needs_no_template() -> None:
    text = README.read_text("utf-8")
    found = re.search(r"<!-- redirect -->\n```text\n(.*)\n```", text)
    assert found
    workflow = visiono_workflow.Workflow(SECRET)
    for reference in ("ticket-456", "2024/0815", "50%", "é ?#&+"):
        fields: Any = dict(submission_id="pls_1", unique_value="A 1", photo_count=5)
        url = workflow.sign_return(found[1], **fields, reference=reference)
        target = url[len("https://app.example") :]
        expect: Any = {"reference": reference}
        for request in return_requests(target):
            assert workflow.verify_return(request, expect=expect).reference == reference
            assert workflow.verify_return(request, template=found[1]).reference == reference
        for request in return_requests(target.replace("/done?", "x/done?")):
            with pytest.raises(visiono_workflow.VerificationError):
                workflow.verify_return(request, template=found[1])


def return_requests(url: str) -> list[Any]:
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
    # Werkzeug has both names, Gunicorn the first one, uWSGI the second one.
    raw, requested = environ.pop("RAW_URI"), environ.pop("REQUEST_URI")
    gunicorn = {**environ, "RAW_URI": raw}
    uwsgi = {**environ, "REQUEST_URI": requested}
    return [
        StarletteRequest(scope),
        WerkzeugRequest({**gunicorn, **uwsgi}),
        WerkzeugRequest(dict(gunicorn)),
        WerkzeugRequest(dict(uwsgi)),
        WSGIRequest(dict(gunicorn)),
        WSGIRequest(dict(uwsgi)),
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
        "FastAPI, Starlette, Litestar": {"request": StarletteRequest(scope, body_of_request)},
        "Flask": {"request": WerkzeugRequest(environ())},
        "Django, Pyramid, Sanic": {"request": WSGIRequest(environ())},
        "Lambda, encoded or not": {
            "event": {"requestContext": {}, "headers": headers, "body": body.decode()}
        },
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
