"""/admin/health: how the server and its upstreams are doing. Ours, not OpenAI's."""

from __future__ import annotations

import os

from flask import Response

from ragproxy import __version__
from ragproxy.api.context import services
from ragproxy.api.ops import check_parts
from ragproxy.api.resource import Resource
from ragproxy.api.stream import json_response
from ragproxy.wire.health import health_json

bp = Resource("admin_health", "How the server and its upstreams are doing, for its administrator.", scope="admin")


@bp.route("/health", methods=["GET"])
def get_health() -> Response:
    """Tell how the records, the index and the upstreams are doing, as the process sees it that answers"""
    body = health_json(
        services.models.health(),
        check_parts(),
        version=__version__,
        process=os.getpid(),
        processes=services.settings.workers,
    )
    return json_response(body)
