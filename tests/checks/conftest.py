"""What the checks look at: settings of a data folder of their own, and servers that say what they are told."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ragproxy.checks import Scene
from ragproxy.settings import from_env


@pytest.fixture
def data_dir(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def scene(data_dir):
    """`scene(OPENAI_BASE_URL=..., clock=...)`: the variables are settings, the rest is the scene's own."""

    def make(timeout_s=2.0, clock=None, free=None, **variables):
        environ = {"RAGPROXY_DATA_DIR": str(data_dir), **variables}
        own = {key: value for key, value in {"clock": clock, "free": free}.items() if value}
        return Scene(from_env(environ), environ, timeout_s, **own)

    return make


@pytest.fixture
def web():
    """`with web({"/health": (200, {...})}) as url`: a server that says this; all other paths are 404."""
    return _web


@contextmanager
def _web(answers):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            status, body = answers.get(self.path, (404, {}))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

        do_HEAD = do_GET

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
