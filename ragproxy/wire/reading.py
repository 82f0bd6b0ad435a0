"""What chat and legacy completions have in common in an upstream's body, read with suspicion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ragproxy.domain import Usage
from ragproxy.errors import UpstreamBroken
from ragproxy.wire.errors import explanation

_ENVELOPE = frozenset({"id", "object", "created", "model", "choices", "usage"})
_COUNTS = ("prompt_tokens", "completion_tokens", "total_tokens")
_DECIMALS = 10  # of US dollars: a token costs a few millionths of a cent


def choices_of(body: Any) -> list[Mapping[str, Any]]:
    """The choices of a body or a chunk. UpstreamBroken when it holds an error, or is no such thing."""
    if not isinstance(body, dict):  # and not any Mapping: that takes longer to tell, and this is asked for each chunk
        raise UpstreamBroken("The upstream's answer is not a JSON object")
    if body.get("error"):
        raise UpstreamBroken(f"The upstream failed in mid-answer: {explanation(body) or 'it did not say why'}")
    choices = body.get("choices")
    if choices is None:
        choices = []
    if not isinstance(choices, list) or [choice for choice in choices if not isinstance(choice, dict)]:
        raise UpstreamBroken("The 'choices' of the upstream's answer are not an array of objects")
    return choices


def index_and_end(choice: Mapping[str, Any]) -> tuple[int, str | None]:
    """Which choice it is, 0 when a server of one choice does not say; and its finish_reason, when there is one.

    Some servers say "" until then.
    """
    index, reason = choice.get("index"), choice.get("finish_reason")
    if index is None:
        index = 0
    elif type(index) is not int:
        raise UpstreamBroken("The 'index' of a choice in the upstream's answer is not an integer")
    if reason is not None and not isinstance(reason, str):
        raise UpstreamBroken("The 'finish_reason' of the upstream's answer is not a string")
    return index, reason or None


def text_of(value: Any) -> str | None:
    """A string or nothing."""
    if value is not None and not isinstance(value, str):
        raise UpstreamBroken("The text of the upstream's answer is not a string")
    return value


def rest_of(body: Mapping[str, Any], known: frozenset[str] = _ENVELOPE) -> dict[str, Any]:
    """The keys that are not known ones: ours to pass on."""
    if body.keys() <= known:  # nearly always
        return {}
    return {key: value for key, value in body.items() if key not in known}


def usage_of(body: Mapping[str, Any]) -> Usage | None:
    """The usage of a body or a chunk, None when it gives none."""
    usage = body.get("usage")
    if not isinstance(usage, dict) or not usage:
        return None
    prompt, completion, total = (_count(usage.get(key)) for key in _COUNTS)
    return Usage(prompt, completion, total or prompt + completion, dict(usage))


def usage_json(usage: Usage | None) -> dict[str, Any] | None:
    """OpenAI's usage object: the upstream's own when it gave one, completed if it forgot a count."""
    if usage is None:
        return None
    if all(key in usage.details for key in _COUNTS):
        return dict(usage.details)
    return dict(zip(_COUNTS, (usage.prompt, usage.completion, usage.total), strict=True)) | dict(usage.details)


def priced(usage: Usage | None, cost: float | None) -> dict[str, Any] | None:
    """The usage for the end of a stream, with its `cost` in US dollars, if any, unless the upstream says one itself."""
    told = usage_json(usage)
    return {"cost": round(cost, _DECIMALS), **told} if told and cost else told


def dollars(cost: float) -> str:
    """A cost for a header: plain decimals, as many as it needs."""
    return f"{cost:.{_DECIMALS}f}".rstrip("0").rstrip(".")


def cached_and_reasoning(usage: Usage) -> tuple[int, int]:
    """How many tokens of the prompt the upstream had in its cache, and how many of the completion nobody sees."""
    cached = _within(usage.details.get("prompt_tokens_details"), "cached_tokens", usage.prompt)
    return cached, _within(usage.details.get("completion_tokens_details"), "reasoning_tokens", usage.completion)


def _within(details: Any, key: str, whole: int) -> int:
    return min(_count(details.get(key)), whole) if isinstance(details, Mapping) else 0


def _count(value: Any) -> int:
    return max(value, 0) if type(value) is int else 0
