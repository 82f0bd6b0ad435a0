"""`ragproxy.toml` and the environment to upstreams. A key is never in the file: it names the variable that holds it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ragproxy.errors import ConfigError
from ragproxy.upstreams.fallbacks import wrong_fallback
from ragproxy.upstreams.keys import carried, readers
from ragproxy.upstreams.upstream import ENVIRONMENT, KINDS, Entra, Upstream

_VARIABLE = "RAGPROXY_CONFIG"
# who writes a file wants an upstream that is insisted on; the environment alone asks once, as clients repeat themselves
_PERSISTENCE = {"retries": 2, "break_after": 10}
_ENTRA = ("tenant", "client", "secret_env")


def read_upstreams(
    file: Path | None,
    environ: Mapping[str, str],
    *,
    url: str | None,
    key: str | None,
    connect_timeout_s: float,
    read_timeout_s: float,
) -> tuple[Upstream, ...]:
    """The upstreams in order: the file's, then that of `url` and `key`, which is named "openai".

    The timeouts hold where the file gives none. ConfigError names the file, the upstream and the key at fault.
    """
    timeouts: dict[str, Any] = {"connect_timeout_s": connect_timeout_s, "read_timeout_s": read_timeout_s}
    upstreams: list[Upstream] = []
    for number, table in enumerate(_tables(file) if file else (), 1):
        place = _Place(file, str(table.get("name") or f"number {number}"))
        upstream = _upstream(table, place, environ, timeouts)
        if any(upstream.name == other.name for other in upstreams):
            raise place.error("name", "there are two of that name")
        if upstream.name == ENVIRONMENT and url is not None:
            raise place.error("name", "OPENAI_BASE_URL describes an upstream of that name: unset it, or take another")
        upstreams.append(upstream)
    if url is not None:
        if key is not None and not carried(key):
            raise ConfigError("OPENAI_API_KEY: it holds characters that no HTTP header can carry")
        upstreams.append(Upstream(ENVIRONMENT, url, key=key, implicit=True, **timeouts))
    if wrong := wrong_fallback(upstreams):
        raise _Place(file, wrong.upstream).error("fallbacks", wrong.why)
    return tuple(upstreams)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in which file, for those who have to correct it."""

    file: Path | None
    upstream: str

    def error(self, key: str, why: str) -> ConfigError:
        return ConfigError(f"{_VARIABLE}: {self.file}: upstream '{self.upstream}': {key}: {why}")


def _tables(file: Path) -> list[Mapping[str, Any]]:
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as err:
        raise ConfigError(f"{_VARIABLE}: {file} cannot be read: {err.strerror}") from None
    except ValueError as err:  # TOMLDecodeError says the line and column; UnicodeDecodeError the byte
        raise ConfigError(f"{_VARIABLE}: {file} is not valid TOML: {err}") from None
    for unknown in content.keys() - {"upstream"}:
        raise ConfigError(f"{_VARIABLE}: {file}: '{unknown}' means nothing here; the file holds [[upstream]] tables")
    tables = content.get("upstream", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ConfigError(f"{_VARIABLE}: {file}: write each upstream as a table of its own, under [[upstream]]")
    return tables


def _upstream(
    table: Mapping[str, Any], place: _Place, environ: Mapping[str, str], timeouts: Mapping[str, Any]
) -> Upstream:
    given = _read(table, place)
    for key in ("name", "base_url"):
        if key not in given:
            raise place.error(key, "it is missing")
    given["key"] = _secret("key_env", given, place, environ)
    if given.get("kind") == "azure":
        _complete_azure(given, place, environ)
    upstream = Upstream(**{**timeouts, **_PERSISTENCE, **given})
    if upstream.models is not None:
        for model in upstream.fallbacks.keys() - set(upstream.models):
            raise place.error("fallbacks", f"this upstream has no model '{model}'")
    return upstream


def _read(table: Mapping[str, Any], place: _Place) -> dict[str, Any]:
    kind = table.get("kind", KINDS[0])
    known = readers(kind)
    given: dict[str, Any] = {}
    for key, value in table.items():
        if key not in known:
            of_azure = key in readers("azure")
            raise place.error(
                key, 'it is for kind = "azure" alone' if of_azure else f"no such key; there are {', '.join(known)}"
            )
        try:
            given[key] = known[key](value)
        except ValueError as err:
            raise place.error(key, str(err)) from None
    return given


def _secret(key: str, given: dict[str, Any], place: _Place, environ: Mapping[str, str]) -> str | None:
    """What the variable that `key` names holds; the name itself is taken out of `given`."""
    variable = given.pop(key, None)
    if variable is None:
        return None
    value = environ.get(variable, "").strip()
    if not value:
        raise place.error(key, f"the environment variable {variable} is not set")
    if not carried(value):
        raise place.error(key, f"{variable} holds characters that no HTTP header can carry")
    return value


def _complete_azure(given: dict[str, Any], place: _Place, environ: Mapping[str, str]) -> None:
    """An Azure resource has no list of its deployments that a key may read, and takes either a key or a token."""
    deployments = {model: model for model in given.get("models", ())} | given.get("deployments", {})
    if not deployments:
        raise place.error("deployments", "it is missing: an Azure resource does not say which deployments it has")
    given["deployments"], given["models"] = deployments, tuple(deployments)
    given["base_url"] = given["base_url"].removesuffix("/openai")
    of_entra = [key for key in given if key.startswith("entra_")]
    if (given["key"] is None) == (not of_entra):
        raise place.error("key_env", "Azure takes either a key (key_env) or a token (entra_tenant and so on)")
    if of_entra:
        for part in _ENTRA:
            if f"entra_{part}" not in given:
                raise place.error(f"entra_{part}", "it is missing: a token needs tenant, client and secret")
        secret = _secret("entra_secret_env", given, place, environ)
        url = {"url": given.pop("entra_url")} if "entra_url" in given else {}
        given["entra"] = Entra(given.pop("entra_tenant"), given.pop("entra_client"), str(secret), **url)
