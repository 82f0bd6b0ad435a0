"""Requests and answers that are passed on: the model they name, and what of an answer reaches the client."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ragproxy.domain import Usage
from ragproxy.errors import InvalidRequest, UpstreamBroken
from ragproxy.wire.errors import passed_headers
from ragproxy.wire.json import dumps, loads
from ragproxy.wire.sse import MAX_EVENT_BYTES

USAGE_WITHIN = 16 << 10  # bytes at the end of an answer in which its usage is looked for

_VALUE = re.compile(r"[\x20-\x7e]{1,1024}")
_PASSED = ("content-type", "content-disposition", "content-language")
_END_OF_EVENT = re.compile(rb"(?:\r\n|\r(?!\n)|\n)(?:\r\n|\r(?!\n)|\n)")
_NAMES = (("input_tokens", "prompt_tokens"), ("output_tokens", "completion_tokens"))
_USAGE = re.compile(rb'"usage"\s*:\s*(?=\{)')


def json_body(data: bytes) -> dict[str, Any]:
    """A client's JSON object. InvalidRequest as of `loads`, and when its `model` is no name."""
    body = loads(data)
    if not isinstance(body, dict):
        raise InvalidRequest("The request body must be a JSON object")
    model = body.get("model")
    if not isinstance(model, (str, type(None))):
        raise InvalidRequest("Invalid type for 'model': expected a string", param="model", code="invalid_type")
    return body


def naming(body: Mapping[str, Any], model: str | None) -> bytes:
    """The body's JSON with that model in it; as it is for None."""
    return dumps(body if model is None else {**body, "model": model})


def answer_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Those of an upstream's headers that travel with its answer: what it is, how long, and the limits it tells.

    An allow-list, so cookies, credentials and what belongs to the connection never do. The length of a body that was
    unpacked on the way is left out.
    """
    kept = passed_headers(headers)
    said = {name.lower(): value for name, value in headers.items()}
    kept |= {name: said[name] for name in _PASSED if _VALUE.fullmatch(said.get(name, ""))}
    length = said.get("content-length", "")
    if re.fullmatch("[0-9]{1,18}", length) and said.get("content-encoding", "identity").lower() == "identity":
        kept["content-length"] = length
    return kept


def whole_events(reads: Iterable[bytes]) -> Iterator[bytes]:
    """A stream of events byte by byte as it came, but an event only when all of it is here.

    So what is said after a stream that broke off is an event of its own. UpstreamBroken beyond MAX_EVENT_BYTES.
    """
    held = bytearray()
    for read in reads:
        searched = max(0, len(held) - 3)
        held += read
        end = max((match.end() for match in _END_OF_EVENT.finditer(held, searched)), default=0)
        if end:
            yield bytes(held[:end])
            del held[:end]
        elif len(held) > MAX_EVENT_BYTES:
            raise UpstreamBroken(f"The upstream sent an event of more than {MAX_EVENT_BYTES // 2**20} MiB")
    if held:
        yield bytes(held)


def reported_usage(tail: bytes) -> Usage | None:
    """The tokens that the end of an answer reports, JSON or events: the last `usage` object; None without any.

    Inside a JSON string the quotes of `"usage"` are escaped, so no text is taken for one.
    """
    for match in reversed(list(_USAGE.finditer(tail))):
        try:
            usage, _ = json.JSONDecoder().raw_decode(tail[match.end() :].decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            continue
        prompt, completion = (_figure(usage, *names) for names in _NAMES)
        return Usage(prompt, completion, prompt + completion, usage) if prompt or completion else None
    return None


def _figure(usage: Mapping[str, Any], *names: str) -> int:
    said = next((usage[name] for name in names if type(usage.get(name)) is int), 0)
    return max(0, int(said))
