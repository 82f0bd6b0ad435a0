"""Question -> grounded answer: who answers, what is searched, what the model is told, what of it was used."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol, TypeVar

from ragproxy.answering import carrying, language, prompt, rewriting
from ragproxy.answering.citations import cite
from ragproxy.answering.directory import EXTRACTIVE, Directory, Target
from ragproxy.answering.history import History
from ragproxy.answering.on_demand import OnDemand
from ragproxy.answering.opening import Opened
from ragproxy.answering.retrieving import Retriever, Scope
from ragproxy.answering.sources import markdown_sources, sources_of
from ragproxy.domain import (
    Agent,
    Answer,
    AnswerCache,
    CacheUse,
    Caller,
    ChatModel,
    ChatRequest,
    CompletionRequest,
    Compound,
    Delta,
    Gate,
    ModelCard,
    Models,
    RagOptions,
    Retrieval,
    Source,
    Terms,
)
from ragproxy.errors import NotServed
from ragproxy.retrieval import Index
from ragproxy.state import State, new_id
from ragproxy.tracing import Tracing

_NOBODY = Agent(id="", name="", owner="*", stores=())  # who answers when a plain model is asked about files
M = TypeVar("M")
R = TypeVar("R", ChatRequest, CompletionRequest)
_LIMITS = {"max_tokens", "max_completion_tokens"}  # two names of one thing


class Clock(Protocol):
    """What is used of the module `time`."""

    def time(self) -> float: ...
    def perf_counter(self) -> float: ...


@dataclass(frozen=True, slots=True)
class _Prepared:
    """All that comes before the call: what is sent, to whom, and which sources were shown."""

    model: ChatModel
    request: ChatRequest
    sources: tuple[Source, ...] | None = None
    query: str | None = None
    footer: str = ""

    def deltas(self) -> Iterator[Delta]:
        deltas = self.model.chat(self.request)
        return deltas if self.sources is None else cite(deltas, self.sources, self.footer)


class Answerer:
    """Answers chats and completions from the documents, or passes them on to the model they name."""

    def __init__(
        self,
        *,
        models: Models,
        index: Index,
        state: State,
        history: History,
        on_demand: OnDemand,
        cache: AnswerCache,
        gate: Gate,
        aliases: Collection[str],
        ignore_unknown_models: bool,
        top_k: int,
        min_score: float,
        context_tokens: int,
        count: Callable[[str], int],
        clock: Clock = time,
        tracing: Tracing | None = None,
    ) -> None:
        self._models = models
        self._tracing = tracing
        self._history = history
        self._cache = cache
        self._gate = gate
        self._clock = clock
        self._directory = Directory(models, state, aliases=aliases, ignore_unknown_models=ignore_unknown_models)
        self._retriever = Retriever(
            index,
            state,
            on_demand,
            top_k=top_k,
            min_score=min_score,
            context_tokens=context_tokens,
            count=count,
        )

    def cards(self, caller: Caller) -> list[ModelCard]:
        """Every name the caller may put in `model`, each once."""
        return self._directory.cards(caller)

    def card(self, model: str, caller: Caller) -> ModelCard:
        """The line of one name that `model` may hold. UnknownModel otherwise."""
        return self._directory.card(model, caller)

    def writer(self, model: str, caller: Caller) -> str:
        """The name, upstream, of the model that writes for one that the caller names. UnknownModel otherwise."""
        return self._directory.resolve(model, None, caller).model

    def check_free(self, agent_id: str) -> None:
        """Conflict when an agent of that id would hide an upstream's model."""
        self._directory.check_free(agent_id)

    def answer(self, request: ChatRequest, caller: Caller) -> Answer:
        """The answer to a chat, its first delta already pulled; close its deltas.

        What was said before in its conversation comes before it, and what is said is kept there.
        UnknownModel, UnknownStore, NotFound, NotReady, the gate's Forbidden and the model's errors are raised here,
        before anything is given out.
        """
        target, request = self._entered(request, caller)
        request, turn = self._history.opened(request, caller)
        timings_s: dict[str, float] = {}
        prepared = self._prepare(request, target, caller, timings_s)
        deltas = self._open(prepared.deltas, timings_s)
        answer = self._answer("chatcmpl-", request, target, deltas, timings_s)
        answer.sources, answer.query = prepared.sources, prepared.query
        answer.grounding = prepared.request.grounding
        return answer if turn is None else turn.kept(answer)

    def check(self, request: ChatRequest, caller: Caller) -> None:
        """Refuse a chat that names a model or a store that is not there for the caller; errors as of `answer`."""
        target, request = self._entered(request, caller)
        if request.rag.enabled and (target.agent or request.rag.search):
            self._retriever.check(target, request, caller)

    def complete(self, request: CompletionRequest, caller: Caller) -> Answer:
        """The answer to a legacy completion: the upstream's own, or each prompt carried over chat.

        Agents answer every prompt as a question of its own, with sources of its own: several prompts number theirs
        from 1 each, and the answer's `sources` are all of them in a row. UnsupportedParameter names what chat cannot
        carry; else as `answer`.
        """
        target, request = self._entered(request, caller)
        timings_s: dict[str, float] = {}
        native = None if target.agent or _asks_files(request) else self._native(request, target, caller, timings_s)
        if native is not None:
            return self._answer("cmpl-", request, target, native, timings_s)
        chats = carrying.chat_requests(request)
        prepared = [self._prepare(chat, target, caller, timings_s) for chat in chats]
        deltas = self._open(partial(_completed, prepared, request), timings_s)
        answer = self._answer("cmpl-", request, target, deltas, timings_s)
        if any(one.sources is not None for one in prepared):
            answer.sources = tuple(source for one in prepared for source in one.sources or ())
            answer.query = "\n".join(one.query or "" for one in prepared)
        return answer

    def _entered(self, request: R, caller: Caller) -> tuple[Target, R]:
        """Who answers, and the request with the agent's settings under its own; the gate has let it in."""
        target = self._directory.resolve(request.model, request.client_model, caller)
        if target.agent is None:
            return target, request
        agent = target.agent
        self._gate.enter(agent)
        request.tally.agent = agent.account
        if isinstance(request, ChatRequest) and request.terms is not None:
            agent = _agreed(agent, request.terms)
            target = replace(target, agent=agent)
        return target, replace(request, rag=_settled(agent.retrieval, request.rag))

    def _native(
        self, request: CompletionRequest, target: Target, caller: Caller, timings_s: dict[str, float]
    ) -> Opened | None:
        """The upstream's own completion, opened; None when it has none."""
        model = self._models.completion_model(target.model)
        if model is None:
            return None
        model = self._cached(model, request, caller)
        try:
            return self._open(partial(model.complete, replace(request, model=target.model)), timings_s)
        except NotServed:
            return None

    def _prepare(self, request: ChatRequest, target: Target, caller: Caller, timings_s: dict[str, float]) -> _Prepared:
        model = self._models.chat_model(target.model)
        agent = target.agent or (_NOBODY if _asks_files(request) or request.rag.search else None)
        if request.model != target.model:
            request = replace(request, model=target.model)
        if agent is None:
            if target.model == EXTRACTIVE:  # no upstream sees `lang`, the built-in model answers in it
                request = replace(request, lang=language.answering(request))
            return _Prepared(self._cached(model, request, caller), request)
        request = replace(
            request, params=_defaulted(agent.defaults, request.params), lang=language.answering(request, agent.lang)
        )
        if not (request.rag.enabled and (agent.reads or _names_documents(request))):
            messages = request.messages
            if agent.instructions:
                messages = prompt.preceded(messages, agent.instructions)
            return _Prepared(self._cached(model, request, caller), replace(request, messages=messages))
        began = self._clock.perf_counter()
        if self._tracing is None:
            prepared = self._grounded(request, target, agent, model, caller)
        else:
            with self._tracing.step("retrieve") as span:
                prepared = self._grounded(request, target, agent, model, caller)
                span.note("ragproxy.sources", len(prepared.sources or ()))
        timings_s["retrieve"] = timings_s.get("retrieve", 0.0) + self._clock.perf_counter() - began
        return prepared

    def _grounded(
        self, request: ChatRequest, target: Target, agent: Agent, model: ChatModel, caller: Caller
    ) -> _Prepared:
        scope = self._retriever.scope(target, request, caller)
        model = self._cached(model, request, caller, scope)  # for the rewriting too: it decides what is found
        if target.model == EXTRACTIVE:
            query = rewriting.carried_over(request.messages)
        else:
            query = rewriting.rewritten(request.messages, model, request)
        grounding = self._retriever.ground(query, scope)
        sources = sources_of(grounding.passages, grounding.weights, request.link)
        footer = ""
        if "markdown" in request.rag.carriers and _is_prose(request.params.get("response_format")):
            footer = markdown_sources(sources, request.lang)
        told = prompt.grounded(agent.instructions, request.lang, grounding.passages)
        request = replace(request, messages=prompt.preceded(request.messages, told), grounding=grounding)
        return _Prepared(model, request, sources, query, footer)

    def _cached(
        self, model: M, request: ChatRequest | CompletionRequest, caller: Caller, scope: Scope | None = None
    ) -> M:
        """The model, with the cache before it if the request wants that."""
        use = request.rag.cache
        if use is None or not use.ttl_s:
            return model
        versions = self._retriever.versions(scope) if scope else {}
        use = replace(use, fresh=request.rag.fresh)
        return self._cache.around(model, owner=caller.readership, versions=versions, use=use)

    def _open(self, deltas: Callable[[], Iterator[Delta]], timings_s: dict[str, float]) -> Opened:
        began = self._clock.perf_counter()
        opened = Opened(deltas())
        timings_s["upstream"] = self._clock.perf_counter() - began
        return opened

    def _answer(
        self,
        prefix: str,
        request: ChatRequest | CompletionRequest,
        target: Target,
        deltas: Opened,
        timings_s: dict[str, float],
    ) -> Answer:
        return Answer(
            id=new_id(prefix),
            created=int(self._clock.time()),
            model=request.model,
            deltas=deltas,
            agent=target.agent.account if target.agent else None,
            carriers=request.rag.carriers,
            timings_s=timings_s,
            headers=deltas.first.headers,
        )


def _completed(prepared: list[_Prepared], request: CompletionRequest) -> Iterator[Delta]:
    answers = [one.deltas for one in prepared]
    if request.params.get("echo"):
        answers = [partial(_echoed, one, str(text)) for one, text in zip(prepared, request.prompts, strict=True)]
    return answers[0]() if len(answers) == 1 else carrying.in_turn(answers, request.n)


def _echoed(prepared: _Prepared, text: str) -> Iterator[Delta]:
    return carrying.echoed(prepared.deltas(), text)


def _asks_files(request: ChatRequest | CompletionRequest) -> bool:
    """Whether it is to be answered from files of its own, whoever writes."""
    return bool(request.files) and request.rag.enabled


def _names_documents(request: ChatRequest) -> bool:
    """Whether it says itself what is to be looked up in."""
    return bool(request.files or request.rag.stores or request.rag.search)


def _agreed(agent: Agent, terms: Terms) -> Agent:
    """The agent, on these terms."""
    tools = agent.tools if terms.tools is None else terms.tools
    retrieval = replace(agent.retrieval, top_k=terms.top_k, min_score=terms.min_score)
    return replace(agent, instructions=terms.instructions, tools=tools, retrieval=retrieval)


def _settled(usual: Retrieval, asked: RagOptions) -> RagOptions:
    """The agent's settings under the request's; the filters of both hold."""
    filters = [each for each in (usual.filters, asked.filters) if each is not None]
    return replace(
        asked,
        top_k=usual.top_k if asked.top_k is None else asked.top_k,
        min_score=usual.min_score if asked.min_score is None else asked.min_score,
        filters=Compound("and", tuple(filters)) if len(filters) > 1 else next(iter(filters), None),
        sources=usual.sources if asked.sources is None else asked.sources,
        cache=CacheUse(usual.cache_ttl_s or 0) if asked.cache is None else asked.cache,
    )


def _defaulted(usual: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    """The agent's parameters under the request's; a limit of the request replaces the agent's under either name."""
    hidden = _LIMITS if _LIMITS & asked.keys() else set()
    return {**{name: value for name, value in usual.items() if name not in hidden}, **asked}


def _is_prose(response_format: Any) -> bool:
    """Whether a list can be added to the answer without breaking its form."""
    return not isinstance(response_format, Mapping) or response_format.get("type", "text") == "text"
