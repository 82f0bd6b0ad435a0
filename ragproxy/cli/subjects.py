"""Who answers the questions of `ragproxy eval`: the services opened here, or a server."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

from ragproxy.cli.chatting import MODEL, answered, learn
from ragproxy.cli.context import CALLER
from ragproxy.cli.remote import Remote
from ragproxy.cli.sending import find_store
from ragproxy.domain import ChatRequest, Passage
from ragproxy.errors import InvalidRequest, UpstreamBroken
from ragproxy.evaluation import DEPTH, Found, Reply, Searched
from ragproxy.services import Services
from ragproxy.wire.chat_request import CHAT_REQUEST
from ragproxy.wire.store_search import SEARCH_REQUEST, SearchRequest
from ragproxy.wire.validation import load

_STORE = "default"  # what the built-in agent reads
_RAG = ("top_k", "min_score")
_RETRIEVE = re.compile(r"(?:^|,)\s*retrieve\s*;\s*dur=([0-9.]+)")


class Asked:
    """What is asked, under `options`: `model`, `store`, `top_k`, `min_score`, `lang`, and OpenAI's own."""

    def __init__(self, options: Mapping[str, Any], aliases: Sequence[str] = ()) -> None:
        self.model = str(options.get("model", MODEL))
        self.store = _store_read(options, self.model, aliases)
        self._options = options

    def chat(self, question: str) -> dict[str, Any]:
        """The body of a chat."""
        rag = {name: self._options[name] for name in _RAG if name in self._options}
        rag["sources"] = ["field"]  # a list of sources at the end of the text would be taken for an answer
        if "store" in self._options:
            rag["stores"] = [self._options["store"]]
        apart = {"model", "store", *_RAG}
        others = {name: value for name, value in self._options.items() if name not in apart}
        messages = [{"role": "user", "content": question}]
        return {"model": self.model, "messages": messages, "stream": True, "rag": rag, **others}

    def search(self, question: str) -> dict[str, Any]:
        """The body of a search, which goes deeper than what is shown to the model."""
        body: dict[str, Any] = {"query": question, "max_num_results": DEPTH}
        if "min_score" in self._options:
            body["ranking_options"] = {"score_threshold": self._options["min_score"]}
        return body

    def check(self) -> None:
        """Refuse options that no server would take, before anything is asked."""
        load(CHAT_REQUEST, self.chat("?"))
        load(SEARCH_REQUEST, self.search("?"))


class Here:
    """A Subject: the services that are open here."""

    def __init__(self, services: Services, asked: Asked) -> None:
        self._services = services
        self._asked = asked
        self._store_id: str | None = None
        learn(services, asked.model)

    def search(self, question: str) -> Searched | None:
        """As `Subject.search`."""
        if self._asked.store is None:
            return None
        request: SearchRequest = load(SEARCH_REQUEST, self._asked.search(question))
        store_id = self._store_id or self._found(self._asked.store)
        began = time.perf_counter()
        passages = self._services.searcher.search(
            store_id, request.queries, top_k=request.max_results, min_score=request.min_score
        )
        return Searched(tuple(map(_found, passages)), _ms(began))

    def ask(self, question: str) -> Reply:
        """As `Subject.ask`."""
        request: ChatRequest = load(CHAT_REQUEST, self._asked.chat(question))
        pieces, began, first_ms = [], time.perf_counter(), None
        with answered(self._services, request, "ragproxy eval") as answer:
            for delta in answer.deltas:
                if delta.content and delta.index == 0:
                    first_ms = first_ms or _ms(began)
                    pieces.append(delta.content)
            retrieve_s = answer.timings_s.get("retrieve")
            sources = None
            if answer.sources is not None:
                sources = tuple(map(_found, answer.grounding.passages)) if answer.grounding else ()
        total_ms = _ms(began)
        retrieval_ms = None if retrieve_s is None else retrieve_s * 1000
        return Reply("".join(pieces), sources, first_ms or total_ms, total_ms, retrieval_ms)

    def _found(self, store: str) -> str:
        target = self._services.state.stores.find(store, owner=CALLER.owner)
        if target.status == "expired":
            raise InvalidRequest(f"The vector store '{target.id}' has expired")
        self._store_id = target.id
        return target.id


class There:
    """A Subject: a server."""

    def __init__(self, remote: Remote, asked: Asked) -> None:
        self._remote = remote
        self._asked = asked
        self._store_id: str | None = None

    def search(self, question: str) -> Searched | None:
        """As `Subject.search`."""
        if self._asked.store is None:
            return None
        if self._store_id is None:
            self._store_id = find_store(self._remote, self._asked.store)["id"]
        began = time.perf_counter()
        page = self._remote.post(f"/v1/vector_stores/{self._store_id}/search", self._asked.search(question))
        ms = _ms(began)
        return Searched(tuple(self._read(item, _content(item)) for item in self._list(page.get("data"))), ms)

    def ask(self, question: str) -> Reply:
        """As `Subject.ask`."""
        told: dict[str, str] = {}
        pieces, sources, began, first_ms = [], None, time.perf_counter(), None
        body = self._asked.chat(question)
        with closing(self._remote.stream("/v1/chat/completions", body, heard=lambda all: told.update(all))) as chunks:
            for chunk in chunks:
                text = "".join(choice["delta"].get("content") or "" for choice in chunk["choices"])
                if text:
                    first_ms = first_ms or _ms(began)
                    pieces.append(text)
                sources = chunk.get("sources", sources)
        total_ms = _ms(began)
        found = None if sources is None else tuple(self._read(item, item.get("quote")) for item in self._list(sources))
        timing = _RETRIEVE.search(told.get("Server-Timing", ""))
        return Reply("".join(pieces), found, first_ms or total_ms, total_ms, float(timing[1]) if timing else None)

    def _read(self, item: Mapping[str, Any], text: Any) -> Found:
        try:
            return Found(item["file_id"], item["filename"], str(text), item.get("page"), float(item["score"]))
        except (KeyError, TypeError, ValueError) as err:
            raise self._nonsense() from err

    def _list(self, items: Any) -> list[Mapping[str, Any]]:
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise self._nonsense()
        return items

    def _nonsense(self) -> UpstreamBroken:
        return UpstreamBroken(f"What answers at {self._remote.url} is not a ragproxy server")


def _store_read(options: Mapping[str, Any], model: str, aliases: Sequence[str]) -> str | None:
    """The store that the answers come from; None when only the model's agent knows."""
    if "store" in options:
        return str(options["store"])
    if model.startswith("rag/"):
        return model.removeprefix("rag/")
    return _STORE if model == MODEL or model in aliases else None


def _found(passage: Passage) -> Found:
    chunk = passage.chunk
    return Found(chunk.file_id, chunk.filename, chunk.text, chunk.page, passage.score)


def _content(item: Mapping[str, Any]) -> str:
    parts = item.get("content")
    return "\n".join(str(part.get("text", "")) for part in parts) if isinstance(parts, list) else ""


def _ms(began: float) -> float:
    return (time.perf_counter() - began) * 1000
