"""`ragproxy agents`: the agents, in the records here or on a server, and as files of TOML."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import click
import tomli_w

from ragproxy.cli.context import CALLER, printable, records, table
from ragproxy.cli.remote import Remote, connect, remote_options
from ragproxy.domain import EVERYONE, Agent, Cursor
from ragproxy.errors import InvalidRequest, NotFound, RagproxyError
from ragproxy.settings import Settings, from_env
from ragproxy.state import State
from ragproxy.wire.agents import AGENT_FILE, AGENT_REQUEST, AgentRequest, agent_json, agent_table
from ragproxy.wire.validation import load

PAGE = 100
_HEADS = ("ID", "OWNER", "VISIBILITY", "VECTOR STORES", "MODEL", "NAME")
_CALLERS = CALLER.owner
_STEERING = re.compile("[\x80-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # what terminals obey, as of `printable`


class _Agents(Protocol):
    """The agents, of every owner."""

    def every(self, owner: str | None) -> Iterator[Agent]:
        """Those of the owner, or of all, oldest first."""
        ...

    def get(self, agent_id: str, owner: str | None) -> Agent:
        """NotFound when there is none; of whoever asks when no owner is named."""
        ...

    def create(self, asked: AgentRequest) -> None: ...

    def update(self, agent: Agent) -> None: ...

    def delete(self, agent_id: str, owner: str | None) -> None: ...


@click.group()
def agents() -> None:
    """The agents: prompts with vector stores and a model, which `model` may name."""


def _owner_option(help: str) -> Any:
    return click.option("--owner", help=help)


@agents.command(name="list")
@_owner_option("Those of this owner alone; `*` for the server's.")
@remote_options
@click.pass_obj
def list_agents(environ: Mapping[str, str], owner: str | None, url: str | None, api_key: str | None) -> None:
    """Show the agents: id, owner, visibility, vector stores, model, name."""
    with _there(from_env(environ), url, api_key) as there:
        rows = [_row(agent) for agent in there.every(owner)]
    if not rows:
        click.echo("There is no agent of this owner; `ragproxy agents import FILE` makes some.")
        return
    for line in table([_HEADS, *rows]):
        click.echo(line)


@agents.command()
@click.argument("agent")
@_owner_option("Its owner; when absent, whoever asks, and then `*`, the server.")
@remote_options
@click.pass_obj
def show(environ: Mapping[str, str], agent: str, owner: str | None, url: str | None, api_key: str | None) -> None:
    """Show one agent, by its id, as `export` writes it."""
    with _there(from_env(environ), url, api_key) as there:
        try:
            found = there.get(agent, owner)
        except NotFound:
            if owner is not None:
                raise
            found = there.get(agent, EVERYONE)
    click.echo(_toml([found]), nl=False)


@agents.command()
@click.argument("agent", nargs=-1)
@_owner_option("Those of this owner alone; `*` for the server's.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write, not the terminal.")
@remote_options
@click.pass_obj
def export(
    environ: Mapping[str, str],
    agent: Sequence[str],
    owner: str | None,
    output: Path | None,
    url: str | None,
    api_key: str | None,
) -> None:
    """Write agents, all or those of the ids named, as TOML that `import` reads."""
    with _there(from_env(environ), url, api_key) as there:
        found = [each for each in there.every(owner) if not agent or each.id in agent]
    for wanted in agent:
        if all(each.id != wanted for each in found):
            raise NotFound(f"There is no agent '{printable(wanted)}'")
    text = _toml(found)
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8", newline="\n")
    except OSError as err:
        raise InvalidRequest(f"{output}: the file cannot be written: {err.strerror}") from err
    click.echo(f"{len(found)} agents written to {output}.")


@agents.command(name="import")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@_owner_option("Owner of the agents that name none; whoever asks when absent.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@remote_options
@click.pass_obj
def import_agents(
    environ: Mapping[str, str], file: Path, owner: str | None, dry_run: bool, url: str | None, api_key: str | None
) -> None:
    """Make or replace the agents of a file of TOML, `-` for the standard input; those it does not name stay."""
    asked = _read(file)
    counts = {"added": 0, "changed": 0, "unchanged": 0}
    with _there(from_env(environ), url, api_key) as there:
        for number, each in enumerate(asked):
            request = replace(each, owner=each.owner or owner)
            try:
                done = _put(there, request, dry_run)
            except RagproxyError as err:
                raise InvalidRequest(f"agent[{number}] ('{request.id}'): {err.message}") from err
            counts[done] += 1
            if done != "unchanged":
                click.echo(f"{done}: {request.id}" + (f" of {printable(request.owner)}" if request.owner else ""))
    click.echo(", ".join(f"{number} {done}" for done, number in counts.items()) + (" (dry run)" if dry_run else ""))


@agents.command()
@click.argument("agent")
@_owner_option("Its owner; whoever asks when absent, `*` for the server.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@remote_options
@click.pass_obj
def delete(
    environ: Mapping[str, str], agent: str, owner: str | None, yes: bool, url: str | None, api_key: str | None
) -> None:
    """Delete an agent, by its id; its vector stores stay."""
    with _there(from_env(environ), url, api_key) as there:
        found = there.get(agent, owner)
        if not yes:
            click.confirm(f"Delete the agent '{found.id}' of '{printable(found.owner)}'?", abort=True)
        there.delete(found.id, found.owner)
    click.echo(f"'{found.id}' is deleted.")


class _Records:
    """The agents of the records that are open here."""

    def __init__(self, state: State) -> None:
        self._agents = state.agents

    def every(self, owner: str | None) -> Iterator[Agent]:
        after = None
        while True:
            page = self._agents.page(owner, Cursor(PAGE, "asc", after))
            yield from page.items
            if not page.has_more:
                return
            last = page.items[-1]
            after = last.id if owner else f"{last.owner}/{last.id}"

    def get(self, agent_id: str, owner: str | None) -> Agent:
        return self._agents.get(agent_id, owner=owner or _CALLERS)

    def create(self, asked: AgentRequest) -> None:
        self._agents.create(asked.agent(_CALLERS))

    def update(self, agent: Agent) -> None:
        self._agents.update(agent)

    def delete(self, agent_id: str, owner: str | None) -> None:
        self._agents.delete(agent_id, owner=owner or _CALLERS)


class _Served:
    """The agents of a server."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    def every(self, owner: str | None) -> Iterator[Agent]:
        return (_agent(body) for body in self._remote.pages("/admin/agents", order="asc", owner=owner))

    def get(self, agent_id: str, owner: str | None) -> Agent:
        return _agent(self._remote.get(f"/admin/agents/{quote(agent_id, safe='')}", owner=owner))

    def create(self, asked: AgentRequest) -> None:
        body = agent_table(asked.agent(_CALLERS))
        self._remote.post("/admin/agents", {**body, "owner": asked.owner})

    def update(self, agent: Agent) -> None:
        body = agent_json(agent)
        fixed = ("id", "object", "created_at")
        self._remote.post(f"/admin/agents/{agent.id}", {key: value for key, value in body.items() if key not in fixed})

    def delete(self, agent_id: str, owner: str | None) -> None:
        self._remote.delete(f"/admin/agents/{agent_id}", owner=owner)


@contextmanager
def _there(settings: Settings, url: str | None, api_key: str | None) -> Iterator[_Agents]:
    """The agents, of the server at `--url` or that holds the data, or else of the records.

    Without a key the server is left alone, which lets nobody else in: agents are rows, and may be written while a
    server holds the data.
    """
    remote = connect(settings, url, api_key) if url or api_key or settings.admin_key else None
    if remote is None:
        with records(settings) as state:
            yield _Records(state)
    else:
        with remote:
            yield _Served(remote)


def _put(there: _Agents, asked: AgentRequest, dry_run: bool) -> str:
    """Make or replace the agent; what has become of it."""
    try:
        known = there.get(asked.id, asked.owner)
    except NotFound:
        if not dry_run:
            there.create(asked)
        return "added"
    agent = replace(asked.agent(known.owner), created=known.created)
    if agent == known:
        return "unchanged"
    if not dry_run:
        there.update(agent)
    return "changed"


def _read(file: Path) -> Sequence[AgentRequest]:
    """The agents of the file. InvalidRequest begins with the file's name, and names the place."""
    name = "The standard input" if str(file) == "-" else str(file)
    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        found: Sequence[AgentRequest] = load(AGENT_FILE, tomllib.loads(data.decode("utf-8")))
    except OSError as err:
        raise InvalidRequest(f"{name}: the file cannot be read: {err.strerror}") from err
    except UnicodeDecodeError as err:
        raise InvalidRequest(f"{name}: expected text in UTF-8") from err
    except (tomllib.TOMLDecodeError, RecursionError) as err:
        raise InvalidRequest(f"{name}: not valid TOML: {err}") from err
    except InvalidRequest as err:
        raise InvalidRequest(f"{name}: {err.message}", param=err.param, code=err.code) from err
    return found


def _toml(found: Sequence[Agent]) -> str:
    """The agents as a file, texts of several lines as such.

    An agent with a Windows line end inside a parameter has its texts on one line: TOML would lose it in several.
    """
    return "\n".join(_table(agent_table(agent)) for agent in found)


def _table(table: Mapping[str, Any]) -> str:
    text = tomli_w.dumps({"agent": table}, multiline_strings="\r\n" not in _texts(table))
    text = _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return text.replace("[agent]", "[[agent]]", 1)  # in an array, the library writes what is short on one line


def _texts(value: Any) -> str:
    """All that is written in a table, in a row."""
    if isinstance(value, Mapping):
        return " ".join(_texts(each) for pair in value.items() for each in pair)
    if isinstance(value, list):
        return " ".join(_texts(each) for each in value)
    return value if isinstance(value, str) else ""


def _agent(body: Mapping[str, Any]) -> Agent:
    """The agent of a server's answer."""
    known = {key: value for key, value in body.items() if key not in ("object", "created_at")}
    asked: AgentRequest = load(AGENT_REQUEST, known)
    return replace(asked.agent(_CALLERS), created=body["created_at"])


def _row(agent: Agent) -> tuple[str, ...]:
    stores = printable(", ".join(agent.stores)) or "none"
    return (
        agent.id,
        printable(agent.owner),
        agent.visibility,
        stores,
        printable(agent.model or "-"),
        printable(agent.name),
    )
