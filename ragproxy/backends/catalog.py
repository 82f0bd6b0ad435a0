"""The models we can call, by name: the built-in one, the configured one, and those the upstream says it has."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Protocol

from ragproxy.backends.embedder import UpstreamEmbedder
from ragproxy.backends.http import Http
from ragproxy.backends.openai import OpenAI
from ragproxy.domain import Cancel, ChatModel, CompletionModel
from ragproxy.errors import ConfigError, RagproxyError, UnknownModel
from ragproxy.wire.errors import upstream_error
from ragproxy.wire.json import loads_upstream
from ragproxy.wire.models import model_names

log = logging.getLogger(__name__)

EXTRACTIVE = "extractive"
MOST_NAMES = 2000  # of an upstream's list
REFRESH_S = 300.0
RETRY_S = 1.0  # after a failure; doubled by each one more
FIRST_LIST_S = 2.0

# An upstream's list does not say what its models are for; these parts of their names do.
_NOT_FOR_CHAT = ("embed", "rerank", "bge-", "minilm", "whisper", "tts", "moderation", "dall-e")


class UpstreamModel(ChatModel, CompletionModel, Protocol):
    """What a backend makes of a server and a model's name."""

    @property
    def chat_only(self) -> bool:
        """Whether the server has shown that it has no legacy completions for it."""
        ...


BACKENDS: Mapping[str, Callable[[Http, str], UpstreamModel]] = {"openai": OpenAI}


class Catalog:
    """Models, by name. An upstream's list is read by a thread of its own, never by a request.

    `pool` is how many requests may call the upstream at once; more are served too, on connections that are not kept.
    """

    def __init__(
        self,
        *,
        url: str | None,
        key: str | None,
        model: str | None,
        connect_timeout_s: float,
        read_timeout_s: float,
        pool: int,
        extractive: ChatModel,
        backend: str = "openai",
        refresh_s: float = REFRESH_S,
        retry_s: float = RETRY_S,
    ) -> None:
        if key is not None and not (key.isascii() and key.isprintable()):
            raise ConfigError("OPENAI_API_KEY: it holds characters that no HTTP header can carry")
        if backend not in BACKENDS:
            raise ConfigError(f"no backend is called '{backend}'; there are {', '.join(BACKENDS)}")
        self._extractive = extractive
        self._configured = model
        self._backend = BACKENDS[backend]
        self._refresh_s, self._retry_s = refresh_s, retry_s
        self._http = (
            Http(url, key, connect_timeout_s=connect_timeout_s, read_timeout_s=read_timeout_s, pool=pool + 1)
            if url
            else None
        )
        self._learnt: tuple[str, ...] = ()
        self._sole: str | None = None
        self._embedding_models: set[str] = set()
        self._models: dict[str, UpstreamModel] = {}
        self._thread: threading.Thread | None = None
        self._asked = threading.Event()
        self._closed = threading.Event()
        self._cancel = Cancel()

    @property
    def default(self) -> str:
        """The configured model; without one the upstream's if it has exactly one for chat; else the built-in one."""
        return self._configured or self._sole or EXTRACTIVE

    def names(self) -> list[str]:
        """Every name served now: the default, the built-in, then the upstream's own in its order.

        While the upstream is down, its last known list; none when it never gave one.
        """
        return list(dict.fromkeys((self.default, EXTRACTIVE, *self._learnt)))

    def chat_model(self, name: str) -> ChatModel:
        """As the port. An upstream that has not given its list serves the configured model alone."""
        if name == EXTRACTIVE:
            return self._extractive
        return self._upstream_model(name)

    def completion_model(self, name: str) -> CompletionModel | None:
        """As the port."""
        if name == EXTRACTIVE:
            return None
        model = self._upstream_model(name)
        return None if model.chat_only else model

    def embedder(self, model: str) -> UpstreamEmbedder:
        """The upstream's embedding model of that name. ConfigError without an upstream."""
        if self._http is None:
            raise ConfigError(f"RAGPROXY_EMBEDDING_MODEL: set OPENAI_BASE_URL too, it says where '{model}' is served")
        self._embedding_models.add(model)
        return UpstreamEmbedder(self._http, model)

    def start(self, first_list_s: float = FIRST_LIST_S) -> None:
        """Begin to learn the upstream's models; call it once, after any fork.

        Without a configured model it waits that long at most for the list, which says who writes.
        """
        if self._http is None or self._thread is not None:
            return
        self._thread = threading.Thread(target=self._keep_learning, args=(self._http,), name="models", daemon=True)
        self._thread.start()
        if self._configured is None:
            self._asked.wait(first_list_s)

    def close(self) -> None:
        """Stop learning and close the connections."""
        self._closed.set()
        self._cancel.cancel()
        if self._thread is not None:
            self._thread.join(2)
        if self._http is not None:
            self._http.close()

    def _upstream_model(self, name: str) -> UpstreamModel:
        if self._http is None or (name != self._configured and name not in self._learnt):
            raise UnknownModel(f"The model '{name}' does not exist; GET /v1/models lists those that do", param="model")
        model = self._models.get(name)
        if model is None:
            model = self._models.setdefault(name, self._backend(self._http, name))
        return model

    def _keep_learning(self, http: Http) -> None:
        delay_s = self._retry_s
        well = True
        while not self._closed.is_set():
            try:
                self._learn(_listed(http, self._cancel))
            except RagproxyError as err:
                if well and not self._closed.is_set():
                    log.warning("the upstream's list of models cannot be read, trying again: %s", err.message)
                well = False
                wait_s, delay_s = delay_s, min(2 * delay_s, self._refresh_s)
            else:
                well, wait_s, delay_s = True, self._refresh_s, self._retry_s
            self._asked.set()
            self._closed.wait(wait_s)

    def _learn(self, names: tuple[str, ...]) -> None:
        if names == self._learnt:
            return
        writers = [name for name in names if name not in self._embedding_models and _may_chat(name)]
        self._sole = writers[0] if len(writers) == 1 else None
        self._learnt = names
        log.info("the upstream serves %d models", len(names))
        if self._configured is None and self._sole is None:
            log.warning(
                "the built-in model writes the answers, since it is not clear which of the upstream's should: "
                "set RAGPROXY_UPSTREAM_MODEL to one of %s",
                ", ".join(writers[:10]) or "its models",
            )
        elif self._configured is not None and self._configured not in names:
            log.warning("RAGPROXY_UPSTREAM_MODEL: the upstream's list does not have '%s'", self._configured)


def _listed(http: Http, cancel: Cancel) -> tuple[str, ...]:
    with http.get("/models", cancel) as reply:
        if reply.status >= 300:
            raise upstream_error(reply.status, reply.read(), reply.headers)
        return tuple(islice(model_names(loads_upstream(reply.read())), MOST_NAMES))


def _may_chat(name: str) -> bool:
    return not any(part in name.lower() for part in _NOT_FOR_CHAT)
