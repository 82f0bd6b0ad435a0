"""A real S3 server for tests, moto's over HTTP, between which and its clients a test may come."""

import threading
import uuid

from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response


class S3Server:
    """The server on a free port, with one bucket; ImportError without moto."""

    def __init__(self):
        from moto.server import DomainDispatcherApplication, MotoRequestHandler, create_backend_app

        self._moto = DomainDispatcherApplication(create_backend_app)
        self.asked = []  # requests, each with `method`, `path` and `headers`
        self.meddle = None  # what answers, given the request and how moto does: lambda request, answer: answer(request)
        self.bucket = f"blobs-{uuid.uuid4().hex}"  # every S3 server of moto's in one process has the same buckets
        self._server = make_server("127.0.0.1", 0, self._serve, threaded=True, request_handler=MotoRequestHandler)
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def reset(self):
        """Answer as moto does again, and forget what was asked."""
        self.meddle = None
        self.asked.clear()

    def times(self, method):
        """How often it was asked so."""
        return sum(request.method == method for request in self.asked)

    @property
    def variables(self):
        """The environment of its clients."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_DEFAULT_REGION": "us-east-1",
        }

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _serve(self, environ, start_response):
        request = Request(environ)
        self.asked.append(request)
        answer = self.meddle(request, self._answer) if self.meddle else self._answer(request)
        return answer(environ, start_response)

    def _answer(self, request):
        return Response.from_app(self._moto, request.environ)
