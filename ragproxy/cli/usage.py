"""`ragproxy usage`: what requests consumed and cost, by the records here or of a server."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import click

from ragproxy.cli.context import printable, records, table
from ragproxy.cli.remote import Remote, connect, remote_options
from ragproxy.domain import DIMENSIONS
from ragproxy.errors import ConfigError
from ragproxy.settings import Settings, from_env
from ragproxy.state import State
from ragproxy.wire.usage import MOST_BUCKETS, USAGE_QUERY, UsageQuery, bucket_json, usage_csv
from ragproxy.wire.validation import load

_UNITS = {"h": 3600, "d": 86_400, "w": 7 * 86_400}
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FIGURES = ("REQUESTS", "FAILED", "TOKENS IN", "TOKENS OUT", "US DOLLARS")


class _Usage(Protocol):
    """Sums of usage, as /admin/usage gives them; the query is its own."""

    def buckets(self, query: Mapping[str, str]) -> tuple[list[dict[str, Any]], bool]:
        """The buckets, and whether there are more."""
        ...

    def table(self, query: Mapping[str, str]) -> Iterator[bytes]:
        """All of them as CSV, in pieces."""
        ...


class _Moment(click.ParamType):
    """A date, or a time before now, for /admin/usage."""

    name = "when"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        ago = re.fullmatch(r"([0-9]{1,6})([hdw])", str(value))
        if ago:
            return str(max(0, int(time.time()) - int(ago[1]) * _UNITS[ago[2]]))
        if not _DATE.fullmatch(str(value)):
            self.fail("expected a date such as 2026-11-01, or a time before now such as 12h, 7d or 4w", param, ctx)
        return str(value)


@click.command()
@click.option(
    "--by", default="day", show_default=True, help=f"Sums by these, separated by commas: {', '.join(DIMENSIONS)}."
)
@click.option("--since", type=_Moment(), help="A date such as 2026-11-01, or 12h, 7d, 4w ago; 30 days when absent.")
@click.option("--until", type=_Moment(), help="The last day, or a time before now; now when absent.")
@click.option("--key", help="Requests of this key alone, by its id.")
@click.option("--model", help="Requests that named this model alone.")
@click.option("--agent", help="Requests that this agent answered alone.")
@click.option("--owner", help="Requests of this project alone.")
@click.option("--csv", "file", type=click.Path(dir_okay=False, allow_dash=True), help="Write CSV here; - to print it.")
@remote_options
@click.pass_obj
def usage(
    environ: Mapping[str, str],
    by: str,
    since: str | None,
    until: str | None,
    key: str | None,
    model: str | None,
    agent: str | None,
    owner: str | None,
    file: str | None,
    url: str | None,
    api_key: str | None,
) -> None:
    """Show what requests consumed and cost: of the server at --url, or else by the records."""
    asked = {"group_by": by, "from": since, "to": until, "key": key, "model": model, "agent": agent, "owner": owner}
    query = {name: value for name, value in asked.items() if value}
    load(USAGE_QUERY, query)  # what is wrong with it is said before anything is opened
    with _there(from_env(environ), url, api_key) as there:
        if file is not None:
            _write(there.table(query), file)
            return
        buckets, more = there.buckets(query)
    if not buckets:
        click.echo("No request asked a model in that time.")
        return
    _show(buckets, [name for name in DIMENSIONS if name in by.replace(" ", "").split(",")])
    if more:
        click.echo(f"There are more than {len(buckets)}; --csv has them all.", err=True)


class _Records:
    """The usage of the records that are open here."""

    def __init__(self, state: State) -> None:
        self._usage = state.usage

    def buckets(self, query: Mapping[str, str]) -> tuple[list[dict[str, Any]], bool]:
        asked: UsageQuery = load(USAGE_QUERY, dict(query))
        found = self._usage.sums(asked.by, asked.which, limit=MOST_BUCKETS + 1)
        return [bucket_json(each, asked) for each in found[:MOST_BUCKETS]], len(found) > MOST_BUCKETS

    def table(self, query: Mapping[str, str]) -> Iterator[bytes]:
        asked: UsageQuery = load(USAGE_QUERY, dict(query))
        return usage_csv(self._usage.every(asked.by, asked.which), asked.by)


class _Served:
    """The usage of a server."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    def buckets(self, query: Mapping[str, str]) -> tuple[list[dict[str, Any]], bool]:
        asked: dict[str, Any] = {**query, "limit": MOST_BUCKETS}
        page = self._remote.get("/admin/usage", **asked)
        return page["data"], page["has_more"]

    def table(self, query: Mapping[str, str]) -> Iterator[bytes]:
        asked: dict[str, Any] = {**query, "format": "csv"}
        return self._remote.pieces("/admin/usage", **asked)


@contextmanager
def _there(settings: Settings, url: str | None, api_key: str | None) -> Iterator[_Usage]:
    """Records may be read while a server holds the data, and that needs no key: so only `--url` asks one."""
    remote = connect(settings, url, api_key) if url else None
    if remote is None:
        with records(settings) as state:
            yield _Records(state)
    else:
        with remote:
            yield _Served(remote)


def _write(pieces: Iterator[bytes], file: str) -> None:
    pieces = chain([next(pieces)], pieces)  # no file is begun for what fails
    if file == "-":
        _copy(pieces, sys.stdout.buffer)
        return
    try:
        with Path(file).open("wb") as out:
            _copy(pieces, out)
    except OSError as err:
        raise ConfigError(f"--csv: '{printable(file)}' cannot be written: {err.strerror}") from err


def _copy(pieces: Iterator[bytes], out: BinaryIO) -> None:
    for piece in pieces:
        out.write(piece)
    out.flush()


def _show(buckets: list[dict[str, Any]], by: list[str]) -> None:
    rows = [tuple(name.upper() for name in by) + _FIGURES]
    rows += [tuple(_name(bucket, name) for name in by) + _figures(bucket) for bucket in buckets]
    for line in table(rows, names=len(by)):
        click.echo(line)
    if any(bucket["unpriced_requests"] for bucket in buckets):
        click.echo("+: and what requests cost whose price is not known.")


def _name(bucket: Mapping[str, Any], name: str) -> str:
    if name == "day":
        return time.strftime("%Y-%m-%d", time.gmtime(bucket["start_time"]))
    if name == "hour":
        return time.strftime("%Y-%m-%d %H:00", time.gmtime(bucket["start_time"]))
    text = bucket["key_name"] if name == "key" and bucket["key_name"] else bucket[name]
    return printable(text) if text else "-"


def _figures(bucket: Mapping[str, Any]) -> tuple[str, ...]:
    unknown = "+" if bucket["unpriced_requests"] else ""
    return (
        f"{bucket['requests']:,}",
        f"{bucket['failed_requests']:,}",
        f"{bucket['prompt_tokens']:,}",
        f"{bucket['completion_tokens']:,}",
        f"{bucket['cost_usd']:,.4f}{unknown}",
    )
