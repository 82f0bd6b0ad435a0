"""Cached answers at the edge: the header that says so, and the header that forbids it."""

import pytest

SEEDS = iter(range(1000))


def test_without_a_wish_the_header_is_absent(ask):
    assert "x-cache" not in ask({}).headers


def test_the_second_answer_is_the_first_but_for_its_id(ask):
    first, again = ask({"cache": True}), ask({"cache": True})
    assert [answer.headers["x-cache"] for answer in (first, again)] == ["miss", "hit"]
    bodies = [answer.get_json() for answer in (first, again)]
    assert bodies[0].pop("id") != bodies[1].pop("id")
    for body in bodies:
        body.pop("created")
    assert bodies[0] == bodies[1]


def test_no_cache_has_it_answered_anew_and_kept(ask):
    ask({"cache": True})
    assert ask({"cache": True}, "no-cache").headers["x-cache"] == "miss"
    assert ask({"cache": True}).headers["x-cache"] == "hit"


def test_a_browsers_reload_is_no_cache(ask):
    ask({"cache": True})
    assert ask({"cache": True}, "max-age=0").headers["x-cache"] == "miss"


def test_no_store_keeps_it_away_from_the_cache(ask):
    assert "x-cache" not in ask({"cache": True}, "no-store").headers
    assert ask({"cache": True}).headers["x-cache"] == "miss"


@pytest.mark.parametrize("control", ["max-age=60", "only-if-cached", "nonsense, ,="])
def test_other_words_change_nothing(ask, control):
    ask({"cache": True})
    assert ask({"cache": True}, control).headers["x-cache"] == "hit"


def test_no_cache_alone_is_no_wish(ask):
    assert "x-cache" not in ask({}, "no-cache").headers


def test_looks_are_counted(ask, client):
    before = _counted(client)
    for _ in range(3):
        ask({"cache": {"ttl_s": 60}})
    after = _counted(client)
    assert {outcome: after[outcome] - before.get(outcome, 0) for outcome in after} == {"miss": 1, "hit": 2}


def test_browsers_may_read_the_header(ask):
    assert "x-cache" in ask({"cache": True}).headers["Access-Control-Expose-Headers"]


def _counted(client):
    lines = client.get("/metrics").get_data(as_text=True).splitlines()
    found = (line for line in lines if line.startswith("ragproxy_cache_total{"))
    return {line.split('"')[1]: float(line.split()[1]) for line in found}


@pytest.fixture
def ask(client):
    """Ask one question of this test's own, any number of times."""
    body = {"model": "ragproxy", "messages": [{"role": "user", "content": f"Question {next(SEEDS)}?"}]}

    def ask(rag, control=None):
        headers = {"Origin": "https://example.org", **({"Cache-Control": control} if control else {})}
        answer = client.post("/v1/chat/completions", json={**body, "rag": rag}, headers=headers)
        assert answer.status_code == 200
        return answer

    return ask
