"""The waist: who gets whom. Doors come in here; rooms never do."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ragproxy import tokens
from ragproxy.access import (
    NEVER_S,
    SOON_S,
    Accounts,
    Identity,
    KeyRing,
    Ledger,
    Login,
    Quotas,
    Spending,
    open_quotas,
    open_shared,
)
from ragproxy.answering import (
    Answerer,
    Background,
    Batching,
    Compactor,
    Forms,
    History,
    OnDemand,
    Responder,
    Running,
    Searcher,
    detect,
)
from ragproxy.backends import BuiltInEmbeddings, Cache, Catalog, Copies, Extractive, FineTuning, Relay, open_cache
from ragproxy.disk import data_folder
from ragproxy.domain import Door, Limits
from ragproxy.ingestion import Indexer, Ingestor, Librarian, Reindexer, Sandbox
from ragproxy.retrieval import HashEmbedder, Index, grams, open_index, sentences, terms
from ragproxy.services.background import bell_is_answered, open_bell, open_jobs, salt, worker_name
from ragproxy.services.oidc import open_oidc
from ragproxy.settings import Settings, environment
from ragproxy.state import ORIGIN, SIGNING, DataLock, State, open_state
from ragproxy.telemetry import Metrics
from ragproxy.tracing import Tracing, open_tracing
from ragproxy.upstreams import read_upstreams
from ragproxy.wire import background_responses, batch_lines, run_asking
from ragproxy.wire.items import items_of, messages_of
from ragproxy.wire.stored_completions import answered_items, stored_completion
from ragproxy.worker import Hands, Jobs

__all__ = ["Services", "bell_is_answered", "build", "open_bell"]

log = logging.getLogger(__name__)

_BATCHES_AT_ONCE = 8  # by one process; what they ask at once is a setting


class Runner(Protocol):
    """Does in the background what clients asked for, through the door, once it is open."""

    def open(self, door: Door) -> None:
        """From now on there is somebody to ask."""
        ...

    def recover(self) -> None:
        """Free what an earlier process of the same name had in hand, which is dead."""
        ...


@dataclass
class Services:
    """Everything the doors may use, made once by `build`; `close` undoes it in reverse order."""

    settings: Settings
    state: State
    index: Index
    models: Catalog
    answerer: Answerer
    responder: Responder
    compactor: Compactor
    searcher: Searcher
    ingestor: Ingestor
    librarian: Librarian
    relay: Relay
    copies: Copies
    fine_tuning: FineTuning
    indexer: Indexer
    reindexer: Reindexer
    background: Background
    running: Running
    runners: Sequence[Runner]
    jobs: Jobs
    identity: Identity
    login: Login | None  # when people may log in with a browser
    keys: KeyRing
    quotas: Quotas
    spending: Spending
    recorder: Accounts
    metrics: Metrics
    tracing: Tracing | None
    count: Callable[[str], int]  # tokens of a text
    lock: DataLock | None

    @property
    def signing_key(self) -> str:
        """What links and sessions are signed with: the operator's secret, or the installation's. StateUnavailable."""
        return self.settings.secret_key or self.state.secrets.get(SIGNING)

    def open_door(self, door: Door) -> None:
        """Let what is done in the background ask this server; until then nothing of it is done."""
        for runner in self.runners:
            runner.open(door)

    def start(self) -> None:
        """Begin the background work: learn the upstream's models, open the index, index. Call it after any fork."""
        self.models.start()
        self.index.warm()
        if self.lock:  # whoever had it before is dead
            self.indexer.recover()
            self.reindexer.recover()
            for runner in self.runners:
                runner.recover()
        self.keys.start()
        self.recorder.start()
        self.jobs.start()

    def close(self) -> None:
        """Let go of everything, the data directory last."""
        self.recorder.close()  # first: there is not always time for what comes after it
        self.jobs.stop()
        self.models.close()
        self.index.close()
        self.keys.close()
        self.state.close()
        if self.tracing is not None:
            self.tracing.close()
        if self.lock:
            self.lock.release()


def build(settings: Settings, *, lock: bool = True, succession_s: float = 0.0) -> Services:
    """Make every object once. With `lock`, the embedded data directory is taken, or DataDirectoryBusy says who has it.

    A worker that replaces another waits `succession_s` seconds for it. ConfigError when the database has not been
    migrated.
    """
    held = _take(settings, succession_s) if lock and settings.chroma_url is None else None
    try:
        return _wire(settings, held)
    except BaseException:
        if held:
            held.release()
        raise


def _take(settings: Settings, succession_s: float) -> DataLock:
    lock = DataLock(settings.data_dir)
    lock.acquire(f"http://{settings.address}", succession_s=succession_s)
    return lock


def _wire(settings: Settings, lock: DataLock | None) -> Services:
    data_folder(settings.data_dir)
    counted_by, count = tokens.counter(settings.tokenizer_dir)
    log.debug("tokens are counted by %s", counted_by)
    state = open_state(settings.database, settings.files_url or settings.data_dir / "files")
    state.check_migrated()
    metrics = Metrics(settings.metrics_dir)
    process = secrets.token_hex(ORIGIN // 2)
    spending = _spending(settings, state, process, alone=settings.chroma_url is None)
    ledger = Ledger(state.usage, lost=metrics.lost_usage.inc, tick=spending.tend)
    tracing = open_tracing(settings.traces_endpoint)
    metrics.look_up_jobs(state.backlog.read)
    models = _models(settings, count, tracing, metrics)
    index = open_index(
        data_dir=settings.data_dir,
        chroma_url=settings.chroma_url,
        embedder=models.embedder(settings.embedding_model) if settings.embedding_model else None,
        dense_weight=settings.dense_weight,
        attributes=state.files.attributes,
        changes=state.changes,
    )
    sandbox = Sandbox(children=settings.jobs)
    indexer = Indexer(index, state, sandbox.load, worker=worker_name(settings), tracing=tracing, metrics=metrics)
    reindexer = Reindexer(index, state, worker=worker_name(settings), threads=settings.jobs)
    keys = KeyRing(state.keys)
    batching = Batching(
        state,
        batch_lines,
        worker=worker_name(settings),
        renew=keys.renewed,
        concurrency=settings.batch_concurrency,
        longest_line=settings.body_limit_mb << 20,
    )
    background = Background(state, background_responses, worker=worker_name(settings), renew=keys.renewed)
    running = Running(state, run_asking, worker=worker_name(settings), renew=keys.renewed, count=count)
    hands = (
        Hands(running.work, name="runs", threads=settings.batch_concurrency),
        Hands(background.work, name="responses", threads=settings.batch_concurrency),
        Hands(batching.work, name="batches", threads=_BATCHES_AT_ONCE),
        Hands(batching.wind_up, name="batch-ends"),
    )
    jobs = open_jobs(settings, state, indexer, reindexer, sandbox, hands)
    history = _history(settings, state, count, models)
    answerer = Answerer(
        models=models,
        index=index,
        state=state,
        history=history,
        on_demand=OnDemand(state, jobs),
        cache=_cache(settings, metrics),
        gate=spending,
        aliases=settings.aliases,
        ignore_unknown_models=settings.model_policy == "ignore",
        top_k=settings.top_k,
        min_score=settings.min_score,
        context_tokens=settings.context_tokens,
        count=count,
        tracing=tracing,
    )
    bearers, login = open_oidc(settings)
    librarian = Librarian(state, jobs, file_limit_bytes=settings.file_limit_mb << 20)
    copies = Copies(state.library, state.blobs, librarian, state.remote, models.server)
    return Services(
        settings=settings,
        state=state,
        index=index,
        models=models,
        answerer=answerer,
        responder=Responder(
            state,
            answerer,
            messages_of=messages_of,
            trim=history.trimmed,
            count=count,
        ),
        compactor=Compactor(state, answerer, models, messages_of=messages_of),
        searcher=Searcher(index, state, models),
        ingestor=Ingestor(
            index,
            state,
            sandbox.load,
            worker=worker_name(settings),
            file_limit_bytes=settings.file_limit_mb << 20,
            at_once=settings.jobs,
            metrics=metrics,
        ),
        librarian=librarian,
        relay=Relay(models.server_for),
        copies=copies,
        fine_tuning=FineTuning(models.server_for, models.server, copies, state.remote),
        indexer=indexer,
        reindexer=reindexer,
        background=background,
        running=running,
        runners=(batching, background, running),
        jobs=jobs,
        identity=Identity(settings.auth, settings.admin_key, keys=keys, tokens=bearers),
        login=login,
        keys=keys,
        quotas=open_quotas(
            settings.redis_url,
            salt=salt(settings),
            default=Limits(settings.requests_per_minute, settings.tokens_per_minute),
            unchecked=metrics.unlimited.inc,
        ),
        spending=spending,
        recorder=Accounts(metrics, ledger, spending, process, known=models.has_label),
        metrics=metrics,
        tracing=tracing,
        count=count,
        lock=lock,
    )


def _spending(settings: Settings, state: State, process: str, *, alone: bool) -> Spending:
    """One process that holds the embedded data needs nobody to know what was spent."""
    shared = None
    if settings.redis_url and not alone:
        shared = open_shared(settings.redis_url, salt=salt(settings))
    return Spending(state.usage, process, shared=shared, refresh_s=NEVER_S if alone else SOON_S)


def _models(settings: Settings, count: Callable[[str], int], tracing: Tracing | None, metrics: Metrics) -> Catalog:
    upstreams = read_upstreams(
        settings.config_file,
        environment(),
        url=settings.upstream_url,
        key=settings.upstream_key,
        connect_timeout_s=settings.connect_timeout_s,
        read_timeout_s=settings.read_timeout_s,
    )
    return Catalog(
        upstreams,
        model=settings.upstream_model,
        pool=settings.threads,
        extractive=Extractive(terms=terms, grams=grams, split=sentences.split, count=count, language=detect),
        embeddings=BuiltInEmbeddings(HashEmbedder(), HashEmbedder.dimensions, count),
        count=count,
        tracing=tracing,
        metrics=metrics,
    )


def _history(settings: Settings, state: State, count: Callable[[str], int], models: Catalog) -> History:
    forms = Forms(messages_of, items_of, answered=answered_items, completion=stored_completion)
    return History(
        state,
        count,
        models,
        budget_tokens=settings.history_tokens,
        summarise=settings.history_summary,
        forms=forms,
    )


def _cache(settings: Settings, metrics: Metrics) -> Cache:
    return open_cache(
        settings.redis_url,
        salt=f"{settings.database} {settings.upstream_url}",
        note=lambda outcome: metrics.cache.labels(outcome).inc(),
    )
