"""OpenAI's error body, and an upstream's errors whatever shape it gives them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from ragproxy.errors import UpstreamError, UpstreamRefused, UpstreamUnavailable

_LONGEST = 1000  # characters of an upstream's message
_LARGEST = 1024 * 1024  # bytes of an error body worth reading
_DEEPEST = 4
_TEXTS = ("message", "msg", "error_description", "title")
_INSIDES = ("error", "detail", "errors")

# the client's fault, or a fact the client has to know; any other 4xx is between us and the upstream
_REFUSED = frozenset({400, 404, 409, 410, 413, 415, 422, 429, 451})
_OURS = frozenset({401, 402, 403, 407})
_PASSED = re.compile(r"retry-after(?:-ms)?|x-should-retry|x-ratelimit-[a-z0-9-]{1,64}")
# llama.cpp's type; vLLM's and SGLang's sentences
_TOO_LONG = re.compile(r"exceed_context_size|maximum context length|longer than the model's context length")
_VALUE = re.compile(r"[\x20-\x7e]{1,256}")


def error_body(
    message: str, type: str = "invalid_request_error", param: str | None = None, code: str | None = None
) -> dict[str, Any]:
    """OpenAI's error body: all four keys, always."""
    return {"error": {"message": message, "type": type, "param": param, "code": code}}


def passed_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Those of an upstream's headers that clients may see: retry-after(-ms), x-should-retry, x-ratelimit-*."""
    pairs = ((name.lower(), value) for name, value in headers.items())
    return {name: value for name, value in pairs if _PASSED.fullmatch(name) and _VALUE.fullmatch(value)}


def upstream_error(status: int, body: bytes, headers: Mapping[str, str]) -> UpstreamError:
    """The error behind an upstream's answer that is not 2xx.

    A 4xx that the client can understand is UpstreamRefused, 408 and 5xx are UpstreamUnavailable. A key that the
    upstream does not take is the server's, not the client's: never a 401 of ours.
    """
    said = _read(body)
    passed = passed_headers(headers)
    if status in _OURS:
        return UpstreamError(
            f"The upstream refused the server's own key (status {status}); "
            "its operator has to check OPENAI_API_KEY or key_env",
            code="upstream_auth",
            headers=passed,
            status=status,
        )
    why = said.message or "it did not say why"
    if status in _REFUSED:
        return UpstreamRefused(
            said.message or f"The upstream refused the request with status {status} and did not say why",
            status=400 if status == 422 else status,
            type=said.type,
            param=said.param,
            code=_code(said),
            headers=passed,
        )
    if status == 408 or status >= 500:
        return UpstreamUnavailable(f"The upstream answered with status {status}: {why}", headers=passed, status=status)
    message = f"The upstream answered with the unexpected status {status}: {why}"
    return UpstreamError(message, headers=passed, status=status)


def _code(said: _Said) -> str | None:
    """The upstream's code; that of OpenAI for a context that is too long, where a server has a number or nothing."""
    if said.code is None or said.code.isdecimal():
        about = f"{said.type} {said.message}"
        if _TOO_LONG.search(about):
            return "context_length_exceeded"
    return said.code


def explanation(value: Any) -> str | None:
    """The sentence inside an error's JSON, None when there is none."""
    return _said(value).message


@dataclass(frozen=True)
class _Said:
    message: str | None = None
    type: str | None = None
    param: str | None = None
    code: str | None = None


def _read(body: bytes) -> _Said:
    if len(body) > _LARGEST:
        return _Said()
    try:
        return _said(orjson.loads(body))
    except orjson.JSONDecodeError:
        return _Said(_plain(body))


def _plain(body: bytes) -> str | None:
    """A line of plain text; a page of HTML explains nothing to the reader of an API's message."""
    text = body.decode("utf-8", "replace").strip()
    return None if "<" in text else _sentence(text)


def _said(value: Any, depth: int = 0) -> _Said:
    """{"error": {...}}, {"error": "..."}, {"detail": ...}, {"message": ...}, and arrays of these."""
    if isinstance(value, str):
        return _Said(_sentence(value))
    if isinstance(value, list) and value and depth < _DEEPEST:
        return _said(value[0], depth + 1)
    if not isinstance(value, Mapping):
        return _Said()
    inside = next((value[key] for key in _INSIDES if value.get(key)), None) if depth < _DEEPEST else None
    within = _said(inside, depth + 1)
    text = next((value[key] for key in _TEXTS if isinstance(value.get(key), str)), None)
    return _Said(
        message=within.message or (_sentence(text) if text else None),
        type=within.type or _word(value.get("type")),
        param=within.param or _word(value.get("param")) or _path(value.get("loc")),
        code=within.code or _word(value.get("code")),
    )


def _sentence(text: str) -> str | None:
    text = " ".join(text.split())
    if not text or text.startswith("Traceback"):
        return None
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def _word(value: Any) -> str | None:
    """A machine's word; numbers become strings, since OpenAI's `code` is a string or null."""
    if type(value) is int:
        return str(value)
    return value[:200] if isinstance(value, str) and value else None


def _path(value: Any) -> str | None:
    """FastAPI's `loc`, ["body", "messages", 0, "content"], as OpenAI's param."""
    if not isinstance(value, list):
        return None
    keys = [key for key in value if type(key) in (str, int) and key != "body"]
    text = "".join(f"[{key}]" if type(key) is int else f".{key}" for key in keys)
    return text.removeprefix(".")[:200] or None
