"""`ragproxy stores`: the vector stores, here or on a server."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

import click

from ragproxy.cli.context import CALLER, opened, printable, records, table
from ragproxy.cli.remote import Remote, connect, remote_options
from ragproxy.cli.sending import find_store
from ragproxy.domain import EVERYONE, Cursor
from ragproxy.services import Services
from ragproxy.settings import Settings, from_env
from ragproxy.state import State
from ragproxy.wire.vector_stores import store_json

FAILURES = 20  # that are shown
_HEADS = ("NAME", "ID", "STATUS", "FILES", "SIZE")


class _Stores(Protocol):
    """The vector stores, as OpenAI's objects."""

    def every(self) -> list[dict[str, Any]]: ...

    def find(self, id_or_name: str) -> dict[str, Any]: ...

    def failures(self, store_id: str) -> list[tuple[str, str]]:
        """(file name, reason) of some files that could not be indexed."""
        ...


@click.group()
def stores() -> None:
    """The vector stores."""


@stores.command(name="list")
@remote_options
@click.pass_obj
def list_stores(environ: Mapping[str, str], url: str | None, api_key: str | None) -> None:
    """Show the vector stores: name, id, status, files, size of their text."""
    with _looking(from_env(environ), url, api_key) as there:
        rows = [_row(store) for store in there.every()]
    if not rows:
        click.echo("There is no vector store yet; `ragproxy ingest` makes one.")
        return
    for line in table([_HEADS, *rows], names=3):
        click.echo(line)


@stores.command()
@click.argument("store")
@remote_options
@click.pass_obj
def show(environ: Mapping[str, str], store: str, url: str | None, api_key: str | None) -> None:
    """Show one vector store, by name or id, and why files could not be indexed."""
    with _looking(from_env(environ), url, api_key) as there:
        found = there.find(store)
        failures = there.failures(found["id"]) if found["file_counts"]["failed"] else []
    counts = found["file_counts"]
    statuses = ("completed", "in_progress", "failed", "cancelled")
    click.echo(f"Name:     {printable(found['name'])}")
    click.echo(f"Id:       {found['id']}")
    click.echo(f"Status:   {found['status']}")
    click.echo("Files:    " + ", ".join(f"{counts[status]} {status.replace('_', ' ')}" for status in statuses))
    click.echo(f"Size:     {_size(found['usage_bytes'])} of text")
    click.echo(f"Created:  {_date(found['created_at'])}")
    click.echo(f"Expires:  {_date(found['expires_at']) if found['expires_at'] else 'never'}")
    if failures:
        click.echo("Not indexed:")
    for filename, reason in failures:
        click.echo(f"  {printable(filename)}: {printable(reason)}")
    if counts["failed"] > len(failures):
        click.echo(f"  and {counts['failed'] - len(failures)} more")


@stores.command()
@click.argument("name")
@remote_options
@click.pass_obj
def create(environ: Mapping[str, str], name: str, url: str | None, api_key: str | None) -> None:
    """Make an empty vector store."""
    settings = from_env(environ)
    remote = connect(settings, url, api_key)
    if remote is None:
        with opened(settings) as services:
            made = store_json(services.state.stores.create(name, owner=CALLER.owner))
    else:
        with remote:
            made = remote.post("/v1/vector_stores", {"name": name})
    click.echo(f"'{printable(made['name'])}' is made: {made['id']}")


@stores.command()
@click.argument("store")
@click.option("--group", "groups", multiple=True, help="A group that may read it; several times for several.")
@click.option("--everyone", is_flag=True, help="Let every caller of the server read it.")
@click.option("--private", is_flag=True, help="Keep it to the callers of its owner.")
@remote_options
@click.pass_obj
def share(
    environ: Mapping[str, str],
    store: str,
    groups: tuple[str, ...],
    everyone: bool,
    private: bool,
    url: str | None,
    api_key: str | None,
) -> None:
    """Say who may read a vector store, in the place of what was said before."""
    if sum(map(bool, (groups, everyone, private))) != 1:
        raise click.UsageError("Give one of --group, --everyone and --private")
    named = [EVERYONE] if everyone else list(groups)
    settings = from_env(environ)
    remote = connect(settings, url, api_key)
    if remote is None:
        with opened(settings) as services:
            found = services.state.stores.find(store, owner=CALLER.owner)
            shared = store_json(services.state.stores.modify(found.id, owner=CALLER.owner, groups=named))
    else:
        with remote:
            shared = remote.post(f"/v1/vector_stores/{find_store(remote, store)['id']}", {"groups": named})
    readers = ", ".join(shared.get("groups", ())) or "the callers of its owner"
    click.echo(f"'{printable(shared['name'])}' may be read by: {printable(readers.replace(EVERYONE, 'everybody'))}")


@stores.command()
@click.argument("store")
@click.option("--yes", is_flag=True, help="Do not ask.")
@remote_options
@click.pass_obj
def delete(environ: Mapping[str, str], store: str, yes: bool, url: str | None, api_key: str | None) -> None:
    """Delete a vector store, by name or id. Uploaded files stay in the library, the files of folders go with it."""
    settings = from_env(environ)
    remote = connect(settings, url, api_key)
    if remote is None:
        with opened(settings) as services:
            found = _Records(services.state).find(store)
            _confirm(found, yes)
            _delete(services, found["id"])
    else:
        with remote:
            found = find_store(remote, store)
            _confirm(found, yes)
            remote.delete(f"/v1/vector_stores/{found['id']}")
    click.echo(f"'{printable(found['name'])}' is deleted.")


class _Records:
    """The stores of the records that are open here."""

    def __init__(self, state: State) -> None:
        self._state = state

    def every(self) -> list[dict[str, Any]]:
        return [store_json(store) for store in self._state.stores.list(owner=CALLER.owner)]

    def find(self, id_or_name: str) -> dict[str, Any]:
        store = self._state.stores.find(id_or_name, owner=CALLER.owner)
        return store_json(self._state.stores.get(store.id, owner=CALLER.owner))

    def failures(self, store_id: str) -> list[tuple[str, str]]:
        page = self._state.files.page(store_id, Cursor(limit=FAILURES), "failed")
        return [(file.filename, file.error.message if file.error else "") for file in page.items]


class _Served:
    """The stores of a server."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    def every(self) -> list[dict[str, Any]]:
        return list(self._remote.pages("/v1/vector_stores", order="asc"))

    def find(self, id_or_name: str) -> dict[str, Any]:
        return find_store(self._remote, id_or_name)

    def failures(self, store_id: str) -> list[tuple[str, str]]:
        page = self._remote.get(f"/v1/vector_stores/{store_id}/files", filter="failed", limit=FAILURES)
        return [(self._filename(file["id"]), (file["last_error"] or {}).get("message", "")) for file in page["data"]]

    def _filename(self, file_id: str) -> str:
        return str(self._remote.get(f"/v1/files/{file_id}")["filename"])


@contextmanager
def _looking(settings: Settings, url: str | None, api_key: str | None) -> Iterator[_Stores]:
    """The stores, to look at: records may be read while a server holds the data, so only `--url` asks one."""
    remote = connect(settings, url, api_key) if url else None
    if remote is None:
        with records(settings) as state:
            yield _Records(state)
    else:
        with remote:
            yield _Served(remote)


def _delete(services: Services, store_id: str) -> None:
    services.state.stores.mark_removing(store_id, owner=CALLER.owner)
    services.indexer.sweep()  # what a server does in the background


def _confirm(store: Mapping[str, Any], yes: bool) -> None:
    if not yes:
        total = store["file_counts"]["total"]
        click.confirm(f"Delete the vector store '{printable(store['name'])}' with its {total} files?", abort=True)


def _row(store: Mapping[str, Any]) -> tuple[str, ...]:
    files = str(store["file_counts"]["total"])
    return printable(store["name"]), store["id"], store["status"], files, _size(store["usage_bytes"])


def _size(size: int) -> str:
    """Bytes, to be read by people."""
    if size < 1 << 10:
        return f"{size} B"
    return f"{size / (1 << 10):,.1f} KiB" if size < 1 << 20 else f"{size / (1 << 20):,.1f} MiB"


def _date(seconds: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))
