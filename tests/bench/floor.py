"""The libraries that ragproxy stands on and nothing else: what a gateway made of them can reach at all.

It validates one schema, passes the answer on as it came, and does nothing that ragproxy is for: no callers, no
retrieval, no look into the answer, no records, no log. `gunicorn tests.bench.floor:app`, with the upstream's address
in UPSTREAM.
"""

import os
from collections.abc import Iterator

import requests
from flask import Flask, Response, json, request
from marshmallow import INCLUDE, Schema, fields


class ChatSchema(Schema):
    """As little as a chat needs."""

    class Meta:
        unknown = INCLUDE

    model = fields.String(required=True)
    messages = fields.List(fields.Dict(), required=True)
    stream = fields.Boolean(load_default=False)


CHAT = ChatSchema()
ASK = requests.Request("POST", os.environ["UPSTREAM"] + "/chat/completions").prepare()
app = Flask(__name__)
adapter = requests.adapters.HTTPAdapter(pool_maxsize=1024)


@app.post("/v1/chat/completions")
def chat() -> Response:
    """Ask the upstream, and pass on what it says."""
    body = CHAT.load(request.get_json())
    ask, content = ASK.copy(), json.dumps(body).encode()
    ask.body, ask.headers["Content-Length"] = content, str(len(content))
    ask.headers["Content-Type"] = "application/json"
    asked = adapter.send(ask, stream=body["stream"])  # a session's own `post` costs twice as much
    if not body["stream"]:
        return Response(asked.content, asked.status_code, content_type=asked.headers["content-type"])
    return Response(_passed_on(asked), asked.status_code, content_type="text/event-stream", direct_passthrough=True)


def _passed_on(asked: requests.Response) -> Iterator[bytes]:
    with asked:
        yield from asked.iter_content(None)
