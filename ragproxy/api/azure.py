"""/openai/deployments/...: Azure OpenAI's addresses, for clients that are written for it.

A deployment is a name as any other in `model`, and counts whatever the body calls the model, as it does at Azure.
"""

from __future__ import annotations

from typing import Any

import flask
import marshmallow
from flask import Response

from ragproxy.api import chat, completions, embeddings, models
from ragproxy.api.resource import BodyParser, Resource
from ragproxy.domain import ChatRequest, CompletionRequest, EmbeddingRequest
from ragproxy.wire.chat_request import CHAT_REQUEST
from ragproxy.wire.completions import COMPLETION_OR_CHAT_REQUEST
from ragproxy.wire.embeddings import EMBEDDING_REQUEST


class DeploymentParser(BodyParser):
    """Bodies whose `model` is the deployment of the address."""

    def load_json(self, req: flask.Request, schema: marshmallow.Schema) -> Any:
        """As its parent."""
        return {**super().load_json(req, schema), "model": (req.view_args or {})["deployment"]}


class AzureResource(Resource):
    """Routes below a deployment."""

    ARGUMENTS_PARSER = DeploymentParser()


SAME = "The same, at Azure OpenAI's addresses; every `api-version` will do."
chats = AzureResource("azure_chat", SAME, scope="chat")
vectors = AzureResource("azure_embeddings", SAME, scope="embed")
names = AzureResource("azure_models", SAME, scope=None)
RESOURCES = (chats, vectors, names)


@chats.route("/deployments/<path:deployment>/chat/completions", methods=["POST"])
@chats.arguments(CHAT_REQUEST)
def create_chat_completion(request: ChatRequest, deployment: str) -> Response:
    """Create a chat completion with a deployment"""
    return chat.chat(request)


@chats.route("/deployments/<path:deployment>/completions", methods=["POST"])
@chats.arguments(COMPLETION_OR_CHAT_REQUEST)
def create_completion(request: CompletionRequest | ChatRequest, deployment: str) -> Response:
    """Create a completion with a deployment"""
    return completions.complete(request)


@vectors.route("/deployments/<path:deployment>/embeddings", methods=["POST"])
@vectors.arguments(EMBEDDING_REQUEST)
def create_embedding(request: EmbeddingRequest, deployment: str) -> Response:
    """Create embeddings with a deployment"""
    return embeddings.embed(request)


@names.route("/models")
def list_models() -> Response:
    """List models, at Azure's address"""
    return models.list_models()


@names.route("/models/<path:model_id>")
def retrieve_model(model_id: str) -> Response:
    """Retrieve a model, at Azure's address"""
    return models.retrieve_model(model_id)
