"""`ragproxy ingest`, `reindex` and `stores list`: what is in the vector stores."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import click

from ragproxy.cli.context import CALLER, opened, printable, records
from ragproxy.cli.progress import progress
from ragproxy.domain import Store
from ragproxy.errors import Conflict, UnknownStore
from ragproxy.ingestion import Outcome, scan
from ragproxy.settings import from_env
from ragproxy.state import State

STATUSES = ("added", "changed", "unchanged", "removed", "failed")


@dataclass
class Tally:
    """What an ingestion has come to."""

    files: Counter[str] = field(default_factory=Counter)  # by status
    chunks: int = 0
    failures: list[Outcome] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def add(self, outcome: Outcome) -> None:
        """Count one file."""
        self.files[outcome.status] += 1
        if outcome.status in ("added", "changed"):
            self.chunks += outcome.chunks
        if outcome.status == "failed":
            self.failures.append(outcome)

    @property
    def seconds(self) -> float:
        """Since it began."""
        return max(time.monotonic() - self.began, 0.001)

    def __str__(self) -> str:
        counts = ", ".join(f"{self.files[status]} {status}" for status in STATUSES)
        return f"{counts}: {self.chunks} chunks in {self.seconds:.1f} s ({self.chunks / self.seconds:.0f} chunks/s)"


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--store", default="default", show_default=True, help="Vector store to fill; made when it is absent.")
@click.option("--prune", is_flag=True, help="Remove the files that are no longer there.")
@click.pass_context
def ingest(ctx: click.Context, paths: tuple[Path, ...], store: str, prune: bool) -> None:
    """Index files and folders. Those that have not changed are left as they are."""
    tally = Tally()
    with opened(from_env(ctx.obj)) as services:
        target = find_or_create(services.state, store)
        with progress("files") as bar:
            total = len(scan(paths))
            bar.step(0, total)
            for outcome in services.ingestor.ingest_folder(target, paths, prune=prune, caller=CALLER):
                tally.add(outcome)
                bar.step(tally.files.total() - tally.files["removed"], total, _pace(tally))
                _tell(outcome)
    _conclude(tally, target)
    if tally.failures:
        ctx.exit(1)


@click.command()
@click.argument("store")
@click.pass_obj
def reindex(environ: Mapping[str, str], store: str) -> None:
    """Index a vector store anew. Its vectors are then those of the embedder that is configured now."""
    with opened(from_env(environ)) as services:
        target = services.state.stores.find(store, owner=CALLER.owner)
        with progress("chunks") as bar:
            services.index.reindex(target.id, bar.step)
        services.state.stores.bump(target.id)
        click.echo(f"'{printable(target.name)}' is indexed anew: {services.index.count(target.id)} chunks.")


@click.group()
def stores() -> None:
    """The vector stores."""


@stores.command(name="list")
@click.pass_obj
def list_stores(environ: Mapping[str, str]) -> None:
    """Show the vector stores: name, id, files, chunks."""
    with records(from_env(environ)) as state:
        rows = [_row(state, store) for store in state.stores.list(owner=CALLER.owner)]
    if not rows:
        click.echo("There is no vector store yet; `ragproxy ingest` makes one.")
        return
    rows.insert(0, ("NAME", "ID", "FILES", "CHUNKS"))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for name, id, files, chunks in rows:
        click.echo(f"{name:<{widths[0]}}  {id:<{widths[1]}}  {files:>{widths[2]}}  {chunks:>{widths[3]}}")


def find_or_create(state: State, store: str) -> Store:
    """The caller's store of that name or id, made when it is absent."""
    try:
        return state.stores.find(store, owner=CALLER.owner)
    except UnknownStore:
        try:
            return state.stores.create(store, owner=CALLER.owner)
        except Conflict:  # another machine was faster
            return state.stores.find(store, owner=CALLER.owner)


def _row(state: State, store: Store) -> tuple[str, str, str, str]:
    files = state.files.of_store(store.id)
    return printable(store.name), store.id, str(len(files)), str(sum(file.chunks for file in files))


def _pace(tally: Tally) -> str:
    failed = f", {len(tally.failures)} failed" if tally.failures else ""
    return f"{tally.chunks} chunks, {tally.chunks / tally.seconds:.0f} chunks/s{failed}"


def _tell(outcome: Outcome) -> None:
    """One line a file that changed something, for logs; on a terminal the bar says enough."""
    if not sys.stdout.isatty() and outcome.status in ("added", "changed", "removed"):
        click.echo(f"{outcome.status} {_name(outcome)} ({outcome.chunks} chunks)")


def _conclude(tally: Tally, store: Store) -> None:
    click.echo(f"'{printable(store.name)}': {tally}")
    for number, outcome in enumerate(tally.failures):
        if number == 0:
            click.echo("Not indexed:", err=True)
        click.echo(f"  {_name(outcome)}: {printable(outcome.reason or '')}", err=True)


def _name(outcome: Outcome) -> str:
    return printable(str(outcome.path))
