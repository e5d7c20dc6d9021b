"""The documented Python snippets.

They receive the first value of each parameter that ``urllib.parse.parse_qs`` finds, and headers by
case-insensitive names, joined by a comma if there are several. The reference of a return with a
path comes from a router that decodes the path first, like Werkzeug and Django.
"""

import re
import sys
from pathlib import Path
from urllib.parse import parse_qs, unquote

from records import answer_all, headers_of

sys.path.insert(0, str(Path(__file__).parent.parent / "snippets"))

import snippets


def query_of(url):
    """Returns the query of a URL, as a web server passes it on."""
    return url.partition("#")[0].partition("?")[2]


def answer_snippet(record, keys):
    _, secret, webhook_secret = keys[:3]
    kind = record[0].decode()
    if kind == "sign":
        _, signing, slug, uv, src, ref, ts = (part.decode() for part in record)
        return ["ok", snippets.sign_link(signing, slug, uv, src, ref, int(ts))]
    if kind in ("return", "routed"):
        url = record[1].decode()
        params = {name: values[0] for name, values in parse_qs(query_of(url)).items()}
        if kind == "routed":
            route = re.fullmatch("/tickets/([^/]+)/done", unquote(re.split("[?#]", url)[0]))
            if not route:
                return ["refused"]
            params["ref"] = route[1]
        if not snippets.verify_redirect_signature(params, secret):
            return ["refused"]
        return ["ok", *(params[name] for name in ("sub", "uv", "ref", "cnt", "ts"))]
    if kind == "webhook":
        headers = {}
        for name, value in headers_of(record):
            name = name.lower()
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        signature = headers.get("x-visiono-signature")
        valid = snippets.verify_webhook(record[1], signature, webhook_secret)
        return ["ok"] if valid else ["refused"]
    return ["skipped"]


def answer(record, keys):
    try:
        return answer_snippet(record, keys)
    except Exception as crash:
        return [f"crash: {type(crash).__name__}"]


answer_all(answer)
