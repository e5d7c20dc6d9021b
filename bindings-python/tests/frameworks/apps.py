"""One program in each framework: a return with a placeholder in its path, and a webhook.

Each route hands the library the framework's own request, and expects the value of its router.
"""

import json
import os
from typing import Any, Callable

from visiono_workflow import VerificationError, Webhook, Workflow
from visiono_workflow._frameworks import message

SECRET = os.environ["SECRET"]
TEMPLATE = (
    "https://app.example/tickets/{reference}/done?sub={submission_id}&uv={unique_value}"
    "&ref={reference}&cnt={photo_count}&ts={timestamp}&sig={signature}"
)
workflow, webhook = Workflow(SECRET), Webhook(SECRET)
Answer = tuple[int, str]


def answer(verify: Callable[[], Any]) -> Answer:
    try:
        return 200, json.dumps(verify())
    except VerificationError as error:
        return 400, error.code


def done(request: Any, ticket: str) -> Answer:
    def verify() -> Any:
        expect: Any = {"reference": ticket}
        # The last of the test's parameters says whether a template is passed.
        template = None if str(message(request)).rstrip("'").endswith("&plain=1") else TEMPLATE
        return workflow.verify_return(request, template=template, expect=expect).reference

    return answer(verify)


def hook(body: Any, request: Any) -> Answer:
    return answer(lambda: webhook.receive(body, request).event)


def ticket_of(path: str) -> str:
    return path.removeprefix("/tickets/").removesuffix("/done")


# WSGI


def wsgi() -> Any:
    def app(environ: Any, start: Any) -> Any:
        path = environ["PATH_INFO"].encode("latin-1").decode()
        if path == "/hook":
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            status, text = hook(body, environ)
        else:
            status, text = done(environ, ticket_of(path))
        start(f"{status} -", [("Content-Type", "text/plain")])
        return [text.encode()]

    return app


def flask() -> Any:
    from flask import Flask, request

    app = Flask("app")

    @app.get("/tickets/<path:ticket>/done")
    def _done(ticket: str) -> Any:
        assert done(request._get_current_object(), ticket) == done(request, ticket)
        return tuple(reversed(done(request, ticket)))

    @app.post("/hook")
    def _hook() -> Any:
        return tuple(reversed(hook(request.get_data(), request)))

    return app


def _django() -> None:
    from django.conf import settings
    from django.http import HttpResponse
    from django.urls import re_path
    from django.views.decorators.csrf import csrf_exempt

    def _done(request: Any, ticket: str) -> Any:
        status, text = done(request, ticket)
        return HttpResponse(text, status=status)

    @csrf_exempt
    def _hook(request: Any) -> Any:
        status, text = hook(request.body, request)
        return HttpResponse(text, status=status)

    if not settings.configured:
        urls = [re_path("^tickets/(?P<ticket>.*)/done$", _done), re_path("^hook$", _hook)]
        module = type("Urls", (), {"urlpatterns": urls})
        settings.configure(ROOT_URLCONF=module, ALLOWED_HOSTS=["*"], SECRET_KEY="x" * 50)


def django() -> Any:
    from django.core.wsgi import get_wsgi_application

    _django()
    return get_wsgi_application()


def rest() -> Any:
    """Django REST framework."""
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application
    from django.urls import re_path

    urls: list[Any] = []
    module = type("Urls", (), {"urlpatterns": urls})
    settings.configure(
        **{"ROOT_URLCONF": module, "ALLOWED_HOSTS": ["*"], "SECRET_KEY": "x" * 50},
        INSTALLED_APPS=["rest_framework"],
        REST_FRAMEWORK={
            "DEFAULT_AUTHENTICATION_CLASSES": [],
            "UNAUTHENTICATED_USER": None,
            "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        },
    )
    app = get_wsgi_application()
    from django.http import HttpResponse
    from rest_framework.decorators import api_view

    @api_view(["GET"])
    def _done(request: Any, ticket: str) -> Any:
        status, text = done(request, ticket)
        return HttpResponse(text, status=status)

    @api_view(["POST"])
    def _hook(request: Any) -> Any:
        status, text = hook(request.body, request)
        return HttpResponse(text, status=status)

    urls += [re_path("^tickets/(?P<ticket>.*)/done$", _done), re_path("^hook$", _hook)]
    return app


def bottle() -> Any:
    from bottle import Bottle, HTTPResponse, request

    app = Bottle()

    @app.get("/tickets/<ticket:path>/done")
    def _done(ticket: str) -> Any:
        status, text = done(request, ticket)
        return HTTPResponse(text, status)

    @app.post("/hook")
    def _hook() -> Any:
        status, text = hook(request.body.read(), request)
        return HTTPResponse(text, status)

    return app


def pyramid() -> Any:
    from pyramid.config import Configurator
    from pyramid.response import Response

    def _done(request: Any) -> Any:
        status, text = done(request, "/".join([request.matchdict["ticket"]]))
        return Response(text, status=status)

    def _hook(request: Any) -> Any:
        status, text = hook(request.body, request)
        return Response(text, status=status)

    with Configurator() as config:
        config.add_route("done", "/tickets/{ticket:.*}/done")
        config.add_view(_done, route_name="done")
        config.add_route("hook", "/hook")
        config.add_view(_hook, route_name="hook")
        return config.make_wsgi_app()


def falcon() -> Any:
    import falcon

    def sink(request: Any, response: Any, ticket: str) -> None:
        response.status, response.text = done(request, ticket)

    class Hook:
        def on_post(self, request: Any, response: Any) -> None:
            response.status, response.text = hook(request.bounded_stream.read(), request)

    app = falcon.App()
    app.add_sink(sink, r"/tickets/(?P<ticket>.*)/done")
    app.add_route("/hook", Hook())
    return app


def cherrypy() -> Any:
    import cherrypy

    class Root:
        @cherrypy.expose
        def default(self, *path: str, **parameters: Any) -> str:
            cherrypy.response.status, text = done(cherrypy.request, "/".join(path[1:-1]))
            return text

        @cherrypy.expose
        def hook(self) -> str:
            body = cherrypy.request.body.read()
            cherrypy.response.status, text = hook(body, cherrypy.request)
            return text

    cherrypy.config.update({"environment": "embedded"})
    return cherrypy.Application(Root(), "")


# ASGI


def asgi() -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            while True:
                kind = (await receive())["type"].rpartition(".")[2]
                await send({"type": f"lifespan.{kind}.complete"})
                if kind == "shutdown":
                    return
        if scope["path"] == "/hook":
            body = b""
            more = True
            while more:
                message = await receive()
                body += message.get("body", b"")
                more = message.get("more_body", False)
            status, text = hook(body, scope)
        else:
            status, text = done(scope, ticket_of(scope["path"]))
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": text.encode()})

    return app


def fastapi() -> Any:
    from fastapi import FastAPI, Request, Response

    app = FastAPI()

    @app.get("/tickets/{ticket:path}/done")
    def _done(ticket: str, request: Request) -> Response:
        status, text = done(request, ticket)
        return Response(text, status)

    @app.post("/hook")
    async def _hook(request: Request) -> Response:
        status, text = hook(await request.body(), request)
        return Response(text, status)

    return app


def starlette() -> Any:
    from starlette.applications import Starlette
    from starlette.responses import Response
    from starlette.routing import Mount, Route

    async def _done(request: Any) -> Any:
        status, text = done(request, request.path_params["ticket"])
        return Response(text, status)

    async def _hook(request: Any) -> Any:
        status, text = hook(await request.body(), request)
        return Response(text, status)

    mounted = [Route("/{ticket:path}/done", _done)]
    return Starlette(
        routes=[Mount("/tickets", routes=mounted), Route("/hook", _hook, methods=["POST"])]
    )


def django_asgi() -> Any:
    from django.core.asgi import get_asgi_application

    _django()
    return get_asgi_application()


def falcon_asgi() -> Any:
    import falcon.asgi

    async def sink(request: Any, response: Any, ticket: str) -> None:
        response.status, response.text = done(request, ticket)

    class Hook:
        async def on_post(self, request: Any, response: Any) -> None:
            response.status, response.text = hook(await request.stream.read(), request)

    app = falcon.asgi.App()
    app.add_sink(sink, r"/tickets/(?P<ticket>.*)/done")
    app.add_route("/hook", Hook())
    return app


def quart() -> Any:
    from quart import Quart, request

    app = Quart("app")

    @app.get("/tickets/<path:ticket>/done")
    async def _done(ticket: str) -> Any:
        return tuple(reversed(done(request, ticket)))

    @app.post("/hook")
    async def _hook() -> Any:
        return tuple(reversed(hook(await request.get_data(), request)))

    return app


def litestar() -> Any:
    import litestar

    @litestar.get("/tickets/{ticket:path}", sync_to_thread=False)
    def _done(ticket: str, request: litestar.Request[Any, Any, Any]) -> litestar.Response[str]:
        status, text = done(request, ticket_of("/tickets" + ticket))
        return litestar.Response(text, status_code=status, media_type="text/plain")

    @litestar.post("/hook")
    async def _hook(request: litestar.Request[Any, Any, Any]) -> litestar.Response[str]:
        status, text = hook(await request.body(), request)
        return litestar.Response(text, status_code=status, media_type="text/plain")

    return litestar.Litestar([_done, _hook])


def blacksheep() -> Any:
    from blacksheep import Application, Request, Response, TextContent

    app = Application()

    async def _done(request: Request) -> Response:
        path = ticket_of(request.scope["path"])
        status, text = done(request, path)
        return Response(status, content=TextContent(text))

    async def _hook(request: Request) -> Response:
        status, text = hook(await request.read(), request)
        return Response(status, content=TextContent(text))

    app.router.add_get("/tickets/*", _done)
    app.router.add_post("/hook", _hook)
    return app


# With servers of their own


def aiohttp(port: int) -> None:
    from aiohttp import web

    async def _done(request: Any) -> Any:
        ticket = request.match_info["ticket"]
        # The object of the URL is the same message.
        assert done(request, ticket) == done(request.rel_url, ticket) == done(request.url, ticket)
        status, text = done(request, ticket)
        return web.Response(text=text, status=status)

    async def _hook(request: Any) -> Any:
        status, text = hook(await request.read(), request)
        return web.Response(text=text, status=status)

    app = web.Application()
    app.router.add_get("/tickets/{ticket:.*}/done", _done)
    app.router.add_post("/hook", _hook)
    web.run_app(app, host="127.0.0.1", port=port, print=None)


def tornado(port: int) -> None:
    import asyncio

    from tornado.web import Application, RequestHandler

    class Done(RequestHandler):
        def get(self, ticket: str) -> None:
            assert done(self, ticket) == done(self.request, ticket)
            status, text = done(self, ticket)
            self.set_status(status)
            self.finish(text)

    class Hook(RequestHandler):
        def post(self) -> None:
            assert hook(self.request.body, self) == hook(self.request.body, self.request)
            status, text = hook(self.request.body, self)
            self.set_status(status)
            self.finish(text)

    async def serve() -> None:
        Application([("/tickets/(.*)/done", Done), ("/hook", Hook)]).listen(port, "127.0.0.1")
        await asyncio.Event().wait()

    asyncio.run(serve())


def sanic(port: int) -> None:
    from urllib.parse import unquote

    from sanic import Sanic, text

    app = Sanic("app", configure_logging=False)

    @app.get("/tickets/<path:path>")
    async def _done(request: Any, path: str) -> Any:
        status, body = done(request, ticket_of("/tickets/" + unquote(path)))
        return text(body, status=status)

    @app.post("/hook")
    async def _hook(request: Any) -> Any:
        status, body = hook(request.body, request)
        return text(body, status=status)

    app.run("127.0.0.1", port, single_process=True, access_log=False, motd=False)


def twisted(port: int) -> None:
    from urllib.parse import unquote

    from twisted.internet import reactor
    from twisted.web.resource import Resource
    from twisted.web.server import Site

    class Root(Resource):
        isLeaf = True

        def render_GET(self, request: Any) -> bytes:
            status, text = done(request, ticket_of(unquote(request.path.decode())))
            request.setResponseCode(status)
            return text.encode()

        def render_POST(self, request: Any) -> bytes:
            status, text = hook(request.content.read(), request)
            request.setResponseCode(status)
            return text.encode()

    reactor.listenTCP(port, Site(Root()), interface="127.0.0.1")  # type: ignore[attr-defined]
    reactor.run()  # type: ignore[attr-defined]


def http_server(port: int) -> None:
    """The standard library's server, which Vercel uses."""
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
    from urllib.parse import unquote, urlsplit

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.reply(*done(self, ticket_of(unquote(urlsplit(self.path).path))))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            self.reply(*hook(body, self))

        def reply(self, status: int, text: str) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(text.encode())

    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
