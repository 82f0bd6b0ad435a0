"""The servers that processes share: Redis, who answers its bell, a Chroma server, a bucket."""

from __future__ import annotations

import io
import json
import secrets
from collections.abc import Iterator
from contextlib import closing
from importlib.metadata import version

from ragproxy.checks.asking import Silent, Told, ask
from ragproxy.checks.clocks import compare, of_answer
from ragproxy.checks.verdict import Scene, Verdict, failed, masked, ok, place_of, warning
from ragproxy.errors import ConfigError, RagproxyError
from ragproxy.services import bell_is_answered
from ragproxy.state import Blobs, open_blobs, open_state
from ragproxy.worker import RedisCondition, redis_condition

_NEARLY = 0.9  # of the memory of a Redis
_PROBE = "ragproxy-doctor"  # no blob is listed by its first letter
_OLD_S = 3600.0  # what a doctor that was killed left in the bucket
_AMAZON = "https://s3.amazonaws.com"


def redis(scene: Scene) -> Iterator[Verdict]:
    """Whether it answers, and what it may forget."""
    url = scene.settings.redis_url
    if url is None:
        return
    try:
        found = redis_condition(url, scene.timeout_s, clock=scene.clock)
    except RagproxyError as err:
        yield failed("redis", err.message, f"Start the Redis at {place_of(url)}, or put REDIS_URL right")
        return
    yield judged(found)
    yield compare("Redis", "redis", found.now, found.between)


def judged(found: RedisCondition) -> Verdict:
    """What is to be thought of a Redis that answers."""
    told = f"Redis {found.version} answers"
    if not found.saved:
        return warning(
            "redis",
            f"{told}, and could not write its last snapshot: it may refuse to write",
            "Look at its log and its disk",
        )
    if found.limit and found.policy.startswith("allkeys"):
        return warning(
            "redis",
            f"{told}, and forgets anything when its memory is full ({found.policy}): the queue and counted limits too",
            "Set its maxmemory-policy to volatile-ttl, or give ragproxy a Redis of its own",
        )
    if found.limit and found.used > _NEARLY * found.limit:
        return warning(
            "redis",
            f"{told}, and {found.used >> 20:,} MiB of its {found.limit >> 20:,} MiB are taken",
            "Raise its maxmemory",
        )
    return ok("redis", f"{told}, maxmemory-policy {found.policy}")


def worker(scene: Scene) -> Iterator[Verdict]:
    """Whether somebody does the work in the background, where the web processes do not."""
    settings = scene.settings
    if settings.redis_url is None or settings.chroma_url is None:
        return
    try:
        if bell_is_answered(settings, scene.timeout_s):
            yield ok("worker", "A worker answers the bell")
            return
        with closing(open_state(settings.database)) as state:
            state.check_migrated()
            waiting, at_work = state.audit.waiting()
    except RagproxyError as err:
        yield warning("worker", f"Whether a worker runs cannot be told: {err.message}", "Put that right first")
        return
    if at_work:
        yield ok("worker", f"The workers have their hands full: {at_work} of {waiting} files are being indexed")
    elif waiting:
        yield failed(
            "worker", f"No worker answers, and {waiting} files wait to be indexed", "Start one: `ragproxy worker`"
        )
    else:
        yield warning(
            "worker", f"No worker answered within {scene.timeout_s:g} s", "Start one, if none runs: `ragproxy worker`"
        )


def chroma(scene: Scene) -> Iterator[Verdict]:
    """The Chroma server: its heart, its version, its clock."""
    url = scene.settings.chroma_url
    if url is None:
        return
    where = place_of(url)
    try:
        beat, said = (
            ask(f"{url}/api/v2/{path}", scene.timeout_s, clock=scene.clock) for path in ("heartbeat", "version")
        )
    except Silent as err:
        yield failed(
            "chroma", f"The Chroma server at {where} does not answer: {err}", "Start it, or put CHROMA_URL right"
        )
        return
    beaten = _beat(beat)
    if beaten is None or said.status != 200:
        yield failed("chroma", f"What answers at {where} is not a Chroma server of version 1", "Put CHROMA_URL right")
        return
    theirs, ours = said.body.decode("utf-8", "replace").strip('" \n')[:40], version("chromadb")
    if theirs.split(".")[0] != ours.split(".")[0]:
        yield warning(
            "chroma", f"The Chroma server is version {theirs}, and our client {ours}", "Bring both to the same version"
        )
    else:
        yield ok("chroma", f"The Chroma server at {where} answers, in version {theirs}")
    yield compare("the Chroma server", "chroma", beaten, (beat.asked_at, beat.told_at))


def bucket(scene: Scene) -> Iterator[Verdict]:
    """A small object is put into the bucket, read, listed and deleted, beside the files and not among them."""
    url = scene.settings.files_url
    if url is None or not url.startswith("s3://"):
        return
    where = masked(url)
    try:
        blobs = open_blobs(f"{url.rstrip('/')}/{_PROBE}")
        missing = _tried(blobs)
    except ConfigError as err:
        yield failed("bucket", err.message, "Put RAGPROXY_FILES_URL right")
        return
    except (RagproxyError, OSError) as err:
        cause = err.__cause__ or err
        yield failed(
            "bucket",
            f"The bucket {where} cannot be used: {_first_line(cause)}",
            "Check the AWS_ variables (keys, AWS_ENDPOINT_URL) and the rights to put, get, list and delete",
        )
        return
    if missing:
        yield failed("bucket", f"The bucket {where} does not give back what was put: {missing}", "Look at its rights")
    else:
        yield ok("bucket", f"The bucket {where} takes, gives, lists and deletes")
    yield from _clock_of_bucket(scene)


def _tried(blobs: Blobs) -> str | None:
    """Which of put, get, list and delete went wrong without an error; None when all is well. Leaves nothing behind."""
    probe = secrets.token_bytes(64)
    sha256, _ = blobs.put(io.BytesIO(probe), len(probe))
    gone = False
    try:
        with blobs.open(sha256) as stream:
            if stream.read() != probe or blobs.size(sha256) != len(probe):
                return "it is another one"
        if sha256 not in set(blobs.all()):
            return "it is not in the list"
    finally:
        gone = blobs.delete(sha256)
    for left in list(blobs.all(_OLD_S)):
        blobs.delete(left)
    return None if gone else "it cannot be deleted"


def _clock_of_bucket(scene: Scene) -> Iterator[Verdict]:
    """By the date of any answer; the keys are not needed for that."""
    variables = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
    url = next((scene.environ[name] for name in variables if scene.environ.get(name)), _AMAZON)
    try:
        told = ask(url, scene.timeout_s, method="HEAD", clock=scene.clock)
    except Silent:
        return  # the bucket itself was reached: behind a proxy of its own, say
    yield from of_answer("the bucket", "bucket", told.headers, (told.asked_at, told.told_at))


def _beat(told: Told) -> float | None:
    try:
        return float(json.loads(told.body)["nanosecond heartbeat"]) / 1e9
    except (ValueError, KeyError, TypeError):
        return None


def _first_line(err: BaseException) -> str:
    return (str(err) or type(err).__name__).splitlines()[0][:200]
