"""Who writes and what is searched, by the names and switches of a request."""

import openai
import pytest

from tests.e2e.by_hand import TOWER, user


def test_an_upstreams_own_model_answers_without_the_documents(ai, upstream):
    raw = ai.chat.completions.with_raw_response.create(model="tiny", messages=user(TOWER))
    answer = raw.parse()
    assert upstream.requests[-1].json == {"model": "tiny", "messages": user(TOWER)}
    assert answer.choices[0].message.content == TOWER
    assert not hasattr(answer, "sources")
    assert answer.choices[0].message.annotations is None
    assert "X-Metadata-Sources" not in raw.headers
    assert "retrieve" not in raw.headers["Server-Timing"]


def test_a_plain_models_stream_has_nothing_of_ours(ai, upstream):
    upstream.text = "See [1]"
    chunks = list(ai.chat.completions.create(model="tiny", messages=user(TOWER), stream=True))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "See [1]"
    assert not any(getattr(chunk, "sources", None) for chunk in chunks)
    assert not any(getattr(chunk.choices[0].delta, "annotations", None) for chunk in chunks)


@pytest.mark.parametrize(
    ("asked", "writes"),
    [
        ("ragproxy", "tiny"),
        ("gpt-4o", "tiny"),
        ("gpt-4o-mini", "gpt-4o-mini"),  # the upstream serves that very name
        ("rag/default", "tiny"),
    ],
)
def test_every_name_of_the_agent_reads_the_documents(ai, upstream, asked, writes):
    answer = ai.chat.completions.create(model=asked, messages=user(TOWER))
    assert answer.model == asked
    assert upstream.requests[-1].json["model"] == writes
    assert answer.sources[0]["filename"] == "tower.md"


def test_the_client_may_choose_who_writes(ai, upstream):
    answer = ai.chat.completions.create(model="ragproxy", messages=user(TOWER), extra_body={"clientModel": "spare"})
    assert answer.model == "ragproxy"
    assert upstream.requests[-1].json["model"] == "spare"
    assert answer.sources


def test_a_writer_that_nobody_serves_is_refused_before_anything_is_asked(ai, upstream):
    with pytest.raises(openai.NotFoundError) as caught:
        ai.chat.completions.create(model="ragproxy", messages=user(TOWER), extra_body={"clientModel": "gpt-9"})
    assert (caught.value.code, caught.value.param) == ("model_not_found", "clientModel")
    assert upstream.requests == []


def test_the_built_in_model_is_there_beside_the_upstream(ai, upstream):
    answer = ai.chat.completions.create(
        model="ragproxy", messages=user(TOWER), extra_body={"clientModel": "extractive"}
    )
    assert "330" in answer.choices[0].message.content
    assert upstream.requests == []


@pytest.mark.parametrize("stream", [False, True])
def test_retrieval_can_be_switched_off(ai, upstream, stream):
    rag = {"rag": {"enabled": False}}
    answer = ai.chat.completions.with_raw_response.create(
        model="ragproxy", messages=user(TOWER), stream=stream, extra_body=rag
    )
    assert upstream.requests[-1].json["messages"] == user(TOWER)
    assert "X-Metadata-Sources" not in answer.headers
    assert b"sources" not in answer.http_response.read()


def test_carriers_are_chosen_in_a_stream_too(ai, upstream):
    upstream.text = "330 metres [1]"
    chunks = list(
        ai.chat.completions.create(
            model="ragproxy", messages=user(TOWER), stream=True, extra_body={"rag": {"sources": ["markdown"]}}
        )
    )
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert text.startswith("330 metres [1]\n\n**Sources**\n\n1. ")
    assert "tower.md" in text
    assert not any(getattr(chunk, "sources", None) for chunk in chunks)
    assert not any(getattr(chunk.choices[0].delta, "annotations", None) for chunk in chunks)


def test_an_unknown_name_is_404_and_costs_nothing(ai, upstream):
    with pytest.raises(openai.NotFoundError) as caught:
        ai.chat.completions.create(model="gpt-9", messages=user(TOWER))
    assert caught.value.code == "model_not_found"
    assert upstream.requests == []
