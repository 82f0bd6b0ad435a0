"""`ragproxy doctor`: is the whole installation well, and what is to be done where it is not."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, replace

import click

from ragproxy.checks import Scene, Verdict, examine, failed, ok, versions, warning
from ragproxy.cli.context import held, printable
from ragproxy.cli.progress import progress
from ragproxy.errors import ConfigError, RagproxyError
from ragproxy.ingestion import Doctor, Finding
from ragproxy.services import build
from ragproxy.settings import Settings, from_env
from ragproxy.state import holder, migrate
from ragproxy.wire.json import dumps

_SHOWN = 20  # findings of one kind; thousands of files may be wrong in the same way
_COLOURS = {"ok": "green", "warning": "yellow", "failed": "red"}
_INDEX = "index"
_NEEDED = ("database", "chroma", "redis", "bucket", "upstreams", "disk.data", "disk.files")  # to compare the data
_SEARCH_S = 30.0  # the longest that an embedder is waited for


@click.command()
@click.option("--repair", is_flag=True, help="Mend what can be mended, and say what was done.")
@click.option("--deep", is_flag=True, help="Also read the bytes of every file, which takes longer.")
@click.option("--json", "as_json", is_flag=True, help="Write the checks as a list in JSON.")
@click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(0.1, 300),
    default=5.0,
    show_default=True,
    help="Seconds that one answer of a server is waited for.",
)
@click.pass_context
def doctor(ctx: click.Context, repair: bool, deep: bool, as_json: bool, timeout_s: float) -> None:
    """Check the whole installation, and say what to do. The exit code is 1 when something failed.

    The server may run meanwhile. With an embedded Chroma it has to be stopped for the data to be compared file by
    file, and for --repair.
    """
    report = _Report(as_json)
    try:
        settings = from_env(ctx.obj)
    except ConfigError as err:
        report.all([*versions(), failed("settings", err.message, "Put it right: nothing starts with this")])
    else:
        report.all(_checked(settings, ctx.obj, timeout_s, repair=repair, deep=deep))
    report.end()
    if report.counts["failed"]:
        ctx.exit(1)


def _checked(
    settings: Settings, environ: Mapping[str, str], timeout_s: float, *, repair: bool, deep: bool
) -> Iterator[Verdict]:
    if repair:
        yield from _migrated(settings)
    wrong: list[str] = []
    for verdict in examine(Scene(settings, environ, timeout_s)):
        if verdict.status == "failed" and verdict.name in _NEEDED:
            wrong.append(verdict.name)
        yield verdict
    if wrong:
        advice = "Put that right first, and run this again"
        yield warning(_INDEX, f"Records, files and index were not compared: {', '.join(wrong)} failed", advice)
    elif repair or not _in_use(settings):  # else as much was looked at as can be seen from outside
        yield from _timed(_compared(settings, repair=repair, deep=deep))


def _in_use(settings: Settings) -> bool:
    return settings.chroma_url is None and holder(settings.data_dir) is not None


def _timed(verdicts: Iterator[Verdict]) -> Iterator[Verdict]:
    began = time.monotonic()
    for verdict in verdicts:
        yield replace(verdict, duration_ms=round((time.monotonic() - began) * 1000, 1))


def _migrated(settings: Settings) -> Iterator[Verdict]:
    """Bring the database up to date, before anything else. DataDirectoryBusy, ConfigError."""
    with held(settings):
        migrate(settings.database)
    yield ok("repair", "The database is up to date")


def _compared(settings: Settings, *, repair: bool, deep: bool) -> Iterator[Verdict]:
    """Whether records, bytes and indexes are one, and what was mended."""
    hurried = replace(settings, read_timeout_s=min(settings.read_timeout_s, _SEARCH_S))
    try:
        with held(settings), closing(build(hurried, lock=False)) as services:
            physician = Doctor(services.index, services.state)
            with progress("stores") as bar:
                found = list(physician.examine(deep=deep, progress=bar.step))
            yield from _told(found, repaired=repair)
            if repair:
                yield from (ok("repair", f"Mended: {sentence}") for sentence in physician.mend(found))
    except RagproxyError as err:
        yield failed(_INDEX, f"Records, files and index cannot be compared: {err.message}", "Put that right first")
        return
    seen = physician.seen
    message = f"Examined {seen.stores} vector stores, {seen.files} files and {seen.chunks} chunks: "
    if not _wrong(found, repaired=False):
        yield ok(_INDEX, f"{message}nothing is wrong")
    elif not _wrong(found, repaired=repair):
        yield ok(_INDEX, message + _sum(found, repair))
    else:
        yield failed(_INDEX, message + _sum(found, repair), "Run `ragproxy doctor --repair`, and do what the lines say")


def _told(found: Sequence[Finding], *, repaired: bool) -> Iterator[Verdict]:
    told: Counter[str] = Counter()
    for finding in found:
        told[finding.kind] += 1
        if told[finding.kind] <= _SHOWN:
            yield _verdict(finding, repaired=repaired)
    for kind, number in told.items():
        if number > _SHOWN:
            last = next(finding for finding in reversed(found) if finding.kind == kind)
            yield _verdict(replace(last, sentence=f"And {number - _SHOWN} more of this kind"), repaired=repaired)


def _verdict(finding: Finding, *, repaired: bool) -> Verdict:
    name = f"{_INDEX}.{finding.kind}"
    if finding.harmless:
        return ok(name, finding.sentence)
    if not finding.repairable:
        return failed(name, finding.sentence, "Nothing but what this line says can mend it")
    if repaired:
        return warning(name, finding.sentence, "It is mended, as told below")
    return failed(name, finding.sentence, "Run `ragproxy doctor --repair`")


def _sum(found: Sequence[Finding], repaired: bool) -> str:
    wrong, left = len(_wrong(found, repaired=False)), len(_wrong(found, repaired=True))
    if repaired:
        return f"{wrong - left} faults were mended, {left} are for you to deal with"
    return f"{wrong} faults; `ragproxy doctor --repair` mends {wrong - left} of them"


def _wrong(found: Sequence[Finding], *, repaired: bool) -> list[Finding]:
    """The faults, without those that were mended."""
    return [finding for finding in found if not finding.harmless and not (repaired and finding.repairable)]


class _Report:
    """Tells the verdicts as they come, one a line, or all at the end in JSON; and counts them."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self._verdicts: list[Verdict] = []
        self.counts: Counter[str] = Counter()

    def all(self, verdicts: Iterator[Verdict] | Sequence[Verdict]) -> None:
        """Tell these."""
        for verdict in verdicts:
            self.counts[verdict.status] += 1
            self._verdicts.append(verdict)
            if not self._as_json:
                self._line(verdict)

    def end(self) -> None:
        """The sum, or the whole list."""
        if self._as_json:
            click.echo(dumps([asdict(verdict) for verdict in self._verdicts]))
            return
        fine, doubtful, wrong = (self.counts[status] for status in ("ok", "warning", "failed"))
        warnings = "1 warning" if doubtful == 1 else f"{doubtful} warnings"
        click.echo(f"{fine} ok, {warnings}, {wrong} failed.")

    @staticmethod
    def _line(verdict: Verdict) -> None:
        sentences = [verdict.message, verdict.advice or ""]
        text = " ".join(sentence if sentence[-1:] in "?.!" else f"{sentence}." for sentence in sentences if sentence)
        status = click.style(f"{verdict.status:<7}", fg=_COLOURS[verdict.status])
        click.echo(f"{status}  {verdict.name}: {printable(text)}")
