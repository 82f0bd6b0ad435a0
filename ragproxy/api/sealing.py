"""What a compaction holds is for this server alone to read again: it is signed, so that nobody else makes one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from ragproxy.api.context import EXTENSION
from ragproxy.domain import Item
from ragproxy.errors import ForeignCompaction
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

    def opened(self, items: Sequence[Item]) -> tuple[Item, ...]:
        """New items of a conversation, compactions opened: whoever goes on with it, a chat too, can read them then.

        ForeignCompaction for one that was not made here.
        """
        return tuple(
            self._opened(item, f"items[{place}]") if item.get("type") == "compaction" else item
            for place, item in enumerate(items)
        )

    def _opened(self, item: Item, path: str) -> Item:
        opened = self.open(item)
        if opened is None:
            raise ForeignCompaction(path)
        return opened

    def _signer(self) -> URLSafeSerializer:
        return URLSafeSerializer(self._key(), salt=_SALT, signer_kwargs={"digest_method": hashlib.sha256})


def seal() -> Seal:
    """The seal of this server, which can be used when the request is over."""
    services = current_app.extensions[EXTENSION]
    return Seal(lambda: str(services.signing_key))
