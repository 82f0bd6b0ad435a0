"""The upstreams and the issuer of tokens: can they be reached, do they take our keys, do they have our models?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial

from ragproxy.backends import BACKENDS
from ragproxy.checks.asking import Silent, ask
from ragproxy.checks.clocks import of_answer
from ragproxy.checks.verdict import Scene, Verdict, failed, masked, ok, warning
from ragproxy.domain import Cancel
from ragproxy.errors import RagproxyError
from ragproxy.upstreams import Upstream, read_upstreams
from ragproxy.wire.errors import explanation
from ragproxy.wire.json import loads_upstream
from ragproxy.wire.models import model_names

_JSON = {"Accept": "application/json"}
_WELL_KNOWN = "/.well-known/openid-configuration"


def upstreams(scene: Scene) -> list[tuple[str, Callable[[], Iterable[Verdict]]]]:
    """A check for each upstream that is configured. ConfigError for a file or a key that cannot be used."""
    settings = scene.settings
    configured = read_upstreams(
        settings.config_file,
        scene.environ,
        url=settings.upstream_url,
        key=settings.upstream_key,
        connect_timeout_s=settings.connect_timeout_s,
        read_timeout_s=settings.read_timeout_s,
    )
    return [(f"upstream.{each.name}", partial(_upstream, each, scene)) for each in configured]


def _upstream(upstream: Upstream, scene: Scene) -> Iterator[Verdict]:
    name = f"upstream.{upstream.name}"
    hurried = replace(upstream, connect_timeout_s=scene.timeout_s, read_timeout_s=scene.timeout_s)
    line = BACKENDS[upstream.kind](hurried, pool=1)
    cancel = Cancel()
    try:
        before = scene.clock()
        with line.channel(None).request("GET", "/models", cancel, headers=_JSON) as reply:
            between = before, scene.clock()
            status, headers, body = reply.status, dict(reply.headers), reply.read()
    except RagproxyError as err:
        yield failed(name, f"{err.message} ({masked(upstream.base_url)})", _advice(upstream))
        return
    finally:
        line.close()
    yield _judged(name, upstream, status, body, scene)
    lower = {key.lower(): value for key, value in headers.items()}
    yield from of_answer(f"the upstream '{upstream.name}'", name, lower, between)


def _judged(name: str, upstream: Upstream, status: int, body: bytes, scene: Scene) -> Verdict:
    where = masked(upstream.base_url)
    try:
        said = loads_upstream(body)
    except RagproxyError:
        said = None
    if status in (401, 403):
        key = "OPENAI_API_KEY" if upstream.implicit else "the variable that its key_env names"
        return failed(name, f"{where} does not take our key (status {status})", f"Put the right key into {key}")
    if status == 429:
        return warning(
            name, f"{where} answers, and has had enough of us (status 429)", "Look at the limits of its account"
        )
    if not 200 <= status < 300:
        if upstream.models is not None and status < 500:
            return ok(name, f"{where} answers; it has no list of models (status {status}), and needs none")
        why = explanation(said)
        return failed(name, f"{where} answers with status {status}{f': {why[:200]}' if why else ''}", _advice(upstream))
    try:
        models = set(model_names(said))
    except RagproxyError:
        return failed(name, f"What {where} answers is not a list of models", _advice(upstream))
    return _served(name, upstream, models, scene)


def _served(name: str, upstream: Upstream, models: set[str], scene: Scene) -> Verdict:
    """Whether it has the models that the settings name, which stand beside the environment's upstream."""
    settings = scene.settings
    named = {"RAGPROXY_UPSTREAM_MODEL": settings.upstream_model, "RAGPROXY_EMBEDDING_MODEL": settings.embedding_model}
    if upstream.implicit and not settings.config_file:
        for variable, model in named.items():
            if model and model not in models and model.removeprefix(f"{upstream.name}/") not in models:
                listed = ", ".join(sorted(models)[:5]) or "none"
                return warning(
                    name,
                    f"{masked(upstream.base_url)} does not list the model '{model}'",
                    f"Set {variable} to one it lists, such as {listed}",
                )
    return ok(name, f"{masked(upstream.base_url)} answers and takes our key; it lists {_models(len(models))}")


def _models(number: int) -> str:
    return f"{number} model" if number == 1 else f"{number:,} models"


def _advice(upstream: Upstream) -> str:
    if upstream.implicit:
        return "Put OPENAI_BASE_URL right, with the `/v1` at its end, or start that server"
    return "Put its base_url right in ragproxy.toml, or start that server"


def issuer(scene: Scene) -> Iterator[Verdict]:
    """Whether the issuer of tokens says who it is."""
    url = scene.settings.oidc_issuer
    if url is None or "oidc" not in scene.settings.auth:
        return
    where = masked(url)
    try:
        told = ask(url + _WELL_KNOWN, scene.timeout_s, clock=scene.clock)
    except Silent as err:
        yield failed("issuer", f"The issuer {where} does not answer: {err}", "Put RAGPROXY_OIDC_ISSUER right")
        return
    try:
        named = json.loads(told.body)["issuer"] if told.status == 200 else None
    except (ValueError, KeyError, TypeError):
        named = None
    if not isinstance(named, str):
        yield failed(
            "issuer", f"{where} has no discovery document (status {told.status})", "Put RAGPROXY_OIDC_ISSUER right"
        )
    else:
        yield ok("issuer", f"The issuer {where} answers")
    yield from of_answer("the issuer", "issuer", told.headers, (told.asked_at, told.told_at))
