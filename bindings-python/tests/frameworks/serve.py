"""Serves a program of apps.py: ``python serve.py SERVER FRAMEWORK PORT``."""

import importlib
import os
import sys
from typing import Any

import apps

server, framework, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
HOST = "127.0.0.1"
make: Any = getattr(apps, framework)


def execute(module: str, *arguments: str) -> None:
    """Runs a server that imports the program by its name."""
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])


if server == "own":
    make(port)
elif server == "wsgiref":
    from wsgiref.simple_server import make_server

    make_server(HOST, port, make()).serve_forever()
elif server == "werkzeug":
    importlib.import_module("werkzeug.serving").run_simple(HOST, port, make())
elif server == "waitress":
    importlib.import_module("waitress").serve(make(), host=HOST, port=port)
elif server == "cheroot":
    importlib.import_module("cheroot.wsgi").Server((HOST, port), make()).start()
elif server == "gevent":
    importlib.import_module("gevent.pywsgi").WSGIServer((HOST, port), make()).serve_forever()
elif server == "runserver":
    make()
    management = importlib.import_module("django.core.management")
    management.call_command("runserver", f"{HOST}:{port}", use_reloader=False, skip_checks=True)
elif server == "gunicorn":
    execute("gunicorn", "--bind", f"{HOST}:{port}", f"apps:{framework}()")
elif server == "gunicorn-gevent":
    execute("gunicorn", "-k", "gevent", "--bind", f"{HOST}:{port}", f"apps:{framework}()")
elif server == "uvicorn":
    execute("uvicorn", "--factory", "--port", str(port), f"apps:{framework}")
elif server == "uvicorn-h11":
    execute("uvicorn", "--factory", "--http", "h11", "--port", str(port), f"apps:{framework}")
elif server == "hypercorn":
    execute("hypercorn", "--bind", f"{HOST}:{port}", f"apps:{framework}()")
elif server == "daphne":
    # It calls no factory.
    apps.app = make()  # type: ignore[attr-defined]
    cli = importlib.import_module("daphne.cli").CommandLineInterface
    cli().run(["--port", str(port), "apps:app"])
elif server == "granian":
    execute("granian", "--interface", "asgi", "--factory", "--port", str(port), f"apps:{framework}")
elif server == "granian-wsgi":
    execute("granian", "--interface", "wsgi", "--factory", "--port", str(port), f"apps:{framework}")
elif server == "uwsgi":
    apps_folder = os.path.dirname(os.path.abspath(__file__))
    options = ["--need-app", "--http-socket", f"{HOST}:{port}", "--enable-threads"]
    options += ["--home", sys.prefix, "--chdir", apps_folder, "--module", f"apps:{framework}()"]
    os.execv(os.path.join(sys.prefix, "bin", "uwsgi"), ["uwsgi", *options])
elif server == "a2wsgi":
    # A WSGI program in an ASGI server, as FastAPI's `WSGIMiddleware` runs it.
    wrapped = importlib.import_module("a2wsgi").WSGIMiddleware(make())
    importlib.import_module("uvicorn").run(wrapped, port=port)
else:
    sys.exit(f"{server} is not known")
