"""The documented snippets for Python, behind `http.server`: 204 if they return true, 401 if false,
and 500 if they raise."""

import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

sys.path.append(str(Path(__file__).parents[1] / "differential" / "snippets"))

from snippets import verify_redirect_signature, verify_webhook


class Handler(BaseHTTPRequestHandler):
    def answer(self, path, is_accepted):
        try:
            if urlsplit(self.path).path != path:
                self.send_response(404)
            else:
                self.send_response(204 if is_accepted() else 401)
        except Exception:
            self.send_response(500)
        self.send_header("Connection", "close")
        self.end_headers()

    def do_GET(self):
        pairs = parse_qs(urlsplit(self.path).query)
        first = {name: values[0] for name, values in pairs.items()}
        secret = os.environ["VISIONO_WORKFLOW_SECRET"]
        self.answer("/done", lambda: verify_redirect_signature(first, secret))

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        signature = self.headers["X-Visiono-Signature"]
        secret = os.environ["VISIONO_WEBHOOK_SECRET"]
        self.answer("/hook", lambda: verify_webhook(body, signature, secret))


ThreadingHTTPServer(("localhost", int(sys.argv[1])), Handler).serve_forever()
