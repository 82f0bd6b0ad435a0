"""Errors become HTTP here and nowhere else: one table, one body."""

from __future__ import annotations

import logging
import math

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, InternalServerError

from ragproxy import errors
from ragproxy.api.context import services, visit
from ragproxy.wire.errors import error_body
from ragproxy.wire.json import dumps

log = logging.getLogger(__name__)

# the first class that fits decides, so the exact ones stand before their parents
STATUS: tuple[tuple[type[errors.RagproxyError], int, str], ...] = (
    (errors.BodyTooLarge, 413, "invalid_request_error"),
    (errors.UnsupportedMediaType, 415, "invalid_request_error"),
    (errors.InvalidRequest, 400, "invalid_request_error"),
    (errors.LoadError, 400, "invalid_request_error"),
    (errors.Unauthenticated, 401, "invalid_request_error"),
    (errors.Forbidden, 403, "permission_error"),
    (errors.Expired, 410, "invalid_request_error"),
    (errors.NotFound, 404, "invalid_request_error"),
    (errors.Conflict, 409, "invalid_request_error"),
    (errors.OverBudget, 429, "insufficient_quota"),
    (errors.OverQuota, 429, "rate_limit_error"),
    (errors.ClientGone, 499, "invalid_request_error"),  # nginx's number; only the log and the metrics see it
    (errors.NotReady, 503, "server_error"),
    (errors.IssuerUnavailable, 503, "server_error"),
    (errors.NotServed, 501, "server_error"),
    (errors.UpstreamTimeout, 504, "server_error"),
    (errors.UpstreamUnavailable, 503, "server_error"),
    (errors.UpstreamError, 502, "server_error"),
    (errors.DataDirectoryBusy, 503, "server_error"),
    (errors.StateUnavailable, 503, "server_error"),
    (errors.StorageFull, 507, "server_error"),
    (errors.RagproxyError, 500, "server_error"),
)
OUR_FAULT = "The server had an error while processing your request. Give its operator the x-request-id of this answer"


def init_app(app: Flask) -> None:
    """Answer every error of the app in OpenAI's shape."""
    app.register_error_handler(errors.RagproxyError, problem)
    app.register_error_handler(HTTPException, http_problem)


def describe(error: errors.RagproxyError) -> tuple[int, dict]:
    """Status and JSON body of an error; a stream sends the body alone."""
    if isinstance(error, errors.UpstreamRefused):
        status, kind = error.status, error.type or "invalid_request_error"
    else:
        status, kind = next((status, kind) for cls, status, kind in STATUS if isinstance(error, cls))
    return status, error_body(error.message, kind, error.param, error.code)


def problem(error: errors.RagproxyError) -> Response:
    """The answer to a request that raised one of ours."""
    status, body = describe(error)
    response = _answer(status, body)
    response.headers.update(error.headers)
    if isinstance(error, (errors.OverQuota, errors.NotReady, errors.IssuerUnavailable)):
        response.headers["retry-after"] = str(max(1, math.ceil(error.retry_after_s)))
        response.headers["retry-after-ms"] = str(max(1, math.ceil(error.retry_after_s * 1000)))
    if isinstance(error, errors.OverQuota):
        services.metrics.rate_limited.labels(error.code).inc()
    if isinstance(error, errors.Unauthenticated):
        response.headers.setdefault("WWW-Authenticate", 'Bearer realm="ragproxy"')
    if isinstance(error, (errors.StorageFull, errors.NotServed)):
        response.headers["x-should-retry"] = "false"  # room comes back by hand, and so does a setting
    if status >= 500:
        log.warning("answered %d", status, extra={"request": visit().id, "code": error.code})
    return response


def http_problem(error: HTTPException) -> Response:
    """The answer to what Flask itself refuses: unknown routes, methods, bodies; and to errors nobody foresaw."""
    if error.response is not None:  # a redirect made by the router, complete already
        return error.response  # type: ignore[return-value]
    status = error.code or 500
    if status == 413:
        return problem(errors.BodyTooLarge(body_too_large(request.max_content_length)))
    if status >= 500:
        cause = getattr(error, "original_exception", None) or error
        if isinstance(error, InternalServerError):
            log.error("unforeseen error", exc_info=cause, extra={"request": visit().id})
        response = _answer(status, error_body(OUR_FAULT, "server_error", None, "internal_error"))
        response.headers["x-should-retry"] = "false"  # the same request would meet the same bug
        return response
    message = {
        404: f"Unknown request URL: {request.method} {request.path}. See /openapi.json for the routes there are",
        405: f"Not allowed to {request.method} on {request.path}",
    }.get(status, error.description or error.name)
    code = {404: "unknown_url", 405: "method_not_allowed"}.get(status)
    response = _answer(status, error_body(message, "invalid_request_error", None, code))
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after", "content-range"):
            response.headers[name] = value
    return response


def body_too_large(limit: int | None) -> str:
    """The sentence for a body over `limit` bytes."""
    return f"The request body is larger than {(limit or 0) >> 20} MiB; the setting is RAGPROXY_BODY_LIMIT_MB"


def _answer(status: int, body: dict) -> Response:
    return Response(dumps(body), status=status, mimetype="application/json")
