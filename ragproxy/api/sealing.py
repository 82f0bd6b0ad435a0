"""What a compaction holds is for this server alone to read again: it is signed, so that nobody else makes one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from ragproxy.api.context import EXTENSION
from ragproxy.domain import Item
from ragproxy.wire.items import compacted, compaction_of

_SALT = "ragproxy compaction"


class Seal:
    """Signs summaries. The key is looked for when there is something to sign or to read."""

    def __init__(self, key: Callable[[], str]) -> None:
        self._key = key

    def close(self, summary: str, id: str) -> dict[str, Any]:
        """The item that stands for what was summed up."""
        return {"id": id, "type": "compaction", "encrypted_content": self._signer().dumps(summary)}

    def open(self, item: Item) -> Item | None:
        """Such an item as the wire reads it, whether it is signed or was opened before; None for any other."""
        if compacted(item) is not None:
            return item
        try:
            summary = self._signer().loads(item.get("encrypted_content") or "")
        except (BadData, ValueError):
            return None
        return {**item, **compaction_of(summary)} if isinstance(summary, str) else None

    def _signer(self) -> URLSafeSerializer:
        return URLSafeSerializer(self._key(), salt=_SALT, signer_kwargs={"digest_method": hashlib.sha256})


def seal() -> Seal:
    """The seal of this server, which can be used when the request is over."""
    services = current_app.extensions[EXTENSION]
    return Seal(lambda: str(services.signing_key))
