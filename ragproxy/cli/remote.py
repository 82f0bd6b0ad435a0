"""A running server, asked over HTTP: what the commands do when another process holds the data, or with `--url`."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

import click
import requests

from ragproxy import __version__
from ragproxy.cli.context import reachable
from ragproxy.errors import (
    BodyTooLarge,
    ConfigError,
    Conflict,
    Forbidden,
    InvalidRequest,
    NotFound,
    OverQuota,
    RagproxyError,
    StorageFull,
    Unauthenticated,
    UpstreamBroken,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from ragproxy.settings import Settings
from ragproxy.state import holder
from ragproxy.wire.errors import explanation
from ragproxy.wire.json import dumps, loads_upstream
from ragproxy.wire.sse import DONE, events

CONNECT_S = 5.0
READ_S = 120.0  # of silence
AWAY_S = 60.0  # a server that restarts is back by then
_AGAIN_S = 0.5
PAGE = 100  # items; the most that OpenAI's lists give

_RAISED: dict[int, type[RagproxyError]] = {
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    413: BodyTooLarge,
    503: UpstreamUnavailable,
    507: StorageFull,
}
_DONE = DONE.removeprefix(b"data: ").strip()
_Command = TypeVar("_Command", bound=Callable[..., Any])


class Remote:
    """A server at `url` (with or without its `/v1`) and the key to show it. Paths begin at its root: `/v1/models`.

    Whatever goes wrong is a RagproxyError in one sentence: the server's own words in the class of its status, or
    UpstreamUnavailable, UpstreamTimeout and UpstreamBroken when there is no proper answer. `timeout_s` is how long the
    server may be silent.
    """

    def __init__(self, url: str, key: str | None = None) -> None:
        self.url = url.rstrip("/").removesuffix("/v1")
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy between a command and its own server, no .netrc
        self._session.headers["User-Agent"] = f"ragproxy/{__version__}"
        if key:
            self._session.headers["Authorization"] = f"Bearer {key}"

    def get(self, path: str, *, timeout_s: float = READ_S, **query: Any) -> dict[str, Any]:
        """The JSON at the path; a parameter of the query that is None is left out."""
        return self._ask("GET", path, timeout_s, params=query)

    def get_patiently(self, path: str, patience_s: float = AWAY_S) -> dict[str, Any]:
        """`get` of a server that may restart meanwhile, or that is asked too often: it is waited for."""
        give_up = time.monotonic() + patience_s
        while True:
            try:
                return self.get(path)
            except UpstreamUnavailable:
                if time.monotonic() > give_up:
                    raise
                time.sleep(_AGAIN_S)
            except OverQuota as err:
                time.sleep(min(err.retry_after_s, patience_s))

    def post(
        self, path: str, json: Mapping[str, Any] | None = None, *, timeout_s: float = READ_S, **options: Any
    ) -> dict[str, Any]:
        """The JSON that answers a body of JSON; or of `data` and `headers`, as `requests` takes them."""
        return self._ask("POST", path, timeout_s, **_body(json), **options)

    def delete(self, path: str, *, timeout_s: float = READ_S, **query: Any) -> dict[str, Any]:
        """The JSON that says that it is deleted; the query is as of `get`."""
        return self._ask("DELETE", path, timeout_s, params=query)

    def pages(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Every item of a list, page after page."""
        query = {"limit": PAGE} | query
        while True:
            page = self.get(path, **query)
            items = page.get("data")
            if not isinstance(items, list):
                raise self._nonsense()
            yield from items
            if not page.get("has_more") or not items:
                return
            query["after"] = page.get("last_id")

    def pieces(self, path: str, *, timeout_s: float = READ_S, **query: Any) -> Iterator[bytes]:
        """The bytes at the path, as they come."""
        with self._failing(), closing(self._send("GET", path, timeout_s, params=query, stream=True)) as response:
            yield from response.iter_content(None)

    def stream(
        self,
        path: str,
        json: Mapping[str, Any],
        *,
        timeout_s: float = READ_S,
        heard: Callable[[Mapping[str, str]], None] = lambda headers: None,
    ) -> Generator[dict[str, Any], None, None]:
        """The events of a stream. An error among them is raised, and so is an end without `[DONE]`.

        `heard` is given the answer's headers before the first one.
        """
        with (
            self._failing(),
            closing(self._send("POST", path, timeout_s, stream=True, **_body(json))) as response,
        ):
            heard(response.headers)
            for payload in events(response.iter_content(None)):
                if payload == _DONE:
                    return
                if not payload:  # a sign of life
                    continue
                event = self._object(payload)
                if event.get("error"):
                    raise RagproxyError(explanation(event) or f"The server at {self.url} failed in mid-answer")
                yield event
        raise UpstreamBroken(f"The server at {self.url} broke off in the middle of its answer")

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def __enter__(self) -> Remote:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _ask(self, method: str, path: str, timeout_s: float, **options: Any) -> dict[str, Any]:
        with self._failing(), closing(self._send(method, path, timeout_s, **options)) as response:
            return self._object(response.content)

    def _send(self, method: str, path: str, timeout_s: float, **options: Any) -> requests.Response:
        """The answer, whose status is 2xx."""
        timeouts = CONNECT_S, timeout_s
        response = self._session.request(
            method, self.url + quote(path, safe="/%"), timeout=timeouts, allow_redirects=False, **options
        )
        if 200 <= response.status_code < 300:
            return response
        with closing(response):
            raise self._refusal(response)

    def _refusal(self, response: requests.Response) -> RagproxyError:
        """What the server said, as the error that its status stands for."""
        try:
            said = explanation(loads_upstream(response.content))
        except UpstreamBroken:
            said = None
        status = response.status_code
        message = said or f"The server at {self.url} answered with status {status} and did not say why"
        if status == 401:
            message += f" (the server at {self.url} wants a key: give --api-key or set RAGPROXY_ADMIN_KEY)"
        if status == 429:
            return OverQuota(message, retry_after_s=_seconds(response.headers.get("retry-after")))
        if status in _RAISED:
            return _RAISED[status](message)
        return InvalidRequest(message) if 400 <= status < 500 else RagproxyError(message)

    def _object(self, body: bytes) -> dict[str, Any]:
        try:
            value = loads_upstream(body)
        except UpstreamBroken as err:
            raise self._nonsense() from err
        if not isinstance(value, dict):
            raise self._nonsense()
        return value

    def _nonsense(self) -> UpstreamBroken:
        return UpstreamBroken(f"What answers at {self.url} is not a ragproxy server")

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """The network's failures, in words."""
        try:
            yield
        except requests.ConnectTimeout as err:
            raise UpstreamUnavailable(f"Nothing answers at {self.url}; is the server running?") from err
        except requests.Timeout as err:
            raise UpstreamTimeout(f"The server at {self.url} did not answer in time") from err
        except requests.exceptions.SSLError as err:
            raise UpstreamUnavailable(f"The certificate of {self.url} cannot be trusted") from err
        except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError) as err:
            raise UpstreamBroken(f"The server at {self.url} broke off in the middle of its answer") from err
        except requests.ConnectionError as err:
            raise UpstreamUnavailable(f"Nothing answers at {self.url}; is the server running?") from err
        except requests.RequestException as err:
            raise ConfigError(f"--url: '{self.url}' is not an address that can be called") from err


def connect(settings: Settings, url: str | None, api_key: str | None) -> Remote | None:
    """The server to ask: the one at `url`, or else the one that holds the embedded data. None: open the data.

    The key is RAGPROXY_ADMIN_KEY when none is given. ConfigError for an address that is none.
    """
    address = url or _server_of(settings)
    if address is None:
        return None
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ConfigError(f"--url: expected an address like http://host:8083, not '{address}'")
    key = api_key or settings.admin_key
    if key and not (key.isascii() and key.isprintable()):
        raise ConfigError(f"{'--api-key' if api_key else 'RAGPROXY_ADMIN_KEY'}: a header cannot carry this key")
    return Remote(address, key)


def remote_options(command: _Command) -> _Command:
    """The options `--url` and `--api-key`, for `connect`."""
    command = click.option("--api-key", help="Key to show the server; RAGPROXY_ADMIN_KEY when absent.")(command)
    return click.option("--url", help="Server to ask; the one that holds the data, if any, when absent.")(command)


def _server_of(settings: Settings) -> str | None:
    """Where the process that holds the embedded data serves; None when it serves nothing, or nobody holds it."""
    if settings.chroma_url is not None:
        return None
    address = (holder(settings.data_dir) or {}).get("address")
    return reachable(address) if isinstance(address, str) else None


def _seconds(header: str | None) -> float:
    return float(header) if header and header.isascii() and header.isdigit() else _AGAIN_S


def _body(json: Mapping[str, Any] | None) -> dict[str, Any]:
    if json is None:
        return {}
    try:
        body = dumps(json)
    except TypeError as err:  # orjson's word for half a character
        raise InvalidRequest("What was typed is not valid UTF-8") from err
    return {"data": body, "headers": {"Content-Type": "application/json"}}
