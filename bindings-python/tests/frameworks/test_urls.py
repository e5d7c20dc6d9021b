"""URL objects, decoded parameters and headers of real libraries."""

import email.message
from typing import Any, Callable
from urllib.parse import parse_qsl, urlencode

import pytest
from conftest import NOW, SECRET
from visiono_workflow import DuplicateParameter, MissingParameter, Webhook, Workflow

WORKFLOW, WEBHOOK = Workflow(SECRET), Webhook(SECRET)
TEMPLATE = (
    "https://app.example/tickets/{reference}/done?sub={submission_id}&uv={unique_value}"
    "&ref={reference}&cnt={photo_count}&ts={timestamp}&sig={signature}"
)
FIELDS: Any = dict(submission_id="pls_1", unique_value="A 1+", photo_count=2, timestamp=NOW)


def lambda_event(url: str) -> dict[str, Any]:
    path, _, query = url.removeprefix("https://app.example").partition("?")
    return {"version": "2.0", "rawPath": path, "rawQueryString": query, "requestContext": {}}


def chalice_request(url: str) -> Any:
    from chalice.app import Request

    path, _, query = url.removeprefix("https://app.example").partition("?")
    multiple: dict[str, list[str]] = {}
    for name, value in parse_qsl(query):
        multiple.setdefault(name, []).append(value)
    context = {"httpMethod": "GET", "resourcePath": path, "identity": {}}
    return Request(
        {
            **{"requestContext": context, "path": path, "headers": {}, "pathParameters": {}},
            **{"multiValueQueryStringParameters": multiple, "body": None, "stageVariables": None},
            "isBase64Encoded": False,
        }
    )


def urls() -> dict[str, Callable[[str], Any]]:
    import aws_lambda_powertools.utilities.data_classes as powertools
    import azure.functions
    import furl
    import httpx
    import hyperlink
    import litestar.datastructures
    import pydantic
    import requests
    import starlette.datastructures
    import urllib3
    import yarl

    return {
        "azure": lambda url: azure.functions.HttpRequest("GET", url, body=b""),
        "chalice": chalice_request,
        "furl": furl.furl,
        "httpx.URL": httpx.URL,
        "httpx.Request": lambda url: httpx.Request("GET", url),
        "hyperlink": hyperlink.URL.from_text,
        "litestar": litestar.datastructures.URL,
        "powertools": lambda url: powertools.APIGatewayProxyEventV2(lambda_event(url)),
        "pydantic": pydantic.AnyUrl,
        "requests": lambda url: requests.Request("GET", url).prepare(),
        "starlette": starlette.datastructures.URL,
        "urllib3": urllib3.util.parse_url,
        "urllib.request": __import__("urllib.request").request.Request,
        "yarl": yarl.URL,
        "yarl encoded": lambda url: yarl.URL(url, encoded=True),
    }


@pytest.mark.parametrize("name", urls())
@pytest.mark.parametrize("reference", ["ticket-456", "2024/0815", "50%", "é ü", "a+b&c=d?#"])
def test_objects_of_urls(name: str, reference: str) -> None:
    url = WORKFLOW.sign_return(TEMPLATE, **FIELDS, reference=reference)
    made = urls()[name](url)
    assert WORKFLOW.verify_return(made, template=TEMPLATE, now=NOW).reference == reference
    for other, error in ((url + "&ref=x", DuplicateParameter), (TEMPLATE[:30], MissingParameter)):
        with pytest.raises(error):
            WORKFLOW.verify_return(urls()[name](other), template=TEMPLATE, now=NOW)


def parameters() -> dict[str, Callable[[str], Any]]:
    import bottle
    import furl
    import httpx
    import litestar.datastructures
    import multidict
    import starlette.datastructures
    import tornado.escape
    import webob.multidict
    import werkzeug.datastructures
    import yarl
    from django.conf import settings
    from django.http import QueryDict

    if not settings.configured:
        settings.configure()

    def forms(query: str) -> Any:
        made = bottle.FormsDict()
        for name, value in parse_qsl(query):
            made.append(name, value.encode().decode("latin-1"))
        return made.decode()

    def sanic(query: str) -> Any:
        from sanic.request import RequestParameters

        found: dict[str, list[str]] = {}
        for name, value in parse_qsl(query):
            found.setdefault(name, []).append(value)
        return RequestParameters(found)

    return {
        "bottle": forms,
        "django": QueryDict,
        "furl": lambda query: furl.furl("?" + query).args,
        "httpx": httpx.QueryParams,
        "litestar": lambda query: litestar.datastructures.MultiDict(parse_qsl(query)),
        "multidict": lambda query: multidict.MultiDict(parse_qsl(query)),
        "sanic": sanic,
        "starlette": starlette.datastructures.QueryParams,
        "tornado": tornado.escape.parse_qs_bytes,
        "webob": lambda query: webob.multidict.MultiDict(parse_qsl(query)),
        "werkzeug": lambda query: werkzeug.datastructures.MultiDict(parse_qsl(query)),
        "yarl": lambda query: yarl.URL("?" + query).query,
    }


@pytest.mark.parametrize("name", parameters())
def test_decoded_parameters(name: str) -> None:
    url = WORKFLOW.sign_return("https://app.example/", **FIELDS, reference="é 50%")
    query = url.partition("?")[2]
    others = urlencode({each: "x" for each in ("items", "lists", "multi_items", "uri", "scope")})
    for message in (query, f"{query}&{others}&tag=a&tag=b", f"{others}&{query}"):
        made = parameters()[name](message)
        assert WORKFLOW.verify_return(made, now=NOW).reference == "é 50%"
    with pytest.raises(DuplicateParameter):
        WORKFLOW.verify_return(parameters()[name](query + "&ref=x"), now=NOW)


def headers() -> dict[str, Callable[[list[tuple[str, str]]], Any]]:
    import httpx
    import litestar.datastructures
    import multidict
    import requests.structures
    import starlette.datastructures
    import tornado.httputil
    import twisted.web.http_headers
    import urllib3
    import werkzeug.datastructures

    def added(kind: Callable[[], Any], method: str) -> Callable[[list[tuple[str, str]]], Any]:
        def make(pairs: list[tuple[str, str]]) -> Any:
            made = kind()
            for name, value in pairs:
                getattr(made, method)(name, value)
            return made

        return make

    return {
        "email": added(email.message.Message, "add_header"),
        "httpx": httpx.Headers,
        "litestar": lambda pairs: litestar.datastructures.Headers(
            [(name.lower().encode(), value.encode()) for name, value in pairs]
        ),
        "multidict": multidict.CIMultiDict,
        "requests": lambda pairs: requests.structures.CaseInsensitiveDict(dict(pairs)),
        "starlette": lambda pairs: starlette.datastructures.Headers(
            raw=[(name.lower().encode(), value.encode()) for name, value in pairs]
        ),
        "tornado": added(tornado.httputil.HTTPHeaders, "add"),
        "twisted": added(twisted.web.http_headers.Headers, "addRawHeader"),
        "urllib3": added(urllib3.HTTPHeaderDict, "add"),
        "werkzeug": werkzeug.datastructures.Headers,
    }


@pytest.mark.parametrize("name", headers())
def test_headers(name: str) -> None:
    made = WEBHOOK.test_delivery("submission.created", now=NOW)
    pairs = list(made.headers.items())
    for received in (headers()[name](pairs), type("R", (), {"headers": headers()[name](pairs)})()):
        assert WEBHOOK.receive(made.body, received, now=NOW).unauthenticated_delivery_id == "test"
    if name != "requests":  # which keeps the last one of two
        twice = [*pairs, *(pair for pair in pairs if "Signature" in pair[0])]
        with pytest.raises(__import__("visiono_workflow").InvalidSignature):
            WEBHOOK.receive(made.body, headers()[name](twice), now=NOW)
