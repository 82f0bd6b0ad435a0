"""The command line on a data folder of its own, in this process or in a real one."""

import json
import os
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from click.testing import CliRunner

from ragproxy.cli import main
from ragproxy.settings import Settings


@pytest.fixture
def run(data_dir):
    """Runs a command in this process: `run("search", "tower").output`; unforeseen errors are raised."""

    def invoke(*arguments, **variables):
        command = ["--data-dir", str(data_dir), *map(str, arguments)]
        return CliRunner().invoke(main, command, env=variables, catch_exceptions=False)

    return invoke


@pytest.fixture
def data_dir(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def documents(tmp_path):
    """A folder with two readable documents."""
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "tower.md").write_text("# Eiffel Tower\n\nThe Eiffel Tower is 330 metres tall.\n")
    (folder / "louvre.md").write_text("# Louvre\n\nLe musée du Louvre ferme le mardi.\n")
    return folder


@pytest.fixture(autouse=True)
def _no_settings_of_the_machine(monkeypatch):
    for field in Settings.__dataclass_fields__.values():
        if field.metadata["variable"] in os.environ:
            monkeypatch.delenv(field.metadata["variable"])


@pytest.fixture
def server():
    """A server that answers what `answers` says, (status, body) each, and remembers the `requests`."""
    with _serving() as running:
        yield running


class _Request:
    def __init__(self, handler, body):
        self.method, self.path, self.headers, self.body = handler.command, handler.path, handler.headers, body


@contextmanager
def _serving():
    # an answer whose body is None never comes
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            server.requests.append(_Request(self, body))
            status, answer = server.answers.pop(0)
            if answer is None:
                over.wait(10)
                return
            self.send_response(status)
            self.end_headers()
            self.wfile.write(answer if isinstance(answer, bytes) else json.dumps(answer).encode())

        do_POST = do_DELETE = do_GET

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.url = f"http://127.0.0.1:{server.server_port}"
    server.requests, server.answers = [], []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        over.set()
        server.shutdown()
        server.server_close()
