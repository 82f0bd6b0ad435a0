"""`ragproxy doctor`: are the records, the bytes and both indexes one, and what is to be done where they are not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import closing

import click

from ragproxy.cli.context import held, printable
from ragproxy.cli.progress import progress
from ragproxy.errors import ConfigError
from ragproxy.ingestion import Doctor, Finding
from ragproxy.services import build
from ragproxy.settings import Settings, from_env
from ragproxy.state import migrate, open_state

_SHOWN = 20  # findings of one kind; thousands of files may be wrong in the same way


@click.command()
@click.option("--repair", is_flag=True, help="Mend what can be mended, and say what was done.")
@click.option("--deep", is_flag=True, help="Also read the bytes of every file, which takes longer.")
@click.pass_context
def doctor(ctx: click.Context, repair: bool, deep: bool) -> None:
    """Check that the records, the files and the index agree. The exit code is 1 when something is wrong."""
    settings = from_env(ctx.obj)
    with held(settings):
        if not _migrated(settings, repair):
            ctx.exit(1)
        with closing(build(settings, lock=False)) as services:
            physician = Doctor(services.index, services.state)
            with progress("stores") as bar:
                found = list(physician.examine(deep=deep, progress=bar.step))
            _tell(found)
            if repair:
                for sentence in physician.mend(found):
                    click.echo(f"Mended: {printable(sentence)}.")
    seen = physician.seen
    click.echo(
        f"Examined {seen.stores} vector stores, {seen.files} files and {seen.chunks} chunks: {_sum(found, repair)}"
    )
    if _wrong(found, repaired=repair):
        ctx.exit(1)


def _migrated(settings: Settings, repair: bool) -> bool:
    """Whether the database has the tables of this version, in the end. ConfigError when it cannot have them."""
    with closing(open_state(settings.database)) as state:
        try:
            state.check_migrated()
        except ConfigError as err:
            click.echo(f"{err.message}.")
        else:
            return True
    if repair:
        migrate(settings.database)
        click.echo("Mended: The database was brought up to date.")
    return repair


def _tell(found: Sequence[Finding]) -> None:
    told: Counter[str] = Counter()
    for finding in found:
        told[finding.kind] += 1
        if told[finding.kind] <= _SHOWN:
            click.echo(f"{printable(finding.sentence)}.")
    for kind, number in told.items():
        if number > _SHOWN:
            click.echo(f"And {number - _SHOWN} more of this kind ({kind}).")


def _sum(found: Sequence[Finding], repaired: bool) -> str:
    wrong, left = len(_wrong(found, repaired=False)), len(_wrong(found, repaired=True))
    if not wrong:
        return "nothing is wrong."
    if repaired:
        return f"{wrong - left} faults were mended, {left} are for you to deal with."
    return f"{wrong} faults; `ragproxy doctor --repair` mends {wrong - left} of them."


def _wrong(found: Sequence[Finding], *, repaired: bool) -> list[Finding]:
    """The faults, without those that were mended."""
    return [finding for finding in found if not finding.harmless and not (repaired and finding.repairable)]
