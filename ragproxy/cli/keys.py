"""`ragproxy keys`: the API keys, in the records here or on a server."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import click

from ragproxy.access import KeyRing
from ragproxy.cli.context import printable, records, table
from ragproxy.cli.remote import Remote, connect, remote_options
from ragproxy.domain import SCOPES
from ragproxy.errors import InvalidRequest, NotFound
from ragproxy.settings import Settings, from_env
from ragproxy.state import State
from ragproxy.wire.keys import KEY_REQUEST, ROTATION, KeyRequest, key_json
from ragproxy.wire.validation import load

_HEADS = ("NAME", "ID", "SECRET", "OWNER", "SCOPES", "STATUS", "LAST USED")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


class _Keys(Protocol):
    """The keys, as the objects of /admin/keys."""

    def create(self, asked: Mapping[str, Any]) -> dict[str, Any]: ...

    def every(self) -> list[dict[str, Any]]: ...

    def rotate(self, key_id: str, grace_s: int) -> dict[str, Any]: ...

    def revoke(self, key_id: str) -> None: ...


class _Duration(click.ParamType):
    """Seconds, from `90s`, `15m`, `12h` or `30d`."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        match = re.fullmatch(r"([0-9]{1,9})([smhd])", str(value))
        if match is None:
            self.fail("expected a number and a unit, such as 12h or 30d", param, ctx)
        return int(match[1]) * _UNITS[match[2]]


class _Money(click.ParamType):
    """A budget, from `5/month` or `0.50/day`."""

    name = "usd/period"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, Any]:
        match = re.fullmatch(r"\$?([0-9]{1,9}(?:\.[0-9]{1,9})?)/(day|month)", str(value))
        if match is None:
            self.fail("expected US dollars for a day or a month, such as 5/month", param, ctx)
        return {"usd": float(match[1]), "period": match[2]}


@click.group()
def keys() -> None:
    """The API keys of those who may ask."""


@keys.command()
@click.argument("name")
@click.option("--owner", help="Project whose files and vector stores it uses; `default` when absent.")
@click.option("--scope", multiple=True, type=click.Choice(SCOPES), help="May be repeated; all but admin when absent.")
@click.option("--group", multiple=True, help="Group it is in; may be repeated.")
@click.option("--model", multiple=True, help="Name that `model` may hold, `*` for anything; may be repeated.")
@click.option("--store", multiple=True, help="Vector store it may use, by id or name; may be repeated.")
@click.option("--requests-per-minute", type=click.IntRange(1))
@click.option("--tokens-per-minute", type=click.IntRange(1))
@click.option("--budget", type=_Money(), help="US dollars, such as 5/month or 0.50/day.")
@click.option("--expires", type=_Duration(), help="After this time, such as 12h or 30d.")
@remote_options
@click.pass_obj
def create(
    environ: Mapping[str, str],
    name: str,
    owner: str | None,
    scope: Sequence[str],
    group: Sequence[str],
    model: Sequence[str],
    store: Sequence[str],
    requests_per_minute: int | None,
    tokens_per_minute: int | None,
    budget: dict[str, Any] | None,
    expires: int | None,
    url: str | None,
    api_key: str | None,
) -> None:
    """Make a key and print its secret, which is not shown again; all else goes to the standard error."""
    asked = {
        "name": name,
        "owner": owner,
        "scopes": list(scope) or None,
        "groups": list(group) or None,
        "models": list(model) or None,
        "vector_stores": list(store) or None,
        "limits": {"requests_per_minute": requests_per_minute, "tokens_per_minute": tokens_per_minute},
        "budget": budget,
        "expires_at": None if expires is None else int(time.time()) + expires,
    }
    with _there(from_env(environ), url, api_key) as there:
        _tell_secret(there.create(asked), "made")


@keys.command(name="list")
@click.option("--all", "revoked_too", is_flag=True, help="Those that were revoked or have expired, too.")
@remote_options
@click.pass_obj
def list_keys(environ: Mapping[str, str], revoked_too: bool, url: str | None, api_key: str | None) -> None:
    """Show the keys: name, id, beginning of the secret, owner, scopes, status, last use."""
    with _there(from_env(environ), url, api_key) as there:
        rows = [_row(key) for key in there.every() if revoked_too or key["status"] == "active"]
    if not rows:
        click.echo("There is no key yet; `ragproxy keys create NAME` makes one.")
        return
    for line in table([_HEADS, *rows]):
        click.echo(line)


@keys.command()
@click.argument("key")
@remote_options
@click.pass_obj
def show(environ: Mapping[str, str], key: str, url: str | None, api_key: str | None) -> None:
    """Show one key, by name or id."""
    with _there(from_env(environ), url, api_key) as there:
        found = _find(there, key)
    for label, text in _described(found):
        click.echo(f"{label + ':':<12}{printable(text)}")


@keys.command()
@click.argument("key")
@click.option("--grace", type=_Duration(), default="0s", help="How long the former secret is still good, such as 1h.")
@remote_options
@click.pass_obj
def rotate(environ: Mapping[str, str], key: str, grace: int, url: str | None, api_key: str | None) -> None:
    """Give a key, by name or id, a new secret and print it; the former one ends, at once or after the grace."""
    with _there(from_env(environ), url, api_key) as there:
        _tell_secret(there.rotate(_find(there, key)["id"], grace), "given a new secret")


@keys.command()
@click.argument("key")
@click.option("--yes", is_flag=True, help="Do not ask.")
@remote_options
@click.pass_obj
def revoke(environ: Mapping[str, str], key: str, yes: bool, url: str | None, api_key: str | None) -> None:
    """End a key, by name or id, for good. Servers refuse it within 5 seconds."""
    with _there(from_env(environ), url, api_key) as there:
        found = _find(there, key)
        if not yes:
            click.confirm(f"Revoke the key '{printable(found['name'])}' ({found['prefix']}...) for good?", abort=True)
        there.revoke(found["id"])
    click.echo(f"'{printable(found['name'])}' is revoked.")


class _Records:
    """The keys of the records that are open here."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._ring = KeyRing(state.keys)

    def create(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        request: KeyRequest = load(KEY_REQUEST, dict(asked))
        return key_json(*self._ring.create(owner=request.owner, **request.terms))

    def every(self) -> list[dict[str, Any]]:
        return [key_json(key) for key in self._state.keys.list()]

    def rotate(self, key_id: str, grace_s: int) -> dict[str, Any]:
        return key_json(*self._ring.rotate(key_id, grace_s=load(ROTATION, {"grace_seconds": grace_s})))

    def revoke(self, key_id: str) -> None:
        self._ring.revoke(key_id)


class _Served:
    """The keys of a server."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    def create(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        return self._remote.post("/admin/keys", asked)

    def every(self) -> list[dict[str, Any]]:
        return list(self._remote.pages("/admin/keys", order="asc"))

    def rotate(self, key_id: str, grace_s: int) -> dict[str, Any]:
        return self._remote.post(f"/admin/keys/{key_id}/rotate", {"grace_seconds": grace_s})

    def revoke(self, key_id: str) -> None:
        self._remote.delete(f"/admin/keys/{key_id}")


@contextmanager
def _there(settings: Settings, url: str | None, api_key: str | None) -> Iterator[_Keys]:
    """The keys, of the server at `--url`, or else of the records.

    Keys are rows alone, and may be written while a server holds the data: it sees the change within seconds, and needs
    no key for it, which the first administrator has not.
    """
    remote = connect(settings, url, api_key) if url else None
    if remote is None:
        with records(settings) as state:
            yield _Records(state)
    else:
        with remote:
            yield _Served(remote)


def _find(there: _Keys, id_or_name: str) -> dict[str, Any]:
    """The key of that id, or else the only one of that name; revoked ones go by their ids alone."""
    every = there.every()
    found = [key for key in every if key["id"] == id_or_name]
    found = found or [key for key in every if key["name"] == id_or_name and key["status"] != "revoked"]
    if not found:
        raise NotFound(f"There is no API key '{printable(id_or_name)}'")
    if len(found) > 1:
        ids = ", ".join(key["id"] for key in found)
        raise InvalidRequest(f"Several keys are called '{printable(id_or_name)}'; say which by its id: {ids}")
    return found[0]


def _tell_secret(key: Mapping[str, Any], done: str) -> None:
    """The secret alone on the standard output, so that a script can take it."""
    name = printable(key["name"])
    click.echo(f"'{name}' is {done}: {key['id']}. Keep its secret, it is not shown again:", err=True)
    click.echo(key["value"])


def _row(key: Mapping[str, Any]) -> tuple[str, ...]:
    scopes = ",".join(key["scopes"])
    return (
        printable(key["name"]),
        key["id"],
        key["prefix"] + "...",
        printable(key["owner"]),
        scopes,
        key["status"],
        _date(key["last_used_at"]),
    )


def _described(key: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    budget = key["budget"]
    yield "Name", key["name"]
    yield "Id", key["id"]
    yield "Secret", key["prefix"] + "..."
    yield "Owner", key["owner"]
    yield "Status", key["status"]
    yield "Scopes", ", ".join(key["scopes"])
    yield "Groups", ", ".join(key["groups"]) or "none"
    yield "Models", _names(key["models"])
    yield "Stores", _names(key["vector_stores"])
    yield "Limits", _limits(key["limits"])
    for model, limits in key["model_limits"].items():
        yield "For model", f"{model}: {_limits(limits)}"
    yield "Budget", f"{budget['usd']:g} US dollars a {budget['period']}" if budget else "none"
    yield "Created", _date(key["created_at"])
    yield "Expires", _date(key["expires_at"])
    if key["revoked_at"] is not None:
        yield "Revoked", _date(key["revoked_at"])
    yield "Last used", _date(key["last_used_at"])


def _names(names: Sequence[str] | None) -> str:
    return "all" if names is None else ", ".join(names) or "none"


def _limits(limits: Mapping[str, int | None]) -> str:
    given = {name.replace("_", " "): number for name, number in limits.items() if number is not None}
    return ", ".join(f"{number} {name}" for name, number in given.items()) or "those of the server"


def _date(seconds: int | None) -> str:
    return "never" if seconds is None else time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))
