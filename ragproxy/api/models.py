"""/models: every name a client may put in `model`."""

from __future__ import annotations

from flask import Response

from ragproxy.api.context import services, visit
from ragproxy.api.resource import Resource
from ragproxy.api.stream import json_response
from ragproxy.wire.models import model, model_list

bp = Resource(
    "models", "The names a client may put in `model`: agents, aliases, stores and upstream models.", scope=None
)


@bp.route("/models")
def list_models() -> Response:
    """List models"""
    return json_response(model_list(services.answerer.cards(visit().caller)))


@bp.route("/models/<path:model_id>")
def retrieve_model(model_id: str) -> Response:
    """Retrieve a model"""
    return json_response(model(services.answerer.card(model_id, visit().caller)))
