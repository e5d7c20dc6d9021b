"""The decoders and routers of Python. See ../README.md for the lines that are read and written."""

import re
import sys
from urllib.parse import parse_qs, parse_qsl, unquote, unquote_to_bytes, urlsplit

import bottle
import django
import falcon
import webob
import yarl
from django.conf import settings
from django.http import QueryDict
from django.urls import Resolver404, path, re_path
from django.urls.resolvers import RegexPattern, URLResolver
from starlette.requests import Request as StarletteRequest
from starlette.routing import Match, Route
from tornado.escape import parse_qs_bytes, url_unescape
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request as WerkzeugRequest

settings.configure(DATA_UPLOAD_MAX_NUMBER_FIELDS=None)
django.setup()

# The routes in the syntax of most routers, with the names of their fields.
ROUTES = {
    "tickets": ("/tickets/{reference}/done", ["reference"]),
    "page": ("/t/x-{reference}.html", ["reference"]),
    "two": ("/r/{submission_id}/{reference}", ["submission_id", "reference"]),
    "root": ("/{reference}", ["reference"]),
    "slash": ("/tickets/{reference}/", ["reference"]),
    "tenant": ("/Tenant/acme/{unique_value}/{reference}", ["unique_value", "reference"]),
}


def get_all(decoded, names):
    """Returns the values under each name of a mapping from names to lists."""
    return [decoded.get(name, []) for name in names]


def from_list(pairs, names):
    return [[value for key, value in pairs if key == name] for name in names]


def text(query):
    return query.decode("utf-8", "surrogateescape")


def environ(query):
    """Returns the environment of a WSGI application, whose texts are Latin-1."""
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/done",
        "QUERY_STRING": query.decode("latin-1"),
        "SERVER_NAME": "desk.example",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "https",
    }


def by_bytes(target, query, names):
    found = get_all(parse_qs(query), [name.encode() for name in names])
    return [[value.decode("utf-8", "replace") for value in values] for values in found]


def by_urlsplit(target, query, names):
    return get_all(parse_qs(urlsplit(text(target)).query, keep_blank_values=True), names)


def by_tornado(target, query, names):
    # A server reads the target as Latin-1.
    decoded = parse_qs_bytes(query.decode("latin-1"), keep_blank_values=True)
    # `get_argument` refuses bytes that aren't UTF-8, and strips the text.
    found = []
    for name in names:
        values = []
        for value in decoded.get(name, []):
            try:
                values.append(value.decode())
            except UnicodeDecodeError:
                pass
        found.append(values)
    return found


def by_django(target, query, names):
    decoded = QueryDict(query)
    return [decoded.getlist(name) for name in names]


def by_werkzeug(target, query, names):
    decoded = WerkzeugRequest(environ(query)).args
    return [decoded.getlist(name) for name in names]


def by_starlette(target, query, names):
    scope = {"type": "http", "query_string": query, "headers": []}
    decoded = StarletteRequest(scope).query_params
    return [decoded.getlist(name) for name in names]


def by_bottle(target, query, names):
    decoded = bottle.BaseRequest(environ(query)).query
    found = []
    for name in names:
        values = decoded.getall(name)
        # An attribute is Unicode, and a lookup is Latin-1 text.
        unicode = []
        for value in values:
            try:
                unicode.append(value.encode("latin-1").decode("utf-8"))
            except UnicodeError:
                unicode.append(value)
        found.append(unicode)
    return found


def by_webob(target, query, names):
    decoded = webob.Request(environ(query)).GET
    return [decoded.getall(name) for name in names]


def as_list(value):
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def by_falcon(target, query, names):
    decoded = falcon.uri.parse_query_string(text(query), keep_blank=True, csv=False)
    return [as_list(decoded.get(name)) for name in names]


def by_yarl(target, query, names):
    # Like aiohttp.
    decoded = yarl.URL.build(path="/done", query_string=text(query), encoded=True).query
    return [decoded.getall(name, []) for name in names]


DECODERS = {
    "parse_qs": lambda target, query, names: get_all(
        parse_qs(text(query), keep_blank_values=True), names
    ),
    "parse_qsl": lambda target, query, names: from_list(parse_qsl(text(query)), names),
    # The behavior of every Python before 3.9.2.
    "parse_qsl, & and ;": lambda target, query, names: from_list(
        parse_qsl(text(query).replace(";", "&")), names
    ),
    "parse_qs of bytes": by_bytes,
    "urlsplit, parse_qs": by_urlsplit,
    "Werkzeug": by_werkzeug,
    "Django": by_django,
    "Starlette": by_starlette,
    "Bottle": by_bottle,
    "WebOb": by_webob,
    "Falcon": by_falcon,
    "Tornado": by_tornado,
    "yarl (aiohttp)": by_yarl,
}


def path_of(target):
    """Returns the path that a server passes on, still encoded and without a fragment."""
    return text(target).partition("?")[0]


def path_info(target):
    """Returns PATH_INFO: decoded, with its bytes as Latin-1."""
    return unquote_to_bytes(path_of(target).encode("utf-8", "surrogateescape")).decode("latin-1")


def from_latin(value):
    return value.encode("latin-1", "replace").decode("utf-8", "replace")


def werkzeug_routes(**options):
    maps = {
        name: Map([Rule(re.sub(r"{(\w+)}", r"<\1>", pattern), endpoint=name)], **options)
        for name, (pattern, _) in ROUTES.items()
    }

    def match(target, route):
        try:
            adapter = maps[route].bind("desk.example")
            # A redirect to the right path is an exception too: it leads to another request.
            return adapter.match(from_latin(path_info(target)), "GET")[1]
        except HTTPException:
            return {}

    return match


def django_router(pattern_of):
    resolvers = {
        name: URLResolver(RegexPattern(r"^/"), [pattern_of(pattern)])
        for name, (pattern, _) in ROUTES.items()
    }

    def match(target, route):
        try:
            return resolvers[route].resolve(from_latin(path_info(target))).kwargs
        except Resolver404:
            return {}

    return match


def django_path(pattern):
    return path(re.sub(r"{(\w+)}", r"<str:\1>", pattern[1:]), lambda request: None)


def django_expression(pattern):
    # Two names that both match slashes are ambiguous, whatever is signed.
    text = ".+" if pattern.count("{") == 1 else "[^/]+"
    route = re.sub(r"{(\w+)}", rf"(?P<\1>{text})", pattern[1:].replace(".", r"\."))
    return re_path(f"^{route}/?$", lambda request: None)


def starlette_routes():
    def endpoint(request):
        return None

    routes = {name: Route(pattern, endpoint) for name, (pattern, _) in ROUTES.items()}

    def match(target, route):
        # Uvicorn decodes the path.
        scope = {
            "type": "http",
            "method": "GET",
            "path": unquote(path_of(target)),
            "root_path": "",
        }
        matched, child = routes[route].matches(scope)
        return child["path_params"] if matched == Match.FULL else {}

    return match


def bottle_routes():
    routers = {}
    for name, (pattern, _) in ROUTES.items():
        routers[name] = bottle.Bottle()
        routers[name].route(re.sub(r"{(\w+)}", r"<\1>", pattern), "GET", lambda **found: None)

    def match(target, route):
        values = environ(b"")
        # Like Bottle's own handler: the path in UTF-8.
        values["PATH_INFO"] = "/" + from_latin(path_info(target)).lstrip("/")
        try:
            return routers[route].match(values)[1]
        except bottle.HTTPError:
            return {}

    return match


def tornado_routes():
    patterns = {
        name: re.compile(
            re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", pattern.replace(".", r"\.")) + "$"
        )
        for name, (pattern, _) in ROUTES.items()
    }

    def match(target, route):
        found = patterns[route].match(path_of(target))
        if found is None:
            return {}
        try:
            return {
                name: url_unescape(value, encoding="utf-8", plus=False)
                for name, value in found.groupdict().items()
            }
        except UnicodeDecodeError:
            return {}

    return match


ROUTERS = {
    "Werkzeug": werkzeug_routes(),
    "Werkzeug, not strict": werkzeug_routes(strict_slashes=False, merge_slashes=False),
    "Django path()": django_router(django_path),
    "Django re_path()": django_router(django_expression),
    "Starlette": starlette_routes(),
    "Bottle": bottle_routes(),
    "Tornado": tornado_routes(),
}


def read(decode, target, query, names):
    try:
        return decode(target, query, names)
    except ValueError:
        # A query that is refused: bytes that are not UTF-8, or `//[`, which is not a host.
        return [[] for _ in names]


def cell(found):
    return ";".join(
        ",".join("=" + value.encode("utf-8", "surrogateescape").hex() for value in values)
        for values in found
    )


def main():
    head = [f"query:Python {name}" for name in DECODERS]
    head += [f"path:Python {name}" for name in ROUTERS]
    out = sys.stdout
    out.write("\t".join(head) + "\n")
    for line in sys.stdin:
        target, query, route, names = line.rstrip("\n").split("\t")
        target, query = bytes.fromhex(target), bytes.fromhex(query)
        names = [bytes.fromhex(name).decode() for name in names.split(",")]
        cells = [cell(read(decode, target, query, names)) for decode in DECODERS.values()]
        for match in ROUTERS.values():
            if route == "-":
                cells.append("")
                continue
            found = match(target, route)
            wanted = ROUTES[route][1]
            cells.append(cell([[found[name]] if name in found else [] for name in wanted]))
        out.write("\t".join(cells) + "\n")


main()
