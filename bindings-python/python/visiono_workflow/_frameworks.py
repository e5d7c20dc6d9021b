"""Reads the requests and URLs of frameworks by their shape, so none of these is imported.

Of a request this is the target that the browser sent, because most frameworks decode the path. An
attribute counts if the class has it, or an object that isn't a mapping: a mapping may show
parameters as attributes, and a stranger names these. Other attributes must hold what no parameter
can hold.
"""

from __future__ import annotations

import base64
import inspect
import sys
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

# The objects in requests that have a target of their own, and where they come from: WSGI (Django,
# Flask, Bottle, Pyramid), ASGI (Starlette, FastAPI, Litestar, Quart, Falcon, Django), Falcon,
# CherryPy, Powertools for Lambda.
_INNER = ("environ", "scope", "env", "wsgi_environ", "raw_event")
# Targets: Sanic's; aiohttp's and that of httpx.URL; Tornado's and Twisted's.
_TARGETS = ("raw_url", "raw_path", "uri")
# Objects that may have one, or texts of URLs: Tornado's handlers and class-based views; Azure,
# requests, furl and httpx.Request; urllib.
_OTHERS = ("request", "url", "full_url")
# Methods that return one: urllib, hyperlink, rfc3986, Django without a server, Chalice.
_METHODS = ("geturl", "to_text", "unsplit", "get_full_path", "to_original_event")

# The raw body of a request.
RAW_BODIES = (
    "request.get_data() in Flask, request.body in Django, await request.body() in FastAPI and "
    "Starlette"
)


def message(value: Any, depth: int = 2) -> Any:
    """Returns the URL of a request or URL object as text, and any other object as it is."""
    value = _unwrapped(value)
    for inner in (value, *_inner(value)):
        if type(inner) is dict:
            for read in (_of_environ, _of_scope, _of_event):
                text = read(inner)
                if text is not None:
                    return text
    if type(value) not in (dict, list, tuple):
        text = _url(value, depth)
        if text is not None:
            return text
    return value


def headers(value: Any) -> Any:
    """Returns the headers of a request, and any other object as it is."""
    value = _unwrapped(value)
    for inner in (value, *_inner(value)):
        if type(inner) is dict:
            if _is_environ(inner) or _is_scope(inner):
                return inner
            if _is_event(inner):
                return inner.get("multiValueHeaders") or inner.get("headers") or {}
    if type(value) is dict:
        return value
    for holder in (value, _own(value, "request")):
        for name in ("headers", "requestHeaders"):
            found = _own(holder, name)
            if found is not None:
                return found
    return value


def items(value: Any) -> list[Any] | None:
    """Returns the items of a mapping, a multi-dict or an iterable, if it is one of these."""
    # Starlette's ``QueryParams``; Bottle's ``FormsDict``; Django's and Werkzeug's ``MultiDict``;
    # Twisted's headers; mappings, and the headers of Werkzeug and of ``http.client``.
    for name in ("multi_items", "allitems", "lists", "getAllRawHeaders", "items"):
        # A mapping may show its keys as attributes, so a parameter may have such a name.
        method = getattr(type(value), name, None)
        if callable(method):
            value = method(value)
            break
    if type(value) is list:
        return value
    try:
        iterator = iter(value)
    except TypeError:
        return None
    return listed(iterator)


def listed(iterable: Iterable[Any]) -> list[Any]:
    """Lists all of an iterable. Unlike ``list`` it doesn't ask for the length, which may lie."""
    return [item for item in iterable]


def header(value: Any) -> Any:
    """Returns the text of a header that ``email`` has wrapped, because it isn't ASCII."""
    # Unless the module is loaded, nothing has its type.
    module = sys.modules.get("email.header")
    return str(value) if module and type(value) is module.Header else value


def event_body(value: Any) -> Any:
    """Returns the body of a Lambda event, and ``None`` for any other object."""
    if type(value) is not dict or not _is_event(value):
        return None
    body = value.get("body") or ""
    if not issubclass(type(body), str):
        return body
    raw = str.encode(body, "utf-8", "surrogatepass")
    try:
        return base64.b64decode(raw, validate=True) if value.get("isBase64Encoded") is True else raw
    except ValueError:
        return raw


def _unwrapped(value: Any) -> Any:
    """Returns what Flask's ``request`` stands for. Outside a request it raises Flask's error."""
    current = _own(value, "_get_current_object")
    return current() if callable(current) else value


def _inner(value: Any) -> list[Any]:
    found = []
    if type(value) not in (dict, list, tuple):
        for name in _INNER:
            try:
                found.append(getattr(value, name, None))
            except Exception:
                continue
    return found


def _own(value: Any, name: str, default: Any = None) -> Any:
    """Returns an attribute that the class has, or an object that isn't a mapping. Otherwise, and
    if reading it fails, returns the default."""
    kind = type(value)
    try:
        if not hasattr(kind, name):
            if hasattr(kind, "keys"):
                return default
            inspect.getattr_static(value, name)
        return getattr(value, name)
    except Exception:
        return default


def _url(value: Any, depth: int) -> str | bytes | None:
    """Returns the target or URL of an object that is neither WSGI's nor ASGI's."""
    # The path of the standard library's handlers is the whole target.
    targets = ("path", *_TARGETS) if _own(value, "requestline") else _TARGETS
    # First yarl's, which has a part of it under another of these names.
    for name in ("raw_path_qs", *targets, *_OTHERS):
        found = _own(value, name)
        if depth and name in _OTHERS:
            found = message(found, depth - 1)
        if isinstance(found, str) and name in targets:
            found = str.encode(found, "utf-8", "surrogatepass")
        if isinstance(found, bytes) and name in targets:
            return _target(found)
        if isinstance(found, (str, bytes)):
            return found
    for name in _METHODS:
        method = _own(value, name)
        try:
            found = message(method(), 0) if callable(method) else None
        except Exception:
            continue
        if isinstance(found, (str, bytes)):
            return found
    # Other URLs: Starlette's, Litestar's, pydantic's.
    if _own(value, "scheme") and _own(value, "query", value) is not value:
        try:
            return str(value)
        except Exception:
            return None
    return None


def _is_environ(value: dict[Any, Any]) -> bool:
    return type(value.get("wsgi.version")) is tuple


def _of_environ(environ: dict[Any, Any]) -> bytes | None:
    if not _is_environ(environ):
        return None
    query = b"?" + _latin(environ.get("QUERY_STRING"))
    # Gunicorn and Werkzeug; uWSGI, mod_wsgi, Waitress, CherryPy.
    for name in ("RAW_URI", "REQUEST_URI"):
        raw = _latin(environ.get(name))
        if raw:
            # Flask's test client may leave the query out.
            return _target(raw if b"?" in raw else raw + query)
    path = _latin(environ.get("SCRIPT_NAME")) + _latin(environ.get("PATH_INFO"))
    try:
        path.decode()
    except UnicodeDecodeError:
        # Django decodes the path in its environ.
        path = f"{environ.get('SCRIPT_NAME')}{environ.get('PATH_INFO')}".encode(errors="replace")
    return _target(quote(path).encode() + query)


def _is_scope(value: dict[Any, Any]) -> bool:
    return value.get("type") in ("http", "websocket") and type(value.get("query_string")) is bytes


def _of_scope(scope: dict[Any, Any]) -> bytes | None:
    if not _is_scope(scope):
        return None
    raw, path = scope.get("raw_path"), scope.get("path")
    if type(raw) is not bytes or not raw:
        raw = quote(path, errors="surrogatepass").encode() if type(path) is str else b""
    query: bytes = scope["query_string"]
    # Some servers have the query here, too.
    return _target(raw.partition(b"?")[0] + b"?" + query)


def _is_event(value: dict[Any, Any]) -> bool:
    return type(value.get("requestContext")) is dict


def _of_event(event: dict[Any, Any]) -> str | None:
    """Returns the target of an event of Lambda: API Gateway's, a function URL's or ALB's."""
    if not _is_event(event):
        return None
    query = event.get("rawQueryString")
    if type(query) is str:
        return f"{_path(event.get('rawPath'))}?{query}"
    names = ("multiValueQueryStringParameters", "queryStringParameters")
    given: dict[Any, Any] = next(
        (event[name] for name in names if type(event.get(name)) is dict), {}
    )
    # Only ALB leaves the parameters as they came.
    decoded = "elb" not in event["requestContext"]
    pairs = []
    for name, values in given.items():
        for each in values if type(values) is list else [values]:
            if each is not None:
                pairs.append(f"{_text(name, decoded)}={_text(each, decoded)}")
    return f"{_path(event.get('path'))}?{'&'.join(pairs)}"


def _text(text: Any, decoded: bool) -> str:
    if type(text) is not str:
        return "%FF"  # which is not UTF-8
    return quote(text, errors="surrogatepass") if decoded else text


def _path(path: Any) -> str:
    return path if type(path) is str and path[:1] == "/" else "/"


def _target(raw: bytes) -> bytes:
    """Makes a URL of a target, in which no fragment is sent, and a path always."""
    raw = bytes.replace(raw, b"#", b"%23")
    return raw if raw[:1] == b"/" or raw[:7].lower() in (b"http://", b"https:/") else b"/" + raw


def _latin(text: Any) -> bytes:
    """Returns the bytes that a text of WSGI stands for."""
    if type(text) is not str:
        return b""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
