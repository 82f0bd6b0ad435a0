"""What a server answers, held against its /openapi.json: nothing may be missing, and nothing be there beside it.

`Described` is put around an application and looks at all that goes out; what does not fit is noted in `FAULTS`, which
must be empty after each test (see the conftest of tests/api).
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

PASSED = "x-ragproxy-passed"
FAULTS: list[str] = []
SEEN: Counter[str] = Counter()  # what was looked at so far: methods with paths and statuses, and types of events
_LONGEST = 2000  # characters of an answer in a sentence


class Reference:
    """An /openapi.json, to hold answers against.

    What an upstream said may be anything, and keys of its own may stand beside ours, unless it is `strict`.
    """

    def __init__(self, document: Mapping[str, Any], *, strict: bool = False) -> None:
        self.document = document
        self._components = {"components": {"schemas": _closed(document["components"]["schemas"], strict)}}
        self._strict = strict
        self._routes = [(_pattern(path), path) for path in sorted(document["paths"], key=_specific)]
        self._validators: dict[str, Draft202012Validator] = {}

    def route(self, method: str, path: str) -> str | None:
        """The path of the document that this one is, under either of its addresses; None when there is none."""
        for address in (path, f"/v1{path}"):
            for pattern, template in self._routes:
                if pattern.fullmatch(address) and method.lower() in self.document["paths"][template]:
                    return template
        return None

    def faults(self, method: str, path: str, status: int, media_type: str, body: bytes) -> Iterator[str]:
        """What the document does not say of the answer."""
        template = self.route(method, path)
        if template is None:
            return
        where = f"{method} {template} ({status})"
        SEEN[where] += 1
        answer = self._answer(template, method, status)
        if answer is None:
            yield f"{where}: no such status is described"
        elif status not in (204, 303, 304):
            content = _content(answer.get("content", {}), media_type)
            if content is None:
                yield f"{where}: {media_type} is not described"
            else:
                for piece, schema in _pieces(media_type, body, content["schema"]):
                    SEEN[f"{where} {_kind(piece)}"] += 1
                    if error := self._error(piece, schema):
                        yield f"{where}: {error}\n{json.dumps(piece)[:_LONGEST]}"

    def check(self, component: str, value: Any) -> None:
        """Assert that the value is such a component."""
        error = self._error(value, {"$ref": f"#/components/schemas/{component}"})
        assert error is None, error

    def _answer(self, template: str, method: str, status: int) -> Mapping[str, Any] | None:
        answers = self.document["paths"][template][method.lower()]["responses"]
        answer = answers.get(str(status)) or answers.get(f"{status // 100}XX")
        while answer is not None and "$ref" in answer:
            answer = self.document["components"]["responses"][answer["$ref"].rpartition("/")[2]]
        return answer

    def _error(self, value: Any, schema: Mapping[str, Any]) -> str | None:
        key = json.dumps(schema, sort_keys=True)
        if key not in self._validators:
            self._validators[key] = Draft202012Validator({**_closed(schema, self._strict), **self._components})
        error = best_match(self._validators[key].iter_errors(value))
        return None if error is None else f"{error.json_path}: {error.message[:600]}"


class Described:
    """A WSGI application whose answers are held against its document as they go out."""

    def __init__(self, app: Any, reference: Reference) -> None:
        self._app = app
        self._reference = reference

    def __call__(self, environ: Mapping[str, Any], start_response: Any) -> Iterable[bytes]:
        begun: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            begun[:] = [int(status[:3]), {name.lower(): value for name, value in headers}]
            return start_response(status, headers, *rest)

        return _Heard(self._app(environ, start), self._reference, environ, begun)


class _Heard:
    def __init__(self, body: Any, reference: Reference, environ: Mapping[str, Any], begun: list[Any]) -> None:
        self._body, self._reference, self._begun = body, reference, begun
        self._method = environ["REQUEST_METHOD"]
        self._path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
        self._pieces: list[bytes] = []

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._body:
            self._pieces.append(piece)
            yield piece
        self._end()

    def close(self) -> None:
        if hasattr(self._body, "close"):
            self._body.close()

    def _end(self) -> None:
        if self._method in ("OPTIONS", "HEAD"):
            return
        status, headers = self._begun
        media_type = headers.get("content-type", "").partition(";")[0]
        body = b"".join(self._pieces)
        if headers.get("content-encoding") == "gzip" and body:
            body = gzip.decompress(body)
        FAULTS.extend(self._reference.faults(self._method, self._path, status, media_type, body))


def _closed(schema: Any, strict: bool) -> Any:
    """The schema as it is meant: an object has no other keys than it says, and an upstream may say what it likes."""
    if isinstance(schema, list):
        return [_closed(each, strict) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    if schema.get(PASSED) is True and not strict:
        return {}
    closed = {key: _closed(each, strict) for key, each in schema.items()}
    if isinstance(schema.get("properties"), Mapping) and schema.get("type") == "object":
        is_open = schema.get("additionalProperties") is True and not (strict and schema["properties"])
        closed["additionalProperties"] = is_open
    return closed


def _pieces(media_type: str, body: bytes, schema: Mapping[str, Any]) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    """What there is to be looked at, with the schema that it has."""
    if media_type == "application/json":
        yield json.loads(body), schema
    elif media_type == "text/event-stream":
        named = schema.get("$ref", "").endswith("/RunStreamEvent")
        for frame in body.decode().split("\n\n")[:-1]:
            lines = dict(line.split(": ", 1) for line in frame.split("\n") if not line.startswith(":"))
            if "data" in lines and lines["data"] != "[DONE]":
                data = json.loads(lines["data"])
                yield ({"event": lines["event"], "data": data} if named else data), schema


def _kind(piece: Any) -> str:
    names = (piece.get(key) for key in ("event", "type", "object")) if isinstance(piece, dict) else ()
    return next((name for name in names if isinstance(name, str)), "")


def _content(contents: Mapping[str, Any], media_type: str) -> Mapping[str, Any] | None:
    kind = media_type.partition("/")[0]
    return contents.get(media_type) or contents.get(f"{kind}/*") or contents.get("*/*")


def _pattern(path: str) -> re.Pattern[str]:
    """Names of models and of deployments may hold slashes; nothing else does."""
    parts = re.split(r"\{(\w+)\}", path.rstrip("/"))
    kinds = {"model_id": ".+", "deployment": ".+"}
    return re.compile(
        "".join(kinds.get(part, "[^/]+") if number % 2 else re.escape(part) for number, part in enumerate(parts)) + "/?"
    )


def _specific(path: str) -> tuple[int, str]:
    """What has fewer variables is meant first."""
    return path.count("{"), path
