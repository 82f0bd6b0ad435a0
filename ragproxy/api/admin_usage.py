"""/admin/usage and /admin/latency: what requests consumed, summed up, and how long they took. Ours, not OpenAI's."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

import flask
from flask import Response

from ragproxy.api.context import services
from ragproxy.api.resource import Resource
from ragproxy.api.stream import json_response
from ragproxy.wire.usage import (
    LATENCY_QUERY,
    USAGE_QUERY,
    USUAL_BUCKETS,
    UsageQuery,
    latency_json,
    usage_csv,
    usage_json,
)

bp = Resource("admin_usage", "What requests consumed and cost, for the server's administrator.", scope="admin")

CSV = "text/csv"


@bp.route("/usage", methods=["GET"])
@bp.arguments(USAGE_QUERY, location="query")
def get_usage(asked: UsageQuery) -> Response:
    """Sum up what requests consumed, as JSON or as CSV"""
    if asked.csv or flask.request.accept_mimetypes.best_match(["application/json", CSV]) == CSV:
        return _table(asked)
    limit = asked.limit or USUAL_BUCKETS
    found = services.state.usage.sums(asked.by, asked.which, limit=limit + 1)
    return json_response(usage_json(found[:limit], asked, len(found) > limit))


@bp.route("/latency", methods=["GET"])
@bp.arguments(LATENCY_QUERY, location="query")
def get_latency(asked: UsageQuery) -> Response:
    """Tell how long requests took that did not fail, as percentiles"""
    limit = asked.limit or USUAL_BUCKETS
    found = services.state.usage.latency(asked.by, asked.which, limit=limit + 1)
    return json_response(latency_json(found[:limit], asked, len(found) > limit))


def _table(asked: UsageQuery) -> Response:
    found = services.state.usage.every(asked.by, asked.which)
    first = list(islice(found, 1))  # what can fail has failed by now
    rows: Iterator[bytes] = usage_csv(islice(chain(first, found), asked.limit), asked.by)
    response = Response(rows, content_type=f"{CSV}; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="usage.csv"'
    return response
