"""`ragproxy batches`: files of requests, answered by a server in the background."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, get_args

import click

from ragproxy.cli.context import printable, table
from ragproxy.cli.progress import progress
from ragproxy.cli.remote import PAGE, Remote, connect, remote_options
from ragproxy.cli.sending import file_form
from ragproxy.domain import BatchEndpoint
from ragproxy.errors import ConfigError, Conflict, InvalidRequest, RagproxyError
from ragproxy.settings import Settings, from_env
from ragproxy.wire.json import loads

ENDPOINTS: tuple[str, ...] = get_args(BatchEndpoint)

_ENDED = frozenset({"completed", "failed", "expired", "cancelled"})
_HEADS = ("ID", "STATUS", "ENDPOINT", "CREATED", "LINES", "COMPLETED", "FAILED")
_FIRST_POLL_S, _LONGEST_POLL_S = 0.2, 3.0
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def batches() -> None:
    """Files of requests, answered in the background."""


@batches.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--endpoint", type=click.Choice(ENDPOINTS), help="What its lines ask; the first line's when absent.")
@click.option("--output", type=_FILE, help="Where the answers go; beside FILE when absent. Errors go beside them.")
@remote_options
@click.pass_context
def run(
    ctx: click.Context, file: Path, endpoint: str | None, output: Path | None, url: str | None, api_key: str | None
) -> None:
    """Have the requests in FILE (JSONL) answered, and wait for it. Fails unless every line is answered well."""
    output = output or file.with_name(f"{file.stem}.output.jsonl")
    errors = output.with_name(f"{output.stem.removesuffix('.output')}.errors.jsonl")
    asked = {"endpoint": endpoint or _endpoint_of(file), "completion_window": "24h"}
    with _server(from_env(ctx.obj), url, api_key) as remote:
        sent = remote.post("/v1/files", **file_form(file, purpose="batch"))
        job = remote.post("/v1/batches", {"input_file_id": sent["id"], **asked})
        try:
            job = _followed(remote, job)
        except KeyboardInterrupt:
            _write(remote, interrupted(remote, job), output, errors)
            raise
        _write(remote, job, output, errors)
    if job["status"] != "completed" or job["request_counts"]["failed"]:
        ctx.exit(1)


@batches.command(name="list")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="How many to show.")
@remote_options
@click.pass_obj
def list_batches(environ: Mapping[str, str], limit: int, url: str | None, api_key: str | None) -> None:
    """Show the latest batches: id, status, endpoint, lines."""
    with _server(from_env(environ), url, api_key) as remote:
        jobs = list(islice(remote.pages("/v1/batches", limit=min(limit, PAGE)), limit))
    if not jobs:
        click.echo("There is no batch yet; `ragproxy batches run` makes one.")
        return
    for line in table([_HEADS, *map(_row, jobs)], names=4):
        click.echo(line)


@batches.command()
@click.argument("batch_id")
@remote_options
@click.pass_obj
def show(environ: Mapping[str, str], batch_id: str, url: str | None, api_key: str | None) -> None:
    """Show one batch: how far it is, its files, and what is wrong with it."""
    with _server(from_env(environ), url, api_key) as remote:
        _show(remote.get(f"/v1/batches/{batch_id}"))


@batches.command()
@click.argument("batch_id")
@remote_options
@click.pass_obj
def cancel(environ: Mapping[str, str], batch_id: str, url: str | None, api_key: str | None) -> None:
    """Stop a batch. What is answered by then is kept."""
    with _server(from_env(environ), url, api_key) as remote:
        job = remote.post(f"/v1/batches/{batch_id}/cancel")
        click.echo(f"{printable(job['id'])} is {job['status']}.")


@contextmanager
def _server(settings: Settings, url: str | None, api_key: str | None) -> Iterator[Remote]:
    """The server to ask: only one that runs works in the background."""
    remote = connect(settings, url, api_key)
    if remote is None:
        raise ConfigError("No server holds the data: start one with `ragproxy serve`, or name one with --url")
    with remote:
        yield remote


def _endpoint_of(file: Path) -> str:
    """What the first line asks."""
    with file.open("rb") as lines:
        first = next((line.strip() for line in lines if line.strip()), b"")
    try:
        said = loads(first.removeprefix(b"\xef\xbb\xbf"))
    except InvalidRequest:
        said = None
    url = said.get("url") if isinstance(said, dict) else None
    if url not in ENDPOINTS:
        raise InvalidRequest(f"The first line of {printable(file.name)} does not say what is asked; give --endpoint")
    return str(url)


def _followed(remote: Remote, job: dict[str, Any]) -> dict[str, Any]:
    """The batch when it has ended."""
    path, wait_s = f"/v1/batches/{job['id']}", _FIRST_POLL_S
    with progress("lines") as bar:
        while job["status"] not in _ENDED:
            counts = job["request_counts"]
            note = job["status"].replace("_", " ") + (f", {counts['failed']} failed" if counts["failed"] else "")
            bar.step(counts["completed"] + counts["failed"], counts["total"], note)
            time.sleep(wait_s)
            wait_s = min(wait_s * 1.3, _LONGEST_POLL_S)
            job = remote.get_patiently(path)
    return job


def interrupted(remote: Remote, job: dict[str, Any]) -> dict[str, Any]:
    """Somebody pressed Ctrl-C: cancel it, or leave it running and tell how to find it again."""
    try:
        wanted = sys.stdin.isatty() and click.confirm("\nCancel the batch? Otherwise it goes on without you", err=True)
    except click.Abort:  # once more
        wanted = False
    if wanted:
        try:
            return _followed(remote, remote.post(f"/v1/batches/{job['id']}/cancel"))
        except Conflict:
            return _followed(remote, remote.get(f"/v1/batches/{job['id']}"))
    click.echo(f"The server goes on with it; `ragproxy batches show {job['id']}` tells how far it is.", err=True)
    return job


def _write(remote: Remote, job: Mapping[str, Any], output: Path, errors: Path) -> None:
    """Fetch the files of a batch that has ended, and say how it did."""
    if job["status"] not in _ENDED:
        return
    for fault in (job["errors"] or {"data": ()})["data"]:
        click.echo(printable(fault["message"]), err=True)
    counts = job["request_counts"]
    click.echo(f"{job['id']} is {job['status']}: {_done(counts)}.", err=True)
    for what, file_id, path in (
        ("Answers", job["output_file_id"], output),
        ("Errors", job["error_file_id"], errors),
    ):
        if file_id:
            _fetch(remote, file_id, path)
            click.echo(f"{what}: {printable(str(path))}")


def _fetch(remote: Remote, file_id: str, path: Path) -> None:
    """The file, whole or not at all."""
    begun = path.with_name(path.name + ".part")
    try:
        with begun.open("wb") as file:
            for piece in remote.pieces(f"/v1/files/{file_id}/content"):
                file.write(piece)
        os.replace(begun, path)
    except OSError as err:
        raise RagproxyError(f"{printable(str(path))} cannot be written: {err.strerror}") from err
    finally:
        begun.unlink(missing_ok=True)


def _show(job: Mapping[str, Any]) -> None:
    rows: list[tuple[str, Any]] = [
        ("Id", job["id"]),
        ("Status", job["status"].replace("_", " ")),
        ("Endpoint", job["endpoint"]),
        ("Lines", _done(job["request_counts"])),
        ("Created", _date(job["created_at"])),
        ("Expires", _date(job["expires_at"])),
        ("Input", job["input_file_id"]),
        ("Answers", job["output_file_id"]),
        ("Errors", job["error_file_id"]),
    ]
    for name, value in rows:
        if value:
            click.echo(f"{name + ':':<10}{printable(str(value))}")
    for fault in (job["errors"] or {"data": ()})["data"]:
        click.echo(f"  {printable(fault['message'])}")


def _done(counts: Mapping[str, int]) -> str:
    return f"{counts['completed']} of {counts['total']} lines answered, {counts['failed']} failed"


def _row(job: Mapping[str, Any]) -> tuple[str, ...]:
    counts = job["request_counts"]
    figures = (counts["total"], counts["completed"], counts["failed"])
    return (job["id"], job["status"], job["endpoint"], _date(job["created_at"]), *map(str, figures))


def _date(seconds: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))
