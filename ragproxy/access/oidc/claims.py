"""What a token says, and the Caller it makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ragproxy.domain import EVERYONE, SCOPES, Caller, Scope
from ragproxy.errors import InvalidRequest
from ragproxy.state import checked_name

ID_PREFIX = "oidc:"  # of a caller's id, before the `sub`
_UNLESS_SAID: frozenset[Scope] = frozenset({"chat", "embed", "files", "relay"})


class Unusable(Exception):
    """The claims make no caller; the message says which claim is at fault and what is wrong."""


@dataclass(frozen=True, slots=True)
class ClaimNames:
    """Where a token says what. A name is a path through nested claims, such as `realm_access.roles`."""

    owner: str = "sub"
    groups: str = "groups"
    scopes: str = "scope"
    admin_group: str | None = None  # whose members are administrators


def caller_of(claims: Mapping[str, Any], names: ClaimNames) -> Caller:
    """Who comes with these claims, which have been verified. Unusable when they name no person or no owner."""
    person = _name(claims.get("sub"), "sub")
    owner = _name(find(claims, names.owner), names.owner)
    if owner == EVERYONE:
        raise Unusable(f"its claim '{names.owner}' is '{EVERYONE}', which stands for everybody")
    groups = frozenset(name for name in _texts(find(claims, names.groups)) if name != EVERYONE and _is_usable(name))
    admin = names.admin_group is not None and names.admin_group in groups
    said = frozenset(scope for scope in SCOPES if scope in _texts(find(claims, names.scopes)))
    scopes = (said or _UNLESS_SAID) - {"admin"}  # the group makes an administrator, a scope alone does not
    return Caller(
        owner=owner,
        admin=admin,
        id=ID_PREFIX + person,
        groups=groups,
        scopes=scopes | {"admin"} if admin else scopes,
    )


def find(claims: Mapping[str, Any], path: str) -> Any:
    """The claim at a path, None when there is none.

    Names may hold dots themselves (`https://example.org/groups` does): the longest name that is there counts.
    """
    if path in claims:
        return claims[path]
    head = path
    while "." in head:
        head = head.rpartition(".")[0]
        inside = claims.get(head)
        if isinstance(inside, Mapping):
            return find(inside, path[len(head) + 1 :])
    return None


def _texts(value: Any) -> list[str]:
    """A list of strings, or one string with spaces between them; whatever else is there says nothing."""
    if isinstance(value, str):
        return value.split()
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _name(value: Any, claim: str) -> str:
    if value is None:
        raise Unusable(f"it has no claim '{claim}'")
    if not isinstance(value, str):
        raise Unusable(f"its claim '{claim}' is not a string")
    if not _is_usable(value):
        raise Unusable(f"its claim '{claim}' is empty, too long or not valid Unicode")
    return value


def _is_usable(name: str) -> bool:
    try:
        checked_name(name, param="name")
    except InvalidRequest:
        return False
    return True
