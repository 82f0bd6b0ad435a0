"""/admin/keys: the keys of this server's callers. Ours, not OpenAI's."""

from __future__ import annotations

from flask import Response

from ragproxy.api.context import services
from ragproxy.api.resource import Resource
from ragproxy.api.stream import json_response
from ragproxy.domain import Cursor, KeyTerms
from ragproxy.wire.files import deleted_json
from ragproxy.wire.keys import KEY_CHANGE, KEY_REQUEST, ROTATION, KeyRequest, key_json
from ragproxy.wire.paging import STORE_QUERY, page_json

bp = Resource("admin_keys", "API keys of this server's callers, for its administrator.", scope="admin")


@bp.route("/keys", methods=["POST"])
@bp.arguments(KEY_REQUEST)
def create_key(asked: KeyRequest) -> Response:
    """Create an API key; its secret is told in `value`, and never again"""
    key, secret = services.keys.create(owner=asked.owner, **asked.terms)
    return json_response(key_json(key, secret))


@bp.route("/keys", methods=["GET"])
@bp.arguments(STORE_QUERY, location="query")
def list_keys(cursor: Cursor) -> Response:
    """List API keys, revoked ones too"""
    page = services.state.keys.page(cursor)
    return json_response(page_json([key_json(key) for key in page.items], page.has_more))


@bp.route("/keys/<key_id>", methods=["GET"])
def get_key(key_id: str) -> Response:
    """Retrieve an API key"""
    return json_response(key_json(services.state.keys.get(key_id)))


@bp.route("/keys/<key_id>", methods=["POST"])
@bp.arguments(KEY_CHANGE)
def modify_key(change: KeyTerms, key_id: str) -> Response:
    """Modify an API key"""
    return json_response(key_json(services.keys.update(key_id, **change)))


@bp.route("/keys/<key_id>", methods=["DELETE"])
def revoke_key(key_id: str) -> Response:
    """Revoke an API key; it stays in the list"""
    services.keys.revoke(key_id)
    return json_response(deleted_json(key_id, "api_key.deleted"))


@bp.route("/keys/<key_id>/rotate", methods=["POST"])
@bp.arguments(ROTATION)
def rotate_key(grace_s: int, key_id: str) -> Response:
    """Give an API key a new secret, told in `value`"""
    key, secret = services.keys.rotate(key_id, grace_s=grace_s)
    return json_response(key_json(key, secret))
