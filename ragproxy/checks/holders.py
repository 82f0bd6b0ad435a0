"""Who has the data directory, and who answers where the server should."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ragproxy import __version__
from ragproxy.checks.asking import Silent, Told, ask
from ragproxy.checks.verdict import Scene, Verdict, failed, ok, warning
from ragproxy.settings import Settings
from ragproxy.state import holder

_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}


def lock(scene: Scene) -> Iterator[Verdict]:
    """Who holds the embedded data; a lock ends with its process, so none can be left over."""
    settings = scene.settings
    if settings.chroma_url is not None:
        return
    record = holder(settings.data_dir)
    if record is None:
        yield ok("lock", f"Nobody holds the data directory '{settings.data_dir}'{_last(settings.data_dir)}")
        return
    pid, address = record.get("pid"), record.get("address")
    if not isinstance(pid, int):
        yield ok("lock", "Another process is just taking the data directory")
    elif not Path(f"/proc/{pid}").exists() and Path("/proc/self").exists():
        yield warning(
            "lock",
            f"The data directory is held by process {pid}, which is not on this machine or is in a container",
            "Run this where that process runs; two machines must not share an embedded data directory",
        )
    elif isinstance(address, str):
        yield ok("lock", f"The server at {address} (process {pid}) holds the data directory")
    else:
        yield ok("lock", f"The command of process {pid} holds the data directory")


def server(scene: Scene) -> Iterator[Verdict]:
    """Whether it answers, is ready, and is of this version; and how it finds the upstreams, for an administrator."""
    held_at = _held_at(scene.settings)
    url = held_at or address_of(scene.settings)
    try:
        told = ask(f"{url}/health", scene.timeout_s)
    except Silent as err:
        if held_at and _held_at(scene.settings) == held_at:  # else it has just been stopped
            yield failed(
                "server",
                f"The server that holds the data does not answer at {url}: {err}",
                "Look at its log; restart it",
            )
        else:
            yield warning("server", f"Nothing answers at {url}: {err}", "Start the server: `ragproxy serve`")
        return
    version = _object(told).get("version")
    if told.status != 200 or not isinstance(version, str):
        yield failed("server", f"What answers at {url} is not a ragproxy server", "Give one of the two another PORT")
        return
    yield from _as_it_should(scene, url, version, held=held_at is not None)
    yield from _ready(url, scene.timeout_s)
    yield from _circuits(url, scene)


def address_of(settings: Settings) -> str:
    """Where to call the server of these settings from this machine."""
    return _callable(settings.address)


def _callable(address: str) -> str:
    host, _, port = address.rpartition(":")
    return f"http://{_ANYWHERE.get(host.strip('[]'), host)}:{port}"


def _as_it_should(scene: Scene, url: str, version: str, *, held: bool) -> Iterator[Verdict]:
    if version != __version__:
        yield warning(
            "server", f"The server at {url} is version {version}, and this command {__version__}", "Restart the server"
        )
    elif scene.settings.chroma_url is None and not held:
        yield warning(
            "server",
            f"A server answers at {url}, and does not hold this data directory",
            "Give this command the server's RAGPROXY_DATA_DIR, or stop the server and start it with these settings",
        )
    else:
        yield ok("server", f"The server at {url} answers, in version {version}")


def _ready(url: str, timeout_s: float) -> Iterator[Verdict]:
    try:
        told = ask(f"{url}/ready", timeout_s)
    except Silent as err:
        yield failed("server.ready", f"The server does not say whether it is ready: {err}", "Look at its log")
        return
    checks = _object(told).get("checks")
    parts = checks if isinstance(checks, Mapping) else {}
    wrong = {name: said for name, said in parts.items() if said != "ok"}
    if told.status == 200:
        yield ok("server.ready", "The server's records and index answer")
    for name, said in wrong.items():
        yield failed("server.ready", f"The server's {name} do not answer: {said}", "Look at the server's log")
    if told.status != 200 and not wrong:
        yield failed("server.ready", f"The server answers {told.status} for /ready", "Look at the server's log")


def _circuits(url: str, scene: Scene) -> Iterator[Verdict]:
    key = scene.settings.admin_key
    if not key or not key.isascii():
        return
    try:
        told = ask(f"{url}/admin/health", scene.timeout_s, headers={"Authorization": f"Bearer {key}"})
    except Silent:
        return  # said above by the same server
    if told.status in (401, 403):
        yield warning(
            "server.admin",
            "The server does not take RAGPROXY_ADMIN_KEY",
            "Restart the server with the key that is set now",
        )
    upstreams = _object(told).get("upstreams")
    for each in upstreams if isinstance(upstreams, list) else ():
        if each.get("circuit") == "open":
            yield warning(
                f"server.circuit.{each['name']}",
                f"The server leaves the upstream '{each['name']}' alone after failures ({each.get('last_failure')})",
                f"It tries again in {each.get('retry_in_s')} s; look at the upstream",
            )


def _held_at(settings: Settings) -> str | None:
    if settings.chroma_url is not None:
        return None
    address = (holder(settings.data_dir) or {}).get("address")
    if not isinstance(address, str):
        return None
    return _callable(address.removeprefix("http://"))


def _last(data_dir: Path) -> str:
    try:
        pid = json.loads((data_dir / "lock").read_bytes())["pid"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return "" if pid == os.getpid() else f"; process {pid} had it last"


def _object(told: Told) -> dict[str, Any]:
    try:
        said = json.loads(told.body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
