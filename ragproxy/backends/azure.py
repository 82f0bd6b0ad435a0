"""Azure OpenAI: the models of a resource, each behind a deployment with an address of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import quote

from ragproxy.backends.entra import Tokens
from ragproxy.backends.http import Http, Reply
from ragproxy.domain import Cancel
from ragproxy.upstreams import Upstream

LOGIN_TIMEOUT_S = 30.0


class Deployment:
    """A Channel to one deployment, or to the resource itself when it is None.

    `tokens` authenticate each call; without them the Http carries a key already.
    """

    def __init__(self, http: Http, deployment: str | None, api_version: str, tokens: Tokens | None = None) -> None:
        self._http = http
        self._path = "/openai" if deployment is None else f"/openai/deployments/{quote(deployment, safe='')}"
        self._version = f"?api-version={quote(api_version, safe='')}"
        self._tokens = tokens

    @property
    def host(self) -> str:
        return self._http.host

    @contextmanager
    def post(
        self,
        path: str,
        body: bytes,
        cancel: Cancel,
        *,
        stream: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> Iterator[Reply]:
        """As `Http.post`, to the deployment; the errors of `Tokens.bearer` too."""
        token, said = self._credentials(headers, cancel)
        with self._http.post(self._address(path), body, cancel, stream=stream, headers=said) as reply:
            self._heed(reply, token)
            yield reply

    @contextmanager
    def request(
        self,
        method: str,
        path: str,
        cancel: Cancel,
        *,
        headers: Mapping[str, str],
        body: Iterable[bytes] | None = None,
    ) -> Iterator[Reply]:
        """As `Http.request`, to the deployment; the errors of `Tokens.bearer` too."""
        token, said = self._credentials(headers, cancel)
        with self._http.request(method, self._address(path), cancel, headers=said, body=body) as reply:
            self._heed(reply, token)
            yield reply

    def _address(self, path: str) -> str:
        path, _, query = path.partition("?")
        return self._path + path + self._version + ("&" + query if query else "")

    def _credentials(self, headers: Mapping[str, str] | None, cancel: Cancel) -> tuple[str | None, dict[str, str]]:
        """The token in use, if there is one, and the headers that carry it."""
        token = self._tokens.bearer(cancel) if self._tokens else None
        return token, {**(headers or {}), **({"Authorization": f"Bearer {token}"} if token else {})}

    def _heed(self, reply: Reply, token: str | None) -> None:
        if reply.status == 401 and self._tokens and token:
            self._tokens.forget(token)  # revoked before its time


class Resource:
    """A Line to one Azure resource."""

    def __init__(self, upstream: Upstream, *, pool: int) -> None:
        connect_s, read_s = upstream.connect_timeout_s, upstream.read_timeout_s
        headers = {**upstream.headers, **({"api-key": upstream.key} if upstream.key else {})}
        self.http = Http(
            upstream.base_url, None, connect_timeout_s=connect_s, read_timeout_s=read_s, pool=pool, headers=headers
        )
        self._upstream = upstream
        self._tokens: Tokens | None = None
        if entra := upstream.entra:
            patience_s = min(LOGIN_TIMEOUT_S, read_s)
            login = Http(entra.url, None, connect_timeout_s=connect_s, read_timeout_s=patience_s, pool=1)
            self._tokens = Tokens(login, tenant=entra.tenant, client=entra.client, secret=entra.secret)

    def channel(self, model: str | None) -> Deployment:
        """The deployment behind the model; one of the same name where nothing else is configured."""
        deployment = None if model is None else self._upstream.deployments.get(model, model)
        return Deployment(self.http, deployment, self._upstream.api_version, self._tokens)

    def close(self) -> None:
        """Close the connections, and break off a login."""
        self.http.close()
        if self._tokens is not None:
            self._tokens.close()
