"""Vector stores of every owner and what they hold, as administrators see them: OpenAI's objects, with more in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from marshmallow import post_load

from ragproxy.domain import Cursor, Reindex, Store, StoredFile
from ragproxy.wire.fields import Identifier
from ragproxy.wire.paging import PageQuery
from ragproxy.wire.reindexes import reindex_json
from ragproxy.wire.store_files import store_file_json
from ragproxy.wire.vector_stores import store_json


@dataclass(frozen=True, slots=True)
class AdminStoreQuery:
    """What GET /admin/stores asks for; every owner's when None."""

    cursor: Cursor
    owner: str | None = None


class AdminStoreQuerySchema(PageQuery):
    """GET /admin/stores."""

    before = Identifier(description="The page that ends before the item of this id")
    owner = Identifier(max_length=256, description="Those of this owner alone")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> AdminStoreQuery:
        """The query."""
        return AdminStoreQuery(self.cursor(data), data.get("owner"))


ADMIN_STORE_QUERY = AdminStoreQuerySchema()


def admin_store_json(store: Store) -> dict[str, Any]:
    """The vector store object, with whose it is."""
    return {**store_json(store), "owner": store.owner}


def whole_store_json(store: Store, reindex: Reindex | None) -> dict[str, Any]:
    """The same, with its last reindex."""
    return {**admin_store_json(store), "reindex": None if reindex is None else reindex_json(reindex)}


def admin_file_json(file: StoredFile) -> dict[str, Any]:
    """The file of a vector store, with its name and its sizes."""
    return {**store_file_json(file), "filename": file.filename, "bytes": file.size, "chunks": file.chunks}
