"""Who may read which stores and files, as SQL. The rule itself is `domain.Caller.may_read`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa

from ragproxy.domain import EVERYONE, Caller
from ragproxy.errors import InvalidRequest
from ragproxy.state.db import checked_name, storable
from ragproxy.state.tables import file_groups, files, store_files, store_groups, stores

MOST_GROUPS = 64  # of one store or file
_APART = "\n"  # no group's name holds one
_OF_STORE = store_groups.c.store_id == stores.c.id
_OF_FILE = sa.and_(file_groups.c.owner == files.c.owner, file_groups.c.file_id == files.c.id)


def _listed(table: sa.Table, of_row: sa.ColumnElement[bool]) -> sa.Label[str]:
    names = sa.select(sa.func.aggregate_strings(table.c.name, _APART)).where(of_row)
    return names.scalar_subquery().label("groups")


STORE_GROUPS = _listed(store_groups, _OF_STORE)  # columns beside those of the row, for `groups_of`
FILE_GROUPS = _listed(file_groups, _OF_FILE)


def groups_of(listed: str | None) -> tuple[str, ...]:
    """The names in a column STORE_GROUPS or FILE_GROUPS."""
    return tuple(sorted(listed.split(_APART))) if listed else ()


def readable_stores(caller: Caller) -> sa.ColumnElement[bool]:
    """Whether the caller may read a row of `stores`, removed or not."""
    readable = _readable(caller, stores.c.owner, store_groups, _OF_STORE)
    if caller.stores is None:
        return readable
    return sa.and_(readable, sa.or_(stores.c.id.in_(caller.stores), stores.c.name.in_(caller.stores)))


def readable_files(caller: Caller) -> sa.ColumnElement[bool]:
    """Whether the caller may read a row of `files`, removed or not."""
    return _readable(caller, files.c.owner, file_groups, _OF_FILE)


def open_within(caller: Caller) -> sa.ColumnElement[bool]:
    """Whether the caller may read a row of `files` in a store that it may read: the opposite of `hidden_files`."""
    return sa.or_(~_exists(file_groups, _OF_FILE), readable_files(caller))


def hidden_files(store_id: str, caller: Caller) -> sa.Select[Any]:
    """The ids of the files that a store the caller may read keeps from him.

    What has no groups of its own is as open as its store, whoever's caller reads that.
    """
    of_row = sa.and_(file_groups.c.owner == store_files.c.owner, file_groups.c.file_id == store_files.c.file_id)
    hidden = sa.and_(_exists(file_groups, of_row), ~_exists(file_groups, of_row, _groups(caller)))
    if caller.admin:
        hidden = sa.and_(hidden, store_files.c.owner != caller.owner)
    return sa.select(store_files.c.file_id).where(store_files.c.store_id == store_id, hidden)


def set_groups(
    connection: sa.Connection, table: sa.Table, key: dict[str, str], groups: Iterable[str], *, param: str = "groups"
) -> None:
    """Let these groups read what has that key, and no others. InvalidRequest for names that cannot be stored."""
    names = checked_groups(groups, param=param)
    connection.execute(sa.delete(table).where(*(table.c[name] == value for name, value in key.items())))
    if names:
        connection.execute(sa.insert(table), [{**key, "name": name} for name in names])


def checked_groups(groups: Iterable[str], *, param: str = "groups") -> list[str]:
    """The names in order, each once. InvalidRequest for too many, and for those that cannot be stored."""
    names = sorted(set(groups))
    if len(names) > MOST_GROUPS:
        raise InvalidRequest(f"'{param}' lists more than {MOST_GROUPS} groups", param=param)
    for name in names:
        checked_name(name, param=param)
        if any(not character.isprintable() for character in name):
            raise InvalidRequest(f"'{param}' holds a name with a control character", param=param)
    return names


def _readable(
    caller: Caller, owner: sa.ColumnElement[str], table: sa.Table, of_row: sa.ColumnElement[bool]
) -> sa.ColumnElement[bool]:
    shared = _exists(table, of_row, _groups(caller))
    if not storable(caller.owner):
        return shared
    own = owner == caller.owner
    return sa.or_(shared, own if caller.admin else sa.and_(own, ~_exists(table, of_row)))


def _exists(
    table: sa.Table, of_row: sa.ColumnElement[bool], names: Collection[str] | None = None
) -> sa.ColumnElement[bool]:
    found = sa.select(table.c.name).where(of_row)
    return (found if names is None else found.where(table.c.name.in_(names))).exists()


def _groups(caller: Caller) -> list[str]:
    return [EVERYONE, *(name for name in sorted(caller.groups) if storable(name))]
