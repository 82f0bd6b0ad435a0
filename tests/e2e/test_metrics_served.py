"""What /metrics tells of a server that was really used, and whether the dashboard and the guide speak of the same."""

import time

import openai
import pytest
import requests

from tests.deploy.test_monitoring import QUERIES, RULES
from tests.e2e.servers import Server, migrated
from tests.promql import families, grouped, samples, selectors
from tests.replies import Reply, refusal, usage
from tests.test_docs_metrics import described
from tests.upstream import Upstream

HELLO = [{"role": "user", "content": "Hello"}]
SUFFIXES = ("_bucket", "_sum", "_count")
# of Prometheus itself, and those that a server tells which nobody stops from reading them
_ELSEWHERE = {"up"}
_TARGET = {"instance", "job"}


def test_calls_are_told_by_upstream_model_and_result(told):
    requests_of = {
        dict(labels)["model"] + " " + dict(labels)["result"]: value
        for (name, labels), value in told.items()
        if name == "ragproxy_upstream_requests_total" and dict(labels)["upstream"] == "main"
    }
    # four attempts of the two requests that failed; what was asked for by a name made up has none of its own
    assert requests_of == {"main/writer ok": 4, "main/writer 503": 4, "main/other ok": 1}
    assert told["ragproxy_upstream_retries_total", labels(upstream="main")] == 2
    assert told["ragproxy_upstream_first_token_seconds_count", labels(model="main/writer")] == 4
    assert told["ragproxy_upstream_request_seconds_count", labels(model="main/writer")] == 4
    assert told["ragproxy_upstream_requests_in_flight", labels(upstream="main")] == 0
    assert told["ragproxy_upstream_requests_queued", labels(upstream="main")] == 0
    assert told["ragproxy_upstream_concurrency_limit", labels(upstream="main")] == 7


def test_a_circuit_that_was_opened_is_open(told):
    assert told["ragproxy_upstream_circuit_state", labels(upstream="main")] == 2
    assert told["ragproxy_upstream_circuit_opened_total", labels(upstream="main")] == 1
    assert told["ragproxy_upstream_refusals_total", labels(upstream="main", reason="open")] >= 1
    fell_back = labels(model="main/writer", fallback="extractive")
    assert told["ragproxy_upstream_fallbacks_total", fell_back] == 3


def test_files_are_told_by_what_became_of_them(told):
    assert told["ragproxy_indexed_files_total", labels(result="completed")] == 1
    assert told["ragproxy_indexed_files_total", labels(result="unsupported_file")] == 1
    assert told["ragproxy_indexing_seconds_count", labels(step="write")] == 1
    assert told["ragproxy_jobs_waiting", labels(queue="files")] == 0
    assert told["ragproxy_records_up", labels()] == 1


def test_tokens_costs_cache_limits_and_searches_are_told(told):
    prompt = labels(model="main/writer", kind="prompt", estimated="false")
    assert told["ragproxy_tokens_total", prompt] > 0
    assert told["ragproxy_cost_usd_total", labels(model="main/writer", estimated="false")] > 0
    assert (
        told["ragproxy_cache_total", labels(outcome="miss")] == told["ragproxy_cache_total", labels(outcome="hit")] == 1
    )
    assert told["ragproxy_rate_limited_total", labels(reason="rate_limit_exceeded")] == 1
    assert told["ragproxy_retrieve_seconds_count", labels()] >= 1


def test_words_that_clients_made_up_are_in_no_label(told):
    values = {value for _, pairs in told for _, value in pairs}
    assert told["ragproxy_tokens_total", labels(model="other", kind="prompt", estimated="false")] == 5
    assert not [value for value in values if "made-up" in value or "BREW" in value]
    assert told["ragproxy_requests_total", labels(method="other", route="unknown", status="405")] == 1


@pytest.mark.parametrize(("title", "query"), [*QUERIES, *((rule["alert"], rule["expr"]) for rule in RULES)])
def test_what_the_dashboard_and_the_rules_ask_for_is_there(title, query, text):
    known = families(text)
    there = set()
    for name, asked in selectors(query):
        if name in _ELSEWHERE:
            continue
        family = name if name in known else next(name[: -len(end)] for end in SUFFIXES if name.endswith(end))
        assert asked - _TARGET <= known[family][1], f"{title}: {name} has no {asked - known[family][1]}"
        there |= known[family][1] | {"le"}
    if there:
        assert grouped(query) - _TARGET <= there


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_guide_tells_every_metric_with_its_type_and_labels(lang, text):
    assert described(lang) == families(text)


def labels(**pairs):
    return frozenset(pairs.items())


# ---- the server ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def told(text):
    return samples(text)


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    """The metrics of a server that was asked, streamed from, fed, searched, and whose upstream then failed."""
    data_dir = tmp_path_factory.mktemp("metrics")
    migrated(data_dir)
    with Upstream(models=["writer"]) as main:
        file = data_dir / "upstreams.toml"
        file.write_text(f"""
            [[upstream]]
            name = "main"
            base_url = "{main.url}"
            models = ["writer"]
            serves = ["chat", "moderations"]
            retries = 1
            break_after = 4
            concurrency = 7
            fallbacks = {{ "writer" = ["extractive"] }}
            prices = {{ "writer" = {{ prompt = 1.0, completion = 2.0 }} }}
            """)
        variables = {"RAGPROXY_CONFIG": str(file), "RAGPROXY_UPSTREAM_MODEL": "writer"}
        with Server(data_dir, **variables, RAGPROXY_ADMIN_KEY="admin-secret", RAGPROXY_AUTH="keys") as server:
            use(server, main)
            yield requests.get(server.url + "/metrics", timeout=5).text


def use(server, main):
    with openai.OpenAI(base_url=server.url + "/v1", api_key="admin-secret", max_retries=0, timeout=30) as ai:
        fed(ai)
        ai.chat.completions.create(model="writer", messages=HELLO)
        assert list(ai.chat.completions.create(model="writer", messages=HELLO, stream=True))
        ai.chat.completions.create(
            model="rag/pools", messages=[{"role": "user", "content": "When does the pool open?"}]
        )
        for _ in range(2):
            cached = {"rag": {"cache": {"ttl_s": 300}, "enabled": False}}
            ai.chat.completions.create(model="ragproxy", messages=HELLO, extra_body=cached)
        made_up = {"id": "modr-1", "model": "made-up-name", "results": [], "usage": usage(5, 0)}
        main.script(Reply.json(made_up), path="/moderations")
        ai.moderations.create(model="made-up-name", input="Hello")
        requests.request("BREW", server.url + "/v1/models", timeout=5)
        for _ in range(2):
            main.script(refusal(503, "down", headers={"retry-after-ms": "1"}), refusal(503, "down"))
            ai.chat.completions.create(model="writer", messages=HELLO)
        ai.chat.completions.create(model="writer", messages=HELLO)  # the circuit is open
    limited(server)


def fed(ai):
    store = ai.vector_stores.create(name="pools")
    for name, content in (("pool.txt", b"The pool opens at seven."), ("pool.bin", b"\0\1\2\3" * 100)):
        file = ai.files.create(file=(name, content), purpose="assistants")
        ai.vector_stores.files.create(store.id, file_id=file.id)
    until = time.monotonic() + 60
    while ai.vector_stores.retrieve(store.id).file_counts.in_progress:
        assert time.monotonic() < until
        time.sleep(0.1)


def limited(server):
    """Make a key that may ask once a minute, and ask twice."""
    made = requests.post(
        server.url + "/admin/keys",
        json={"name": "slow", "owner": "ann", "limits": {"requests_per_minute": 1}},
        headers={"Authorization": "Bearer admin-secret"},
        timeout=5,
    )
    assert made.ok, made.text
    bearer = {"Authorization": f"Bearer {made.json()['value']}"}
    statuses = [requests.get(server.url + "/v1/models", headers=bearer, timeout=5).status_code for _ in range(2)]
    assert statuses == [200, 429]
