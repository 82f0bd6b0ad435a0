"""The settings: what is misspelt, what contradicts itself, what lets strangers in."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from difflib import get_close_matches

from ragproxy.checks.verdict import Scene, Verdict, ok, warning
from ragproxy.settings import Settings

_OURS = "RAGPROXY_"
_TESTS = "RAGPROXY_TEST_"
_FORMER = {"OPENAI_API_BASE": "OPENAI_BASE_URL"}  # OpenAI's own client renamed it
_SHORT = 16  # characters of a secret that can be guessed
_USUAL = frozenset({"admin", "changeme", "change-me", "password", "ragproxy", "secret", "test", "sk-admin"})

_KNOWN = {setting.metadata["variable"]: setting for setting in fields(Settings)}


def variables(scene: Scene) -> Iterator[Verdict]:
    """All there is to say of the settings, which were read already and are possible each by itself."""
    found = [
        *_misspelt(scene),
        *(verdict for look in _LOOKS for verdict in look(scene.settings)),
    ]
    yield from found or [ok("settings", f"The settings fit together; set are {_set(scene.environ)}")]


def _set(environ: Mapping[str, str]) -> str:
    given = [name for name in _KNOWN if environ.get(name) or environ.get(f"{name}_FILE")]
    return ", ".join(given) or "none"


def _misspelt(scene: Scene) -> Iterator[Verdict]:
    readable = {*_KNOWN, *(f"{name}_FILE" for name, setting in _KNOWN.items() if not setting.repr)}
    config = scene.settings.config_file
    named = config.read_text(encoding="utf-8", errors="replace") if config and config.is_file() else ""
    for variable in sorted(scene.environ):
        if variable in _FORMER and not scene.environ.get(_FORMER[variable]):
            yield warning("settings", f"{variable} means nothing to ragproxy", f"Set {_FORMER[variable]} instead")
        if not variable.startswith(_OURS) or variable.startswith(_TESTS) or variable in readable:
            continue
        if variable in named:  # the key of an upstream: its key_env
            continue
        near = get_close_matches(variable, readable, n=1, cutoff=0.75)
        advice = f"Did you mean {near[0]}?" if near else "Unset it, or look for its name in the README"
        yield warning("settings", f"There is no setting {variable}", advice)


def _doors(settings: Settings) -> Iterator[Verdict]:
    if "open" in settings.auth and not _is_loopback(settings.host):
        yield warning(
            "settings.auth",
            f"RAGPROXY_AUTH=open, and the server listens on {settings.host}: whoever reaches it can read the documents",
            "Set RAGPROXY_AUTH=keys and RAGPROXY_ADMIN_KEY",
        )


def _secrets(settings: Settings) -> Iterator[Verdict]:
    for variable, value in (
        ("RAGPROXY_ADMIN_KEY", settings.admin_key),
        ("RAGPROXY_SECRET_KEY", settings.secret_key),
    ):
        if value and (len(value) < _SHORT or value.lower() in _USUAL):
            yield warning(
                "settings.secrets",
                f"{variable} is short enough to be guessed",
                "Make a longer one: `openssl rand -hex 32`",
            )


def _processes(settings: Settings) -> Iterator[Verdict]:
    several = f"WEB_CONCURRENCY={settings.workers}"
    if settings.workers > 1 and settings.redis_url is None:
        yield warning(
            "settings.processes",
            f"{several} without REDIS_URL: each process counts limits and keeps answers for itself",
            "Set REDIS_URL, and start `ragproxy worker`",
        )
    if settings.workers > 1 and settings.metrics_dir is None:
        yield warning(
            "settings.metrics",
            f"{several} without PROMETHEUS_MULTIPROC_DIR: /metrics tells of one process only",
            "Set PROMETHEUS_MULTIPROC_DIR to an empty folder of this machine",
        )


def _machines(settings: Settings) -> Iterator[Verdict]:
    if settings.chroma_url is None:
        if settings.database_url and not settings.database_url.startswith("sqlite"):
            yield warning(
                "settings.vectors",
                "The records are in PostgreSQL, and the vectors in this data directory: a backup has to have both",
                "Set CHROMA_URL to share them too, or leave DATABASE_URL unset for one machine",
            )
        return
    if settings.redis_url is None:
        return
    if settings.database.startswith("sqlite"):
        yield warning(
            "settings.records",
            "The vectors and the queue are shared, and the records are in a file of this machine",
            "Set DATABASE_URL to a PostgreSQL, unless all processes are on this machine",
        )
    if not (settings.files_url or "").startswith("s3://"):
        kept = settings.files_url or str(settings.data_dir / "files")
        yield warning(
            "settings.files",
            f"The bytes of files are in the folder '{kept}', where workers on other machines do not find them",
            "Set RAGPROXY_FILES_URL to a bucket, unless every process has that folder",
        )


def _proxies(settings: Settings) -> Iterator[Verdict]:
    if settings.public_url and settings.trusted_proxies == 0 and settings.public_url.startswith("https://"):
        yield warning(
            "settings.proxies",
            "RAGPROXY_PUBLIC_URL is https, so a proxy stands in front, and RAGPROXY_TRUSTED_PROXIES is 0: "
            "all clients seem to come from the proxy's address",
            "Set RAGPROXY_TRUSTED_PROXIES to the number of proxies, 1 as a rule",
        )


_LOOKS: tuple[Callable[[Settings], Iterator[Verdict]], ...] = (_doors, _secrets, _processes, _machines, _proxies)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
