"""Schemas of many fields of which a body has few."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import Schema

_MOST = 256  # combinations of fields that are remembered; a client uses a handful


class Sparse(Schema):
    """A schema whose absent fields cost nothing. None of them has a default, and each goes by its own name.

    Its parent asks every field for its value, which takes most of the time of reading a small body.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._required = frozenset(name for name, field in self.load_fields.items() if field.required)
        self._narrow: dict[frozenset[str], Sparse] = {}

    def load(self, data: Mapping[str, Any] | Sequence[Mapping[str, Any]], **settings: Any) -> Any:
        """As its parent."""
        if type(data) is not dict:
            return super().load(data, **settings)
        names = self._required | (data.keys() & self.load_fields.keys())
        narrow = self._narrow.get(names)
        if narrow is None:
            if len(self._narrow) >= _MOST:
                self._narrow = {}
            narrow = self._narrow[names] = type(self)(only=names, unknown=self.unknown)
        return super(Sparse, narrow).load(data, **settings)
