"""The waist: who gets whom. Doors come in here; rooms never do."""

from __future__ import annotations

import logging
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass

from ragproxy import tokens
from ragproxy.access import Identity
from ragproxy.answering import Answerer, Searcher, detect
from ragproxy.backends import Catalog, Extractive
from ragproxy.ingestion import Indexer, Ingestor, Librarian, Sandbox
from ragproxy.retrieval import Index, grams, open_index, sentences, terms
from ragproxy.settings import Settings
from ragproxy.state import DataLock, State, open_state
from ragproxy.telemetry import Metrics
from ragproxy.worker import Jobs

log = logging.getLogger(__name__)


@dataclass
class Services:
    """Everything the doors may use, made once by `build`; `close` undoes it in reverse order."""

    settings: Settings
    state: State
    index: Index
    models: Catalog
    answerer: Answerer
    searcher: Searcher
    ingestor: Ingestor
    librarian: Librarian
    indexer: Indexer
    jobs: Jobs
    identity: Identity
    metrics: Metrics
    lock: DataLock | None

    def start(self) -> None:
        """Begin the background work: learn the upstream's models, open the index, index. Call it after any fork."""
        self.models.start()
        self.index.warm()
        if self.lock:  # whoever had it before is dead
            self.indexer.recover()
        self.jobs.start()

    def close(self) -> None:
        """Let go of everything, the data directory last."""
        self.jobs.stop()
        self.models.close()
        self.index.close()
        self.state.close()
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
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    counted_by, count = tokens.counter(settings.tokenizer_dir)
    log.debug("tokens are counted by %s", counted_by)
    state = open_state(settings.database, settings.files_url or settings.data_dir / "files")
    state.check_migrated()
    models = _models(settings, count)
    index = open_index(
        data_dir=settings.data_dir,
        chroma_url=settings.chroma_url,
        embedder=models.embedder(settings.embedding_model) if settings.embedding_model else None,
        dense_weight=settings.dense_weight,
        attributes=state.files.attributes,
    )
    answerer = Answerer(
        models=models,
        index=index,
        state=state,
        aliases=settings.aliases,
        ignore_unknown_models=settings.model_policy == "ignore",
        top_k=settings.top_k,
        min_score=settings.min_score,
        context_tokens=settings.context_tokens,
        count=count,
    )
    sandbox = Sandbox(children=settings.jobs)
    indexer = Indexer(index, state, sandbox.load, worker=_worker(settings))
    jobs = _jobs(settings, indexer, sandbox)
    return Services(
        settings=settings,
        state=state,
        index=index,
        models=models,
        answerer=answerer,
        searcher=Searcher(index, state),
        ingestor=Ingestor(index, state, file_limit_bytes=settings.file_limit_mb << 20),
        librarian=Librarian(state, jobs, file_limit_bytes=settings.file_limit_mb << 20),
        indexer=indexer,
        jobs=jobs,
        identity=Identity(settings.auth, settings.admin_key),
        metrics=Metrics(settings.metrics_dir),
        lock=lock,
    )


def _models(settings: Settings, count: Callable[[str], int]) -> Catalog:
    return Catalog(
        url=settings.upstream_url,
        key=settings.upstream_key,
        model=settings.upstream_model,
        connect_timeout_s=settings.connect_timeout_s,
        read_timeout_s=settings.read_timeout_s,
        pool=settings.threads,
        extractive=Extractive(terms=terms, grams=grams, split=sentences.split, count=count, language=detect),
    )


def _worker(settings: Settings) -> str:
    """Who indexes: whoever holds the embedded data, under the same name after a restart; else this process."""
    if settings.chroma_url is None:
        return str(settings.data_dir.resolve())
    return f"{socket.gethostname()}-{secrets.token_hex(6)}"


def _jobs(settings: Settings, indexer: Indexer, sandbox: Sandbox) -> Jobs:
    def sweep() -> None:
        indexer.sweep()
        sandbox.rest()

    return Jobs(
        work=indexer.work,
        sweep=sweep,
        abort=sandbox.close,
        file=settings.data_dir / "jobs.db",
        redis_url=settings.redis_url,
        threads=settings.jobs,
        here=settings.redis_url is None or settings.chroma_url is None,
    )
