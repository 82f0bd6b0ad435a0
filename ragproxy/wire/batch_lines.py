"""The files of a batch: the lines that are asked, and those that tell what became of them (JSONL)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ragproxy.domain import BatchEndpoint, BatchFault, BatchLine, BatchResult, BatchUsage
from ragproxy.errors import InvalidRequest, RagproxyError, UpstreamBroken
from ragproxy.wire.errors import error_body
from ragproxy.wire.json import dumps, loads, loads_upstream

LONGEST_ID = 512  # characters

_NOT_JSON = "The answer is not JSON"


class _Fault(Exception):
    """What is wrong with a line: `BatchFault`'s code, message and param."""

    def __init__(self, code: str, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.param = code, message, param


def read_line(number: int, data: bytes, endpoint: BatchEndpoint) -> BatchLine:
    """The line of that number, counted from 1; one that cannot be asked says why."""
    custom_id = None
    try:
        said = _object(data)
        custom_id = _custom_id(said)
        return BatchLine(number, custom_id, _body(said, endpoint))
    except _Fault as fault:
        return at_fault(BatchLine(number, custom_id), fault.code, fault.message, fault.param)


def at_fault(line: BatchLine, code: str, message: str, param: str | None = None) -> BatchLine:
    """The line, which cannot be asked for this reason."""
    return BatchLine(
        line.number, line.custom_id, fault=BatchFault(code, f"Line {line.number}: {message}", line.number, param)
    )


def answered(id: str, line: BatchLine, status: int, request_id: str, body: bytes) -> BatchResult:
    """The line was answered so: whether well is told by the status."""
    try:
        value = loads_upstream(body)
    except UpstreamBroken:
        return unanswered(id, line, BatchFault("invalid_response", _NOT_JSON))
    response = {"status_code": status, "request_id": request_id, "body": value}
    data = {"id": id, "custom_id": line.custom_id, "response": response, "error": None}
    return BatchResult(line.number, status >= 400, data, _code(value) if status >= 400 else None)


def refused(id: str, line: BatchLine, status: int, request_id: str, error: RagproxyError) -> BatchResult:
    """The line was refused by us with this status, before anybody was asked."""
    body = error_body(error.message, code=error.code)
    response = {"status_code": status, "request_id": request_id, "body": body}
    data = {"id": id, "custom_id": line.custom_id, "response": response, "error": None}
    return BatchResult(line.number, True, data, error.code)


def unanswered(id: str, line: BatchLine, fault: BatchFault) -> BatchResult:
    """The line was not answered, for this reason. What is wrong in the file is told with its place."""
    error: dict[str, Any] = {"code": fault.code, "message": fault.message}
    if fault.line is not None:
        error = asdict(fault)
    data = {"id": id, "custom_id": line.custom_id, "response": None, "error": error}
    return BatchResult(line.number, True, data, fault.code)


def written(result: BatchResult) -> bytes:
    """The result as a line of a file, with its end."""
    return dumps(result.data) + b"\n"


def usage_of(result: BatchResult) -> BatchUsage:
    """The tokens that the answer says it consumed, in the words of any endpoint."""
    usage = _inside(result.data, "response", "body", "usage")
    read, said = _count(usage, "input_tokens", "prompt_tokens"), _count(usage, "output_tokens", "completion_tokens")
    cached = _count(_inside(usage, "input_tokens_details") or _inside(usage, "prompt_tokens_details"), "cached_tokens")
    details = _inside(usage, "output_tokens_details") or _inside(usage, "completion_tokens_details")
    return BatchUsage(read, cached, said, _count(details, "reasoning_tokens"))


def _object(data: bytes) -> dict[str, Any]:
    try:
        value = loads(data)
    except InvalidRequest as err:
        message = err.message.replace("The body", "It", 1)
        raise _Fault("invalid_json_line", f"This line is not parseable as JSON. {message}") from None
    if not isinstance(value, dict):
        raise _Fault("invalid_json_line", "Expected a JSON object")
    return value


def _custom_id(said: Mapping[str, Any]) -> str:
    custom_id = said.get("custom_id")
    if custom_id is None:
        raise _Fault("missing_required_parameter", "Missing required parameter: 'custom_id'", "custom_id")
    if not isinstance(custom_id, str) or not 0 < len(custom_id) <= LONGEST_ID:
        message = f"Expected 'custom_id' to be a string of 1 to {LONGEST_ID} characters"
        raise _Fault("invalid_custom_id", message, "custom_id")
    return custom_id


def _body(said: Mapping[str, Any], endpoint: BatchEndpoint) -> Mapping[str, Any]:
    for param, wanted in (("method", "POST"), ("url", endpoint)):
        if said.get(param) is None:
            raise _Fault("missing_required_parameter", f"Missing required parameter: '{param}'", param)
        if said[param] != wanted:
            raise _Fault(f"invalid_{param}", f"Expected '{param}' to be '{wanted}', as the batch has it", param)
    body = said.get("body")
    if body is None:
        raise _Fault("missing_required_parameter", "Missing required parameter: 'body'", "body")
    if not isinstance(body, dict):
        raise _Fault("invalid_type", "Expected 'body' to be a JSON object", "body")
    for param in ("stream", "background"):
        if body.get(param):
            raise _Fault("unsupported_parameter", f"'{param}' makes no sense in a batch; leave it out", f"body.{param}")
    return body


def _inside(value: Any, *path: str) -> Any:
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _code(body: Any) -> str | None:
    error = _inside(body, "error")
    code = _inside(error, "code") or _inside(error, "type")
    return code if isinstance(code, str) else None


def _count(usage: Any, *names: str) -> int:
    counts = (_inside(usage, name) for name in names)
    return next((count for count in counts if type(count) is int and count >= 0), 0)
