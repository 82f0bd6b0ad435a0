"""Every setting once: its variable, type, default and check. Read at start by the doors, then passed on as values."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ragproxy.errors import ConfigError

DEFAULT_ALIASES = (
    "gpt-4",
    "gpt-4-turbo",
    "gpt-4-turbo-preview",
    "gpt-4o",
    "gpt-4o-mini",
    "gpt-3.5-turbo",
    "gpt-3.5-turbo-16k",
)
USUAL_CONFIG = Path("ragproxy.toml")


def _text(value: str) -> str:
    return value


def _integer(low: int, high: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        number = int(value)
        if not low <= number <= high:
            raise ValueError(f"expected a whole number from {low} to {high}")
        return number

    return read


def _real(low: float, high: float) -> Callable[[str], float]:
    def read(value: str) -> float:
        number = float(value)
        if not low <= number <= high:
            raise ValueError(f"expected a number from {low:g} to {high:g}")
        return number

    return read


def _flag(value: str) -> bool:
    if value.lower() not in ("1", "true", "yes", "on", "0", "false", "no", "off"):
        raise ValueError("expected 1 or 0")
    return value.lower() in ("1", "true", "yes", "on")


def _names(value: str) -> tuple[str, ...]:
    return tuple(name for name in (part.strip() for part in value.split(",")) if name)


def _one_of(*choices: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value.lower() not in choices:
            raise ValueError(f"expected one of {', '.join(choices)}")
        return value.lower()

    return read


def _url(*schemes: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in schemes or not parts.netloc:
            raise ValueError(f"expected an address like {schemes[0]}://host")
        return value.rstrip("/")

    return read


def _database(value: str) -> str:
    scheme = value.partition("://")[0]
    if scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        return "postgresql+psycopg://" + value.partition("://")[2]
    if scheme == "sqlite":
        return value
    raise ValueError("expected sqlite:///path or postgresql://user@host/name")


def _setting(variable: str, default: Any, read: Callable[[str], Any], help: str, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"variable": variable, "read": read, "help": help}, repr=not secret)


@dataclass(frozen=True)
class Settings:
    """What the server was told. Every field has a working default; the README's table is checked against this class."""

    host: str = _setting("HOST", "127.0.0.1", _text, "Address to listen on")
    port: int = _setting("PORT", 8083, _integer(0, 65535), "Port to listen on")
    workers: int = _setting("WEB_CONCURRENCY", 1, _integer(1, 256), "Web processes; more than one needs `CHROMA_URL`")
    threads: int = _setting("RAGPROXY_THREADS", 512, _integer(1, 4096), "Requests served at once by one web process")
    worker_class: str = _setting(
        "RAGPROXY_WORKER_CLASS",
        "gthread",
        _one_of("gthread", "gevent"),
        "What serves a request: `gthread` a thread; `gevent` a greenlet, with the extra of that name",
    )
    data_dir: Path = _setting("RAGPROXY_DATA_DIR", Path("data"), Path, "Folder of everything the embedded set writes")
    database_url: str | None = _setting(
        "DATABASE_URL",
        None,
        _database,
        "Records: `postgresql://...`; SQLite in the data folder when unset",
        secret=True,
    )
    chroma_url: str | None = _setting(
        "CHROMA_URL", None, _url("http", "https"), "A Chroma server; embedded in the data folder when unset"
    )
    files_url: str | None = _setting(
        "RAGPROXY_FILES_URL",
        None,
        _text,
        "Where files are kept: a folder or `s3://bucket/prefix`; in the data folder when unset",
    )
    redis_url: str | None = _setting(
        "REDIS_URL",
        None,
        _url("redis", "rediss"),
        "A Redis that calls the `worker` processes and keeps cached answers; "
        "a file in the data folder, and memory, when unset",
        secret=True,
    )
    jobs: int = _setting("RAGPROXY_JOBS", 1, _integer(1, 64), "Files indexed at once by one process that indexes")
    auth: str = _setting("RAGPROXY_AUTH", "open", _one_of("open", "keys"), "`open`: any bearer; `keys`: a known key")
    admin_key: str | None = _setting(
        "RAGPROXY_ADMIN_KEY",
        None,
        _text,
        "The administrator's bearer key; required by `RAGPROXY_AUTH=keys`",
        secret=True,
    )
    cors_origins: tuple[str, ...] = _setting(
        "RAGPROXY_CORS_ORIGINS", ("*",), _names, "Origins that browsers may call from, separated by commas"
    )
    config: Path | None = _setting(
        "RAGPROXY_CONFIG",
        None,
        Path,
        "TOML file of the upstreams, when one is not enough; `ragproxy.toml` in the working directory if it is there",
    )
    upstream_url: str | None = _setting(
        "OPENAI_BASE_URL",
        None,
        _url("http", "https"),
        "OpenAI-compatible server that writes the answers, with its `/v1`",
    )
    upstream_key: str | None = _setting("OPENAI_API_KEY", None, _text, "Its key", secret=True)
    upstream_model: str | None = _setting(
        "RAGPROXY_UPSTREAM_MODEL", None, _text, "Its model that writes the agents' answers"
    )
    embedding_model: str | None = _setting(
        "RAGPROXY_EMBEDDING_MODEL", None, _text, "Its embedding model; turns the dense leg on"
    )
    connect_timeout_s: float = _setting(
        "RAGPROXY_CONNECT_TIMEOUT", 5.0, _real(0.1, 300), "Seconds to reach the upstream"
    )
    read_timeout_s: float = _setting(
        "RAGPROXY_READ_TIMEOUT", 300.0, _real(0.1, 3600), "Seconds of silence from the upstream before giving up"
    )
    heartbeat_s: float = _setting(
        "RAGPROXY_HEARTBEAT",
        15.0,
        _real(0, 3600),
        "Seconds of silence in a stream after which a comment keeps the line open; `0` for never",
    )
    aliases: tuple[str, ...] = _setting(
        "RAGPROXY_ALIASES", DEFAULT_ALIASES, _names, "Model names that mean the default agent, separated by commas"
    )
    model_policy: str = _setting(
        "RAGPROXY_MODEL_POLICY",
        "strict",
        _one_of("strict", "ignore"),
        "Unknown model names: `strict` is 404, `ignore` lets the default agent answer",
    )
    top_k: int = _setting("RAGPROXY_TOP_K", 6, _integer(1, 50), "Passages looked up for an answer")
    min_score: float = _setting("RAGPROXY_MIN_SCORE", 0.0, _real(0, 1), "Passages scored lower are left out")
    context_tokens: int = _setting(
        "RAGPROXY_CONTEXT_TOKENS", 3000, _integer(100, 1_000_000), "Tokens of passages put into the prompt"
    )
    dense_weight: float = _setting(
        "RAGPROXY_DENSE_WEIGHT", 0.4, _real(0, 1), "Share of the embedder in the ranking; the words have the rest"
    )
    body_limit_mb: int = _setting("RAGPROXY_BODY_LIMIT_MB", 32, _integer(1, 1024), "Largest JSON body, in MiB")
    file_limit_mb: int = _setting("RAGPROXY_FILE_LIMIT_MB", 512, _integer(1, 4096), "Largest document, in MiB")
    log_level: str = _setting(
        "RAGPROXY_LOG_LEVEL", "info", _one_of("debug", "info", "warning", "error"), "Least severe line to log"
    )
    log_content: bool = _setting("RAGPROXY_LOG_CONTENT", False, _flag, "`1` lets logs quote prompts and passages")

    tokenizer_dir: Path | None = _setting(
        "TIKTOKEN_CACHE_DIR", None, Path, "Folder of tiktoken's vocabularies, for exact token counts"
    )
    metrics_dir: Path | None = _setting(
        "PROMETHEUS_MULTIPROC_DIR", None, Path, "Folder where several web processes share their metrics"
    )

    @property
    def address(self) -> str:
        """`host:port`, as an address writes it: IPv6 in brackets."""
        host = self.host.strip("[]")
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"

    @property
    def config_file(self) -> Path | None:
        """The file of the upstreams, named or usual; None when there is none."""
        return self.config or (USUAL_CONFIG if USUAL_CONFIG.is_file() else None)

    @property
    def database(self) -> str:
        """The SQLAlchemy address: DATABASE_URL, or SQLite under the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir / 'ragproxy.db'}"


def from_env(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment; an empty value counts as unset. ConfigError begins with the variable's name."""
    environ = os.environ if environ is None else environ
    given: dict[str, Any] = {}
    for setting in fields(Settings):
        variable = setting.metadata["variable"]
        value = environ.get(variable, "").strip()
        if value:
            try:
                given[setting.name] = setting.metadata["read"](value)
            except ValueError as err:
                raise ConfigError(f"{variable}: {err}") from None
    settings = Settings(**given)
    _check(settings)
    return settings


def environment(**given: str | None) -> dict[str, str]:
    """This process's environment, with the variables that are given changed: for `from_env` and for child processes."""
    return {**os.environ, **{variable: value for variable, value in given.items() if value is not None}}


def _check(settings: Settings) -> None:
    if settings.workers > 1 and not settings.chroma_url:
        raise ConfigError(
            "WEB_CONCURRENCY: the embedded Chroma lives in exactly one process; "
            "leave WEB_CONCURRENCY at 1 and raise RAGPROXY_THREADS, or set CHROMA_URL to a Chroma server"
        )
    if settings.auth == "keys" and not settings.admin_key:
        raise ConfigError("RAGPROXY_ADMIN_KEY: RAGPROXY_AUTH=keys lets nobody in without it")
    for variable, value in (
        ("RAGPROXY_UPSTREAM_MODEL", settings.upstream_model),
        ("RAGPROXY_EMBEDDING_MODEL", settings.embedding_model),
    ):
        if value and not settings.upstream_url and not settings.config_file:
            raise ConfigError(f"{variable}: set OPENAI_BASE_URL too, it says where the model '{value}' is served")
