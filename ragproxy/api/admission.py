"""Before a request asks a model: may it cost more, and is there room for its tokens?"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ragproxy.api.accounting import Asking
from ragproxy.api.context import services, visit
from ragproxy.domain import Account, ChatRequest, CompletionRequest, EmbeddingRequest
from ragproxy.errors import Forbidden, UnknownModel


def admit(
    begun: Asking,
    models: Iterable[str | None],
    *,
    prompt: Callable[[], int] = lambda: 0,
    completion: int | None = 0,
) -> None:
    """Let the request in hand ask a model, which it named by `models`. OverBudget or OverQuota when it may not.

    Its tokens, as far as they can be told, are reserved until it is settled, and then what it consumed is counted. The
    `prompt` is only counted for callers with a limit of tokens; a `completion` of None is one that nobody bounds.
    """
    services.spending.check(visit().caller)
    quota = visit().quota
    if quota is None:
        return
    names = [name for name in models if name]
    tokens = prompt() if quota.limits_tokens(names) else 0
    begun.then(lambda account: quota.settle(_consumed(account)))
    quota.reserve(names, tokens, completion)


def check_name(model: str | None) -> None:
    """Refuse a model that the caller may not name, whether it exists or not; a chat's is looked up with what it means.

    UnknownModel, as for one that nobody serves; Forbidden when none is named, so that an upstream would choose it.
    """
    if visit().caller.may_name(model or ""):
        return
    if not model:
        raise Forbidden("This key may use certain models alone; name one of them in 'model'", param="model")
    raise UnknownModel(f"The model '{model}' does not exist; GET /v1/models lists those that do", param="model")


def admit_asked(begun: Asking, asked: ChatRequest | CompletionRequest) -> None:
    """The same for a chat or a completion."""
    admit(
        begun,
        (asked.model, asked.client_model),
        prompt=lambda: _chat(asked) if isinstance(asked, ChatRequest) else _prompts(asked.prompts),
        completion=_completion(asked),
    )


def admit_inputs(begun: Asking, asked: EmbeddingRequest) -> None:
    """The same for texts to be embedded."""
    check_name(asked.model)
    admit(begun, (asked.model,), prompt=lambda: _prompts(asked.inputs))


def admit_queries(begun: Asking, model: str, queries: Iterable[str]) -> None:
    """The same for queries that are to be rewritten."""
    admit(begun, (model,), prompt=lambda: sum(map(services.count, queries)), completion=None)


def _chat(asked: ChatRequest) -> int:
    return sum(services.count(message.text) for message in asked.messages)


def _prompts(prompts: Iterable[str | tuple[int, ...]]) -> int:
    return sum(services.count(each) if isinstance(each, str) else len(each) for each in prompts)


def _completion(asked: ChatRequest | CompletionRequest) -> int | None:
    if isinstance(asked, ChatRequest):
        most, answers = asked.max_tokens, asked.n
    else:
        most, answers = asked.params.get("max_tokens"), asked.n * len(asked.prompts)
    return None if most is None else most * answers


def _consumed(account: Account) -> int:
    return sum(call.prompt + call.completion for call in account.calls)
