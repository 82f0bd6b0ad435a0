"""Every setting once: its variable, type, default and check. Read at start by the doors, then passed on as values."""

from __future__ import annotations

import os
import re
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


def _origins(value: str) -> tuple[str, ...]:
    origins = tuple(name.rstrip("/") for name in _names(value))
    for origin in origins:  # no pattern: flask-cors would read `https://*.example.org` as a regular expression
        if origin != "*" and not re.fullmatch(r"[a-z][a-z0-9+.-]*://[A-Za-z0-9.-]+(?::\d+)?", origin):
            raise ValueError("expected origins such as https://chat.example.org, separated by commas, or `*`")
    return origins


def _modes(value: str) -> frozenset[str]:
    modes = frozenset(name.lower() for name in _names(value))
    if not modes or modes - {"open", "keys", "oidc"} or ("open" in modes and len(modes) > 1):
        raise ValueError("expected `open`, `keys`, `oidc` or `keys,oidc`")
    return modes


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
        "gevent",
        _one_of("gevent", "gthread"),
        "What serves a request: `gevent` a greenlet, `gthread` a thread",
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
        "A Redis that calls the `worker` processes, keeps cached answers and counts what is limited; "
        "a file in the data folder, and memory, when unset",
        secret=True,
    )
    jobs: int = _setting("RAGPROXY_JOBS", 1, _integer(1, 64), "Files indexed at once by one process that indexes")
    batch_concurrency: int = _setting(
        "RAGPROXY_BATCH_CONCURRENCY",
        4,
        _integer(1, 256),
        "Requests of batches asked at once by one process that works in the background; responses and runs too",
    )
    auth: frozenset[str] = _setting(
        "RAGPROXY_AUTH",
        frozenset({"open"}),
        _modes,
        "`open`: any bearer; `keys`: a known key; `oidc`: a token of the issuer; `keys,oidc`: either",
    )
    admin_key: str | None = _setting(
        "RAGPROXY_ADMIN_KEY",
        None,
        _text,
        "The administrator's bearer key; required by `RAGPROXY_AUTH=keys`",
        secret=True,
    )
    secret_key: str | None = _setting(
        "RAGPROXY_SECRET_KEY",
        None,
        _text,
        "What links and sessions are signed with; made once and kept with the records when unset",
        secret=True,
    )
    public_url: str | None = _setting(
        "RAGPROXY_PUBLIC_URL",
        None,
        _url("http", "https"),
        "The address people reach this server by, for links; that of the request when unset",
    )
    source_link_s: int = _setting(
        "RAGPROXY_SOURCE_LINK_SECONDS",
        86_400,
        _integer(0, 31_536_000),
        "How long the link of a source opens its page; `0` for no links",
    )
    playground: bool = _setting(
        "RAGPROXY_PLAYGROUND", True, _flag, "`0` shows no playground, the page for asking, at `/`"
    )
    oidc_issuer: str | None = _setting(
        "RAGPROXY_OIDC_ISSUER", None, _url("https", "http"), "The OpenID Connect issuer whose tokens are taken"
    )
    oidc_audience: str | None = _setting(
        "RAGPROXY_OIDC_AUDIENCE", None, _text, "Who its tokens must be for; required by `RAGPROXY_AUTH=oidc`"
    )
    oidc_client_id: str | None = _setting(
        "RAGPROXY_OIDC_CLIENT_ID", None, _text, "This server as the issuer knows it, for people who log in"
    )
    oidc_client_secret: str | None = _setting(
        "RAGPROXY_OIDC_CLIENT_SECRET", None, _text, "Its secret there, if it has one", secret=True
    )
    oidc_owner_claim: str = _setting(
        "RAGPROXY_OIDC_OWNER_CLAIM", "sub", _text, "The claim that says whose project a token is of"
    )
    oidc_groups_claim: str = _setting(
        "RAGPROXY_OIDC_GROUPS_CLAIM", "groups", _text, "The claim that lists the groups somebody is in"
    )
    oidc_scopes_claim: str = _setting(
        "RAGPROXY_OIDC_SCOPES_CLAIM",
        "scope",
        _text,
        "The claim that lists the scopes; a token that names none of ours may chat, embed, relay and use files",
    )
    oidc_admin_group: str | None = _setting(
        "RAGPROXY_OIDC_ADMIN_GROUP", None, _text, "The group whose members are administrators; nobody when unset"
    )
    oidc_leeway_s: int = _setting(
        "RAGPROXY_OIDC_LEEWAY", 60, _integer(0, 600), "Seconds by which the issuer's clock may differ"
    )
    requests_per_minute: int | None = _setting(
        "RAGPROXY_REQUESTS_PER_MINUTE", None, _integer(1, 1_000_000_000), "Requests in a minute for who has no limit"
    )
    tokens_per_minute: int | None = _setting(
        "RAGPROXY_TOKENS_PER_MINUTE", None, _integer(1, 1_000_000_000), "Tokens in a minute for who has no limit"
    )
    usage_days: int = _setting(
        "RAGPROXY_USAGE_DAYS", 400, _integer(1, 36_500), "Days for which the record of each request is kept"
    )
    conversation_days: int = _setting(
        "RAGPROXY_CONVERSATION_DAYS",
        30,
        _integer(0, 36_500),
        "Days after which conversations that nobody used, responses and stored completions are deleted; `0` for never",
    )
    cors_origins: tuple[str, ...] | None = _setting(
        "RAGPROXY_CORS_ORIGINS",
        None,
        _origins,
        "Origins that browsers may call from, separated by commas; "
        "when unset, all with `RAGPROXY_AUTH=open`, and none otherwise",
    )
    trusted_proxies: int = _setting(
        "RAGPROXY_TRUSTED_PROXIES",
        0,
        _integer(0, 10),
        "Proxies in front that are believed in `X-Forwarded-For` and `X-Forwarded-Proto`; too many let anybody say it",
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
    history_tokens: int = _setting(
        "RAGPROXY_HISTORY_TOKENS",
        8000,
        _integer(100, 10_000_000),
        "Tokens of earlier messages put into the prompt; the oldest exchanges are left out beyond",
    )
    history_summary: bool = _setting(
        "RAGPROXY_HISTORY_SUMMARY", False, _flag, "`1` has what no longer fits summed up by the upstream's model"
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
    traces_endpoint: str | None = _setting(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        None,
        _url("http", "https"),
        "OpenTelemetry collector that is told what requests went through, with the extra `otel`; no traces when unset",
    )
    metrics_port: int | None = _setting(
        "RAGPROXY_METRICS_PORT",
        None,
        _integer(1, 65535),
        "Port on which a `worker` process tells its metrics and its health; none when unset",
    )

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        """The origins that browsers may call from, `*` for all."""
        if self.cors_origins is None:
            return ("*",) if "open" in self.auth else ()
        return self.cors_origins

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
        if not value and not setting.repr:
            value = _from_file(environ, variable)
        if value:
            try:
                given[setting.name] = setting.metadata["read"](value)
            except ValueError as err:
                raise ConfigError(f"{variable}: {err}") from None
    settings = Settings(**given)
    _check(settings)
    return settings


def _from_file(environ: Mapping[str, str], variable: str) -> str:
    """What the file holds that `<variable>_FILE` names: how platforms hand out secrets. Empty when none is named."""
    path = environ.get(f"{variable}_FILE", "").strip()
    if not path:
        return ""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as err:
        raise ConfigError(f"{variable}_FILE: the file cannot be read: {err}") from None


def environment(**given: str | None) -> dict[str, str]:
    """This process's environment, with the variables that are given changed: for `from_env` and for child processes."""
    return {**os.environ, **{variable: value for variable, value in given.items() if value is not None}}


def _check(settings: Settings) -> None:
    if settings.workers > 1 and not settings.chroma_url:
        raise ConfigError(
            "WEB_CONCURRENCY: the embedded Chroma lives in exactly one process; "
            "leave WEB_CONCURRENCY at 1 and raise RAGPROXY_THREADS, or set CHROMA_URL to a Chroma server"
        )
    if "keys" in settings.auth and not settings.admin_key:
        raise ConfigError("RAGPROXY_ADMIN_KEY: RAGPROXY_AUTH=keys lets nobody in without it")
    if "open" not in settings.auth and "*" in settings.allowed_origins:
        raise ConfigError(
            "RAGPROXY_CORS_ORIGINS: where keys are wanted, name the origins, such as https://chat.example.org, "
            "or leave it unset for none; `*` is for RAGPROXY_AUTH=open"
        )
    if "oidc" in settings.auth:
        for variable, value in (
            ("RAGPROXY_OIDC_ISSUER", settings.oidc_issuer),
            ("RAGPROXY_OIDC_AUDIENCE", settings.oidc_audience),
        ):
            if not value:
                raise ConfigError(f"{variable}: RAGPROXY_AUTH=oidc needs it to know which tokens to take")
    for variable, value in (
        ("RAGPROXY_UPSTREAM_MODEL", settings.upstream_model),
        ("RAGPROXY_EMBEDDING_MODEL", settings.embedding_model),
    ):
        if value and not settings.upstream_url and not settings.config_file:
            raise ConfigError(f"{variable}: set OPENAI_BASE_URL too, it says where the model '{value}' is served")
