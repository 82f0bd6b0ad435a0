"""Legacy completions carried over chat: each prompt is a user's question, and its answer the completion."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from ragproxy.answering.opening import closing
from ragproxy.domain import PULSE, ChatRequest, Citation, CompletionRequest, Delta, Message, Usage
from ragproxy.errors import UnsupportedParameter

_OURS = ("suffix", "best_of", "logprobs", "echo")  # checked or done here, of no meaning to a chat model


def chat_requests(request: CompletionRequest) -> list[ChatRequest]:
    """One chat request a prompt. UnsupportedParameter names what chat has no way to do.

    Several are not cached: one header could not say which of the answers were.
    """
    _check(request)
    rag = request.rag if len(request.prompts) == 1 else replace(request.rag, cache=None)
    params = {name: value for name, value in request.params.items() if name not in _OURS}
    return [
        ChatRequest(
            model=request.model,
            messages=(Message("user", str(prompt)),),
            params=params,
            stream=request.stream,
            stream_options=request.stream_options,
            rag=rag,
            files=request.files,
            lang=request.lang,
            client_model=request.client_model,
            pulse_s=request.pulse_s,
            link=request.link,
            headers=request.headers,
            cancel=request.cancel,
            tally=request.tally,
        )
        for prompt in request.prompts
    ]


def echoed(deltas: Iterator[Delta], prompt: str) -> Iterator[Delta]:
    """The same answer with the prompt before the text of every choice; closes `deltas`."""
    begun: set[int] = set()
    with closing(deltas):
        for delta in deltas:
            citations = tuple(_moved(citation, len(prompt)) for citation in delta.citations)
            content = delta.content
            if delta.index is not None and delta.index not in begun:
                begun.add(delta.index)
                content = prompt + (content or "")
            yield replace(delta, content=content, citations=citations)


def in_turn(answers: Sequence[Callable[[], Iterator[Delta]]], n: int) -> Iterator[Delta]:
    """The answers to several prompts one after another, each opened when the one before has ended.

    Choice i of prompt p becomes choice p * n + i; one usage, the sum, comes at the end.
    """
    total: Usage | None = None
    for prompt, answer in enumerate(answers):
        with closing(answer()) as deltas:
            for delta in deltas:
                total = _sum(total, delta.usage)
                if delta.index is not None:
                    yield replace(delta, index=prompt * n + delta.index, usage=None)
                elif delta == PULSE:
                    yield delta
    if total is not None:
        yield Delta(index=None, usage=total)


def _check(request: CompletionRequest) -> None:
    params = request.params
    if request.tokens:
        raise _unsupported("prompt", "token ids; send the text")
    if params.get("suffix"):
        raise _unsupported("suffix", "'suffix'")
    if (params.get("best_of") or 0) > request.n:
        raise _unsupported("best_of", "'best_of' larger than 'n'")
    if params.get("logprobs"):
        raise _unsupported("logprobs", "'logprobs'")


def _unsupported(param: str, what: str) -> UnsupportedParameter:
    return UnsupportedParameter(
        f"This model has no completions of its own; carried over chat it cannot honour {what}", param=param
    )


def _moved(citation: Citation, by: int) -> Citation:
    return replace(citation, start=citation.start + by, end=citation.end + by)


def _sum(total: Usage | None, usage: Usage | None) -> Usage | None:
    if total is None or usage is None:
        return usage or total
    # the upstream's own details cannot be added up by somebody who does not know them
    return Usage(
        prompt=total.prompt + usage.prompt,
        completion=total.completion + usage.completion,
        total=total.total + usage.total,
        details={"estimated": True} if total.estimated or usage.estimated else {},
    )
