"""/embeddings: texts or tokens in, vectors out."""

from __future__ import annotations

import time

from flask import Response

from ragproxy.api.accounting import asking, tell_cost
from ragproxy.api.admission import admit_inputs
from ragproxy.api.context import services, visit
from ragproxy.api.custom_headers import accompanied
from ragproxy.api.resource import Resource
from ragproxy.api.stream import json_response, watched
from ragproxy.domain import EmbeddingRequest
from ragproxy.wire.embeddings import EMBEDDING_REQUEST, embedding_list

bp = Resource("embeddings", "Texts as vectors, by the upstream's models or the built-in one.", scope="embed")


@bp.route("/embeddings", methods=["POST"])
@bp.arguments(EMBEDDING_REQUEST)
def create_embedding(request: EmbeddingRequest) -> Response:
    """Create embeddings"""
    return embed(request)


def embed(request: EmbeddingRequest) -> Response:
    """Answer an embedding request in OpenAI's shape."""
    request = accompanied(request)
    admit_inputs(asking(request.model, request.tally), request)
    model = services.models.embedding_model(request.model)
    began = time.perf_counter()
    with watched(request.cancel):
        made = model.embed(request)
    visit().timings_s["upstream"] = time.perf_counter() - began
    response = json_response(embedding_list(made, request))
    response.headers.update(made.headers)
    tell_cost(response, request.tally)
    return response
