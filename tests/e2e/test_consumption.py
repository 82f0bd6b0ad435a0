"""What answers consume and cost: in the answer, in the metrics and in the log, however the answer ends."""

import json
import re
import socket
import time
import uuid

import pytest
import requests

from tests.e2e.by_hand import TOWER, frames, head, post, question, read_until, user
from tests.e2e.servers import Server, free_port, migrated, ragproxy
from tests.replies import DONE, Reply, chat_chunk, chat_frames, chat_usage, refusal, whole
from tests.upstream import Upstream

USAGE = {
    "prompt_tokens": 1000,
    "completion_tokens": 50,
    "total_tokens": 1050,
    "prompt_tokens_details": {"cached_tokens": 400},
    "completion_tokens_details": {"reasoning_tokens": 30},
}
PRICED = "0.0025"  # 600 at 2 dollars a million, 400 at 1, 50 at 18
FOLLOW_UP = [*user("The Eiffel Tower"), {"role": "assistant", "content": "Yes?"}, *user("How tall is it?")]
SOON_S = 3.0


def test_a_whole_answer_says_what_it_cost(server, main):
    main.script(Reply.json({**whole("Yes"), "usage": USAGE}))
    answer = asked(server, model="priced")
    assert answer.headers["x-ragproxy-cost"] == PRICED
    assert answer.json()["usage"] == USAGE
    assert lines(server, answer) == [line("main/priced", 1000, 400, 50, 30, cost_usd=0.0025)]


def test_a_stream_says_in_its_usage_what_it_cost(server, main):
    main.script(Reply.events(*chat_frames("Yes")[:-2], {**chat_usage(), "usage": USAGE}, DONE))
    answer = asked(server, model="priced", stream=True, stream_options={"include_usage": True})
    assert json.loads(frames(answer.content)[-2][6:])["usage"] == {**USAGE, "cost": 0.0025}
    assert "x-ragproxy-cost" not in answer.headers
    assert lines(server, answer) == [line("main/priced", 1000, 400, 50, 30, cost_usd=0.0025)]


def test_a_stream_that_is_not_asked_for_its_usage_is_recorded_too(server, main):
    main.script(Reply.events(*chat_frames("Yes")[:-2], {**chat_usage(), "usage": USAGE}, DONE))
    answer = asked(server, model="priced", stream=True)
    assert b"usage" not in answer.content
    assert lines(server, answer) == [line("main/priced", 1000, 400, 50, 30, cost_usd=0.0025)]


@pytest.mark.parametrize("stream", [False, True])
def test_without_a_price_nothing_is_said_of_costs(server, main, stream):
    options = {"stream": True, "stream_options": {"include_usage": True}} if stream else {}
    answer = asked(server, model="unpriced", **options)
    assert "x-ragproxy-cost" not in answer.headers
    assert b"cost" not in answer.content
    (told,) = lines(server, answer)
    assert "cost_usd" not in told
    assert told["prompt_tokens"] == 7


def test_the_built_in_model_is_free_and_does_not_talk_of_it(server):
    answer = asked(server, model="ragproxy", clientModel="extractive", messages=user(TOWER))
    assert "x-ragproxy-cost" not in answer.headers
    (told,) = lines(server, answer)
    assert (told["model"], told["cost_usd"], told["estimated"]) == ("extractive", 0, False)


def test_who_really_answered_is_charged_at_their_price(server, main, spare):
    main.script(refusal(503, "down"), path="/chat/completions")
    spare.script(Reply.json({**whole("Yes"), "usage": USAGE}), path="/chat/completions")
    answer = asked(server, model="main/priced")
    assert answer.headers["x-ragproxy-tried"] == "main/priced 503, spare/cheap 200"
    assert answer.headers["x-ragproxy-cost"] == "0.00105"
    assert lines(server, answer) == [line("spare/cheap", 1000, 400, 50, 30, asked="main/priced", cost_usd=0.00105)]


def test_a_question_that_is_rewritten_costs_two_calls(server, main):
    main.script(*[Reply.json({**whole("Eiffel Tower height"), "usage": USAGE})] * 2, path="/chat/completions")
    answer = asked(server, model="ragproxy", messages=FOLLOW_UP)
    assert answer.headers["x-ragproxy-cost"] == "0.005"
    assert answer.json()["usage"] == USAGE  # of the answer alone
    assert lines(server, answer) == [line("main/priced", 1000, 400, 50, 30, asked="ragproxy", cost_usd=0.0025)] * 2


def test_a_question_that_was_rewritten_costs_even_when_its_answer_fails(server, main, spare):
    main.script(Reply.json({**whole("Eiffel Tower height"), "usage": USAGE}), refusal(400, "too long"))
    answer = asked(server, model="ragproxy", messages=FOLLOW_UP)
    assert answer.status_code == 400
    assert [told["cost_usd"] for told in lines(server, answer)] == [0.0025]


def test_a_search_that_is_rewritten_says_what_it_cost(server, main):
    main.script(Reply.json({**whole("1. Eiffel Tower height"), "usage": USAGE}))
    stores = requests.get(server.url + "/v1/vector_stores", timeout=10).json()["data"]
    store = next(store["id"] for store in stores if store["name"] == "default")
    body = {"query": TOWER, "rewrite_query": True}
    answer = post(server, body, f"/v1/vector_stores/{store}/search", session=identified())
    assert answer.headers["x-ragproxy-cost"] == PRICED
    (told,) = lines(server, answer)
    assert (told["model"], told["asked"]) == ("main/priced", f"rag/{store}")


def test_legacy_completions_are_recorded(server, main):
    answer = asked(server, path="/v1/completions", model="priced", prompt=["a", "b"], messages=None)
    assert [told["prompt_tokens"] for told in lines(server, answer)] == [7]
    assert answer.headers["x-ragproxy-cost"] == "0.00005"


@pytest.mark.parametrize(
    ("model", "label", "cost"), [("vectors", "main/vectors", "0.000006"), ("hash-384", "hash-384", None)]
)
def test_embeddings_are_recorded(server, main, model, label, cost):
    body = {"model": model, "input": ["three", "little", "words"]}
    answer = post(server, body, "/v1/embeddings", session=identified())
    assert answer.headers.get("x-ragproxy-cost") == cost
    (told,) = lines(server, answer)
    assert (told["model"], told["prompt_tokens"], told["completion_tokens"]) == (label, 3, 0)


def test_prompts_carried_over_chat_are_a_call_each(server, main):
    main.script(*[Reply.json({**whole("Yes"), "usage": USAGE})] * 2, path="/chat/completions")
    prompts = ["How tall is the Eiffel Tower?", "And the Louvre?"]
    answer = asked(server, path="/v1/completions", model="ragproxy", prompt=prompts, messages=None)
    assert answer.headers["x-ragproxy-cost"] == "0.005"
    assert len(lines(server, answer)) == 2


def test_an_answer_out_of_the_cache_costs_nothing(server, main):
    body = {"model": "priced", "rag": {"cache": {"ttl_s": 60}}, "seed": 4711}
    first, second = asked(server, **body), asked(server, **body)
    assert (first.headers["x-cache"], second.headers["x-cache"]) == ("miss", "hit")
    assert "x-ragproxy-cost" in first.headers
    assert "x-ragproxy-cost" not in second.headers
    assert len(lines(server, first)) == 1
    assert not any(told["request"] == second.headers["x-request-id"] for told in written(server))


# ---- answers that nobody gets whole -------------------------------------------------------------


def test_a_stream_that_breaks_off_is_charged_by_what_came(server, main):
    main.script(Reply.events(*chat_frames("one ", "two ", "three")[:4], b"data: {broken\n\n"))
    answer = asked(server, model="priced", stream=True)
    assert b"upstream_broken" in answer.content
    (told,) = lines(server, answer)
    assert (told["completion_tokens"], told["estimated"], told["ended"]) == (3, True, "broken")
    assert told["prompt_tokens"] == 3  # Say it.
    assert told["cost_usd"] == pytest.approx((3 * 2 + 3 * 18) / 1e6)


def test_a_stream_that_breaks_off_after_its_usage_is_charged_by_that(server, main):
    told_early = [chat_chunk({"content": "one"}, usage=USAGE), b"data: {broken\n\n"]
    main.script(Reply.events(*chat_frames("x")[:1], *told_early))
    (told,) = lines(server, asked(server, model="priced", stream=True))
    assert (told["completion_tokens"], told["estimated"], told["ended"]) == (50, False, "broken")


@pytest.mark.parametrize("model", ["priced", "ragproxy"])
def test_a_client_that_leaves_a_stream_is_charged_for_what_came(server, main, model):
    main.script(Reply.events(*chat_frames("one ", "two")[:3], stalls=True))
    request_id = leave(server, main, question(model=model, messages=user(TOWER)), after=b"two")
    (told,) = lines(server, request_id)
    assert (told["completion_tokens"], told["estimated"], told["ended"]) == (2, True, "left")
    assert told["prompt_tokens"] >= 7


def test_a_client_that_leaves_before_the_answer_is_charged_for_the_prompt(server, main):
    main.script(Reply.json({}, head_delay_s=30), path="/chat/completions")
    request_id = leave(server, main, question(model="priced", messages=user(TOWER), stream=False))
    (told,) = lines(server, request_id)
    assert (told["completion_tokens"], told["estimated"], told["ended"]) == (0, True, "left")
    assert told["prompt_tokens"] >= 7


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_that_never_began_costs_nothing(server, main, spare, stream):
    main.script(refusal(400, "no"), path="/chat/completions")
    answer = asked(server, model="priced", stream=stream)
    assert answer.status_code == 400
    assert "x-ragproxy-cost" not in answer.headers
    asked(server, model="priced")  # whose line comes after any of the first
    assert not any(told["request"] == answer.headers["x-request-id"] for told in written(server))


# ---- for the operator ---------------------------------------------------------------------------


def test_the_metrics_count_tokens_and_dollars_by_model(server, main):
    before = counted(server)
    main.script(Reply.json({**whole("Yes"), "usage": USAGE}))
    asked(server, model="priced")
    after = counted(server)
    grown = {name: after[name] - before.get(name, 0) for name in after if after[name] != before.get(name)}
    tokens = 'ragproxy_tokens_total{{estimated="false",kind="{}",model="main/priced"}}'
    assert grown == {
        tokens.format("prompt"): 1000,
        tokens.format("cached"): 400,
        tokens.format("completion"): 50,
        tokens.format("reasoning"): 30,
        'ragproxy_cost_usd_total{estimated="false",model="main/priced"}': pytest.approx(0.0025),
    }


def test_the_log_holds_no_word_of_anybody(server, main):
    main.script(Reply.events(*chat_frames("Xylophone")[:2], b"data: {broken\n\n"))
    answer = asked(server, model="priced", messages=user("Zeppelin"), stream=True)
    lines(server, answer)
    assert not re.search("Xylophone|Zeppelin", server.log.read_text())


# ---- fixtures -----------------------------------------------------------------------------------


def identified():
    session = requests.Session()
    session.headers["x-request-id"] = f"test-{uuid.uuid4().hex}"
    return session


def asked(server, path="/v1/chat/completions", **body):
    body = {"messages": user("Say it."), **body}
    return post(server, {key: value for key, value in body.items() if value is not None}, path, identified())


def leave(server, upstream, body, after=b""):
    """Ask, wait until the upstream is asked and `after` has come, and hang up; the request's id."""
    request_id, data = f"test-{uuid.uuid4().hex}", json.dumps(body).encode()
    told = {"Content-Type": "application/json", "Content-Length": len(data), "x-request-id": request_id}
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as sock:
        sock.sendall(head("POST", "/v1/chat/completions", **told) + data)
        until(lambda: upstream.to("/chat/completions"))
        if after:
            read_until(sock, after)
    return request_id


def written(server):
    """The lines of the log about what was consumed."""
    told = [json.loads(line) for line in server.log.read_text().splitlines() if '"consumed"' in line]
    return [{key: value for key, value in each.items() if key not in ("time", "level", "logger")} for each in told]


def lines(server, answer):
    """Those of one request, which is known by its answer or its id; there is at least one."""
    request_id = answer if isinstance(answer, str) else answer.headers["x-request-id"]

    def own():
        return [each for each in written(server) if each["request"] == request_id]

    until(own)
    return [{key: value for key, value in each.items() if key not in ("request", "message")} for each in own()]


def line(model, prompt, cached, completion, reasoning, asked="priced", **more):
    return {
        "owner": "default",
        "asked": asked,
        "model": model,
        "prompt_tokens": prompt,
        "cached_tokens": cached,
        "completion_tokens": completion,
        "reasoning_tokens": reasoning,
        "estimated": False,
        "ended": "whole",
        **more,
    }


def counted(server):
    text = requests.get(server.url + "/metrics", timeout=5).text
    pairs = (line.rpartition(" ") for line in text.splitlines() if re.match("ragproxy_(tokens|cost_usd)_total", line))
    return {name: float(value) for name, _, value in pairs}


def until(condition, seconds=SOON_S):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture(scope="module")
def shared_main():
    with Upstream(models=["priced", "unpriced", "vectors"]) as main:
        yield main


@pytest.fixture
def main(shared_main):
    shared_main.reset()
    return shared_main


@pytest.fixture(scope="module")
def shared_spare():
    with Upstream(models=["cheap"]) as spare:
        yield spare


@pytest.fixture
def spare(shared_spare):
    shared_spare.reset()
    return shared_spare


@pytest.fixture(scope="module")
def server(tmp_path_factory, documents, shared_main, shared_spare):
    data_dir = tmp_path_factory.mktemp("consumption")
    file = data_dir / "upstreams.toml"
    file.write_text(f"""
        [[upstream]]
        name = "main"
        base_url = "{shared_main.url}"
        models = ["priced", "unpriced", "vectors"]
        retries = 0
        prices = {{ "priced" = {{ prompt = 2.0, cached = 1.0, completion = 18.0 }}, "vectors" = {{ prompt = 2.0 }} }}
        fallbacks = {{ "priced" = ["spare/cheap"] }}

        [[upstream]]
        name = "spare"
        base_url = "{shared_spare.url}"
        models = ["cheap"]
        retries = 0
        prices = {{ "cheap" = {{ prompt = 1.0, cached = 0.5, completion = 5.0 }} }}
        """)
    migrated(data_dir)
    ragproxy("ingest", documents, "--store", "default", data_dir=data_dir)
    variables = {"RAGPROXY_CONFIG": str(file), "RAGPROXY_UPSTREAM_MODEL": "priced", "PORT": str(free_port())}
    with Server(data_dir, **variables) as server:
        yield server
