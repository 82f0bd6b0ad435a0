"""A real server on loopback that is as strict as Azure OpenAI, and one that gives tokens as Entra ID does.

with Azure({"our-4o": "gpt-4o"}, key="az") as azure:     # deployment -> model
    ...                                                   # calls to azure.endpoint
with Login("tenant", "client", "hush") as login: azure.login = login
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, unquote

from tests.replies import DONE, Reply, chat_chunk, chat_frames, sse, usage, well_behaved
from tests.upstream import Received, Upstream

API_VERSION = "2024-10-21"
SAFE = {"hate": {"filtered": False, "severity": "safe"}}
PROMPT_FILTER = [{"prompt_index": 0, "content_filter_results": SAFE}]
_PATH = re.compile(r"/openai/deployments/([^/?]+)(/chat/completions|/completions|/embeddings)\?api-version=([^&]+)")


class Azure(Upstream):
    """An Azure OpenAI resource: `key` in `api-key`, or a token of `login` that it has not `revoked`."""

    def __init__(self, deployments: Mapping[str, str], key: str | None = None, login: Login | None = None) -> None:
        super().__init__()
        self.deployments = dict(deployments)
        self.key = key
        self.login = login
        self.revoked: set[str] = set()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _reply_to(self, request: Received) -> Reply:
        with self._lock:
            if self._scripts:
                return self._scripts.pop(0)[1]
        match = _PATH.fullmatch(request.path)
        if request.method != "POST" or match is None or match[3] != API_VERSION:
            return azure_error(404, "404", "Resource not found")
        if not self._knows(request):
            return azure_error(401, "401", "Access denied due to invalid subscription key or wrong API endpoint.")
        model = self.deployments.get(unquote(match[1]))
        if model is None:
            return azure_error(404, "DeploymentNotFound", "The API deployment for this resource does not exist.")
        if match[2] == "/completions":
            return azure_error(
                400, "OperationNotSupported", f"The completion operation does not work with the model, {model}."
            )
        if match[2] == "/chat/completions":
            return _filtered(request.json, self.text)
        return well_behaved("POST", match[2], {**request.json, "model": model}, [model], self.text)

    def _knows(self, request: Received) -> bool:
        key, bearer = request.headers.get("api-key"), request.headers.get("authorization", "")
        if self.login is None:
            return key == self.key and not bearer
        token = bearer.removeprefix("Bearer ")
        return key is None and token in self.login.given and token not in self.revoked


class Login(Upstream):
    """A login server that knows one application of one tenant; `given` are its tokens, `lasts_s` each."""

    def __init__(self, tenant: str, client: str, secret: str, lasts_s: Any = 3600) -> None:
        super().__init__()
        self.tenant, self.client, self.secret, self.lasts_s = tenant, client, secret, lasts_s
        self.given: list[str] = []

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _reply_to(self, request: Received) -> Reply:
        with self._lock:
            if self._scripts:
                return self._scripts.pop(0)[1]
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        asked = {
            "grant_type": "client_credentials",
            "client_id": self.client,
            "client_secret": self.secret,
            "scope": "https://cognitiveservices.azure.com/.default",
        }
        media_type = request.headers.get("content-type")
        if request.path != f"/{self.tenant}/oauth2/v2.0/token" or media_type != "application/x-www-form-urlencoded":
            return Reply.json({"error": "invalid_request"}, 400)
        if form != asked:
            sent = json.dumps(form)
            return Reply.json({"error": "invalid_client", "error_description": f"AADSTS7000215: {sent}"}, 401)
        self.given.append(f"token-{len(self.given) + 1}")
        return Reply.json({"token_type": "Bearer", "expires_in": self.lasts_s, "access_token": self.given[-1]})


def azure_error(status: int, code: str, message: str, inner: Any = None, **options: Any) -> Reply:
    """An error as Azure words them: neither type nor param, unless its filters say more."""
    error = {"code": code, "message": message}
    if inner:
        error |= {"type": None, "param": "prompt", "status": status, "innererror": inner}
    return Reply.json({"error": error}, status, **options)


def filtered_frames(*texts: str) -> list[bytes]:
    """A stream as Azure sends it: what its filters say of the prompt first, and of the answer in each chunk."""
    first = {"choices": [], "created": 0, "id": "", "model": "", "object": "", "prompt_filter_results": PROMPT_FILTER}
    chunks = [chat_chunk({"role": "assistant", "content": ""}), *(chat_chunk({"content": text}) for text in texts)]
    for chunk in chunks[1:]:
        chunk["choices"][0]["content_filter_results"] = SAFE
    return [sse(first), *map(sse, chunks), *chat_frames()[1:-2], *chat_frames()[-2:]]


def _filtered(body: Mapping[str, Any], text: str | None) -> Reply:
    said = text if text is not None else str(body["messages"][-1]["content"])
    if body.get("stream"):
        return Reply.events(*filtered_frames(*said.split(" ")))
    message = {"role": "assistant", "content": said}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "content_filter_results": SAFE}
    whole = {"id": "chatcmpl-azure", "object": "chat.completion", "created": 1700000000, "model": "gpt-4o-2024-08-06"}
    return Reply.json({**whole, "choices": [choice], "usage": usage(7, 3), "prompt_filter_results": PROMPT_FILTER})


__all__ = ["API_VERSION", "DONE", "PROMPT_FILTER", "SAFE", "Azure", "Login", "azure_error", "filtered_frames"]
