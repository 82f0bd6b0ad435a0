"""The application factory."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request
from flask_cors import CORS
from flask_smorest import Api
from werkzeug.middleware.proxy_fix import ProxyFix

from ragproxy import __version__, telemetry
from ragproxy import services as waist
from ragproxy.api import (
    accounting,
    admin_agents,
    admin_desk,
    admin_health,
    admin_keys,
    admin_stores,
    admin_usage,
    assets,
    assistants,
    azure,
    batch_jobs,
    chat,
    completions,
    conversations,
    embeddings,
    file_batches,
    files,
    fine_tuning,
    folders,
    guard,
    login,
    me,
    models,
    ops,
    playground,
    problems,
    reference,
    reindexes,
    relays,
    responses,
    runs,
    sources,
    store_files,
    stored_completions,
    thread_messages,
    threads,
    uploads,
    vector_stores,
)
from ragproxy.api.context import EXTENSION
from ragproxy.api.hangup import Hangups
from ragproxy.api.inside import Inside
from ragproxy.api.stream import HANGUPS
from ragproxy.errors import RagproxyError
from ragproxy.services import Services
from ragproxy.settings import Settings, from_env

if TYPE_CHECKING:
    from ragproxy.worker import Jobs

RESOURCES = (
    chat.bp,
    stored_completions.bp,
    completions.bp,
    responses.bp,
    conversations.bp,
    assistants.bp,
    threads.bp,
    thread_messages.bp,
    runs.bp,
    embeddings.bp,
    relays.bp,
    fine_tuning.bp,
    models.bp,
    files.bp,
    uploads.bp,
    vector_stores.bp,
    store_files.bp,
    file_batches.bp,
    reindexes.bp,
    folders.bp,
    batch_jobs.bp,
)
ADMIN = (
    admin_agents.bp,
    admin_keys.bp,
    admin_stores.bp,
    admin_usage.bp,
    admin_health.bp,
    admin_desk.api,
)  # at /admin alone: OpenAI has no such routes
EXPOSED_HEADERS = (
    "Content-Disposition",
    "X-Metadata-Sources",
    "x-request-id",
    "x-ratelimit-limit-requests",
    "x-ratelimit-limit-tokens",
    "x-ratelimit-remaining-requests",
    "x-ratelimit-remaining-tokens",
    "x-ratelimit-reset-requests",
    "x-ratelimit-reset-tokens",
    "retry-after",
    "retry-after-ms",
    "x-should-retry",
    "x-ragproxy-tried",
    "x-ragproxy-cost",
    "x-cache",
    "x-idempotent-replay",
    "openai-poll-after-ms",
    "openai-processing-ms",
    "Server-Timing",
)
PREFLIGHT_S = 600
# all but the way into the desk: a page of another server must not learn who is in, nor try keys from its visitors
_CALLED_FROM_ELSEWHERE = r"/(?!admin(?:/(?:login|logout|session))?/?$).*"
PARTING_S = 2.0  # for answers that are cut when the server ends
SUCCESSION_S = 40.0  # a little more than serving.graceful_timeout


class App(Flask):
    """A Flask application whose views and hooks are plain functions: nobody looks at each of them for every request."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself."""
        return func


def create_app(settings: Settings | None = None, *, succession_s: float = 0.0) -> Flask:
    """A ragproxy application, its services built. ConfigError and DataDirectoryBusy stop it before it serves.

    `succession_s` is how long to wait for a former worker of the same server to let go of the data directory.
    """
    settings = settings or from_env()
    telemetry.start_logging(settings.log_level, content=settings.log_content)
    app = App("ragproxy", static_folder=None)
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False  # a redirect would turn a POST into a GET
    app.config.update(
        MAX_CONTENT_LENGTH=settings.body_limit_mb << 20,
        API_TITLE="ragproxy",
        API_VERSION=__version__,
        OPENAPI_VERSION="3.1.0",
    )
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.trusted_proxies, x_proto=settings.trusted_proxies
        )
    services = waist.build(settings, succession_s=succession_s)
    app.extensions[EXTENSION] = services
    app.extensions[HANGUPS] = Hangups(on_hangup=services.metrics.hangups.inc)
    _register(app, settings)
    guard.init_app(app)
    accounting.init_app(app)
    problems.init_app(app)
    _allow_browsers(app, services)
    services.open_door(Inside(app))
    return app


def application() -> Flask:
    """`create_app` for gunicorn: what stops the start is a sentence and not a traceback."""
    try:
        app = create_app(succession_s=SUCCESSION_S)
    except RagproxyError as error:
        sys.stderr.write(f"ragproxy cannot start. {error.message}\n")
        raise SystemExit(4) from None  # gunicorn's own code for "give up, do not start me again"
    app.extensions[EXTENSION].start()
    return app


@contextmanager
def background(settings: Settings) -> Iterator[Jobs]:
    """An application that nobody reaches from outside, for a process that works in the background: what it runs.

    It only tells its metrics, when there is a port for them.
    """
    app = create_app(settings)
    services: Services = app.extensions[EXTENSION]
    told = None
    try:
        if settings.metrics_port is not None:
            metrics = services.metrics
            told = telemetry.MetricsPort(settings.host, settings.metrics_port, metrics.render, metrics.CONTENT_TYPE)
        services.start()
        yield services.jobs
    finally:
        if told is not None:
            told.close()
        leave(app)


def leave(app: Flask, patience_s: float = PARTING_S) -> None:
    """Let go of everything. Answers that are still going out are cut first, and what they consumed is written down."""
    unsettled: accounting.Unsettled = app.extensions[accounting.UNSETTLED]
    app.extensions[EXTENSION].jobs.leave_off()  # what asks from inside, too, is to be written down
    if not unsettled.wait(0):
        app.extensions[HANGUPS].end_all()
        unsettled.wait(patience_s)
    app.extensions[EXTENSION].close()


def _register(app: Flask, settings: Settings) -> None:
    api = Api(app)
    app.register_blueprint(ops.bp)
    app.register_blueprint(assets.bp)
    app.register_blueprint(sources.bp)
    if settings.playground:
        app.register_blueprint(playground.bp)
    app.register_blueprint(login.bp)
    app.register_blueprint(me.bp)
    app.register_blueprint(reference.bp)
    app.register_blueprint(admin_desk.bp)
    for bp in RESOURCES:
        api.register_blueprint(bp, url_prefix="/v1")
        # clients are configured in many ways; the reference shows each route once
        app.register_blueprint(bp, url_prefix="", name=f"bare-{bp.name}")
    for bp in ADMIN:
        api.register_blueprint(bp, url_prefix="/admin")
    for bp in azure.RESOURCES:
        api.register_blueprint(bp, url_prefix="/openai")


def _allow_browsers(app: Flask, services: Services) -> None:
    origins = services.settings.allowed_origins
    if not origins:  # flask-cors would take an empty list for all of them
        return
    CORS(
        app,
        resources=_CALLED_FROM_ELSEWHERE,
        origins=list(origins),
        expose_headers=list(EXPOSED_HEADERS),
        max_age=PREFLIGHT_S,
        send_wildcard="*" in origins,
        always_send=False,
    )
    allowed = app.after_request_funcs[None].pop()  # what it has just put there

    @app.after_request
    def allow(response: Response) -> Any:
        # who names no origin is no browser: nearly all who ask
        return allowed(response) if "HTTP_ORIGIN" in request.environ else response
