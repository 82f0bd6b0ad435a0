"""`ragproxy assistants`: what people had at OpenAI's Assistants API, brought here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import get_args

import click

from ragproxy.cli.context import CALLER, is_embedded, printable
from ragproxy.cli.moving_assistants import Rooms
from ragproxy.cli.moving_in import Ids, Kind, Report, Shelves
from ragproxy.errors import InvalidRequest
from ragproxy.ingestion import Librarian
from ragproxy.services import open_bell
from ragproxy.settings import Settings, from_env
from ragproxy.state import State, checked_name, holder, migrate, open_state
from ragproxy.wire.assistants_export import Export, read_export


@click.group()
def assistants() -> None:
    """Assistants and threads that come from OpenAI's Assistants API."""


@assistants.command(name="import")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--owner", default=CALLER.owner, show_default=True, help="Whose all of it is to be.")
@click.option("--keep-ids", is_flag=True, help="Call everything by the id that it had.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.pass_context
def import_assistants(ctx: click.Context, file: Path, owner: str, keep_ids: bool, dry_run: bool) -> None:
    """Make the files, vector stores, assistants and threads of an export: the JSON that the old API's calls returned.

    What is there already stays as it is. Fails when something could not be carried, and says what; the rest is done.
    """
    export = _read(file)
    checked_name(owner, param="owner")
    settings = from_env(ctx.obj)
    report = Report(lambda line: click.echo(printable(line)))
    ids = Ids(owner, keep=keep_ids)
    with _records(settings) as state:
        bell = open_bell(settings)
        librarian = Librarian(state, bell, file_limit_bytes=settings.file_limit_mb << 20)
        shelves = Shelves(state, librarian, file.parent, ids, report, owner=owner, dry_run=dry_run)
        rooms = Rooms(state, shelves, ids, report, owner=owner, dry_run=dry_run)
        _move(export, shelves, rooms, report)
        if report.waiting and not dry_run:
            bell.ring()
    _conclude(report, dry_run)
    if report.lost:
        ctx.exit(1)


def _read(file: Path) -> Export:
    """The export. InvalidRequest begins with the file's name."""
    try:
        return read_export(file.read_bytes(), lines=file.suffix == ".jsonl")
    except OSError as err:
        raise InvalidRequest(f"{file}: the file cannot be read: {err.strerror}") from err
    except InvalidRequest as err:
        raise InvalidRequest(f"{file}: {err.message}", param=err.param, code=err.code) from err


@contextmanager
def _records(settings: Settings) -> Iterator[State]:
    """The records and the files, which may be written while a server holds the data."""
    if is_embedded(settings) and holder(settings.data_dir) is None:
        migrate(settings.database)
    with closing(open_state(settings.database, settings.files_url or settings.data_dir / "files")) as state:
        state.check_migrated()
        yield state


def _move(export: Export, shelves: Shelves, rooms: Rooms, report: Report) -> None:
    """Everything, what others refer to first."""
    for place in export.cut:
        report.lose(f"the end of {place.of}", "the list was cut when it was exported: it says 'has_more'")
    for file in export.files:
        shelves.take_file(file)
    for store in export.stores:
        shelves.take_store(store)
    for assistant in export.assistants:
        rooms.take_assistant(assistant)
    for thread in export.threads:
        rooms.take_thread(thread)
    if export.runs:
        report.lose(f"runs and run steps, {export.runs} in all", "what was answered is in the messages")


def _conclude(report: Report, dry_run: bool) -> None:
    for kind in get_args(Kind):
        if counts := report.counts.get(kind):
            click.echo(f"{kind}s: {counts['added']} added, {counts['there already']} there already")
    if report.waiting:
        click.echo(f"To be indexed, at once by a server that runs: {report.waiting} of the files.")
    if not report.counts:
        click.echo("Nothing came of this export.")
    for number, (what, why) in enumerate(report.lost):
        if number == 0:
            click.echo("Not carried:", err=True)
        click.echo(f"  {printable(what)}: {printable(why)}", err=True)
    if dry_run:
        click.echo("(dry run)")
