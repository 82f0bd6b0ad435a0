"""Who may read a store or a file: `groups`, a field of ours beside OpenAI's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marshmallow import RAISE, Schema, post_load

from ragproxy.wire.fields import Identifier, Items

MAX_GROUPS = 64


class Groups(Items):
    """An array of names, each once; `*` is everybody. In a form, the names are separated by commas."""

    def __init__(self, *, required: bool = False) -> None:
        about = "Who may read it, beside the administrator of its owner; none: all of its owner's callers"
        super().__init__(Identifier(), max_items=MAX_GROUPS, required=required, description=about)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[Any]:
        if isinstance(value, str):
            value = [name for name in map(str.strip, value.split(",")) if name]
        return list(dict.fromkeys(super()._deserialize(value, attr, data, **kwargs)))


@dataclass(frozen=True, slots=True)
class Sharing:
    """The groups that may read something from now on, in the place of all there were."""

    groups: tuple[str, ...]


class SharingSchema(Schema):
    """POST /files/{id}. Unknown keys are refused: the route is ours."""

    class Meta:
        unknown = RAISE

    groups = Groups(required=True)

    @post_load
    def build(self, data: Mapping[str, Any], **_: Any) -> Sharing:
        """The groups."""
        return Sharing(tuple(data["groups"]))


SHARING = SharingSchema()


def groups_json(groups: Sequence[str]) -> dict[str, Any]:
    """The key that an object of OpenAI's has beside its own when it is kept for some."""
    return {"groups": list(groups)} if groups else {}
