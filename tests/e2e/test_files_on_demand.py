"""Chats about files that were just uploaded: indexed on demand, waited for, and never twice."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import openai
import pytest
from openai import OpenAI

from ragproxy.state import open_state
from tests.e2e.by_hand import ask, user
from tests.e2e.conftest import writing
from tests.e2e.servers import Server, migrated

LOUVRE = "Le musée du Louvre à Paris ferme le mardi."
QUESTION = user("Quand ferme le Louvre ?")
PAGE = f"<html><body><p>{LOUVRE}</p></body></html>"  # read by a parser process, which can be stopped


@pytest.mark.sets("embedded", "scaled")
def test_many_who_ask_about_a_new_file_at_once_have_it_indexed_once(reader):
    file = reader.files.create(file=("louvre.html", PAGE.encode()), purpose="assistants")
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: _ask(reader, file.id), range(6)))
    assert {answer.sources[0]["file_id"] for answer in answers} == {file.id}
    assert all("ferme le mardi" in answer.choices[0].message.content for answer in answers)
    (own,) = (store for store in reader.vector_stores.list() if store.name == "ragproxy-files")
    assert [held.id for held in reader.vector_stores.files.list(own.id)].count(file.id) == 1


def test_a_file_just_uploaded_is_answered_from_and_cited(ai, upstream):
    upstream.text = "Le mardi [1]."
    file = ai.files.create(file=("louvre.md", LOUVRE.encode()), purpose="user_data")
    answer = _ask(ai, file.id)
    (source,) = answer.sources
    assert (source["file_id"], source["filename"], source["cited"]) == (file.id, "louvre.md", True)
    (citation,) = answer.choices[0].message.annotations
    assert citation.url_citation.title == "louvre.md"
    assert LOUVRE in upstream.requests[-1].json["messages"][0]["content"]


def test_the_second_chat_does_not_index_it_again(ai, server):
    file = ai.files.create(file=("louvre.md", LOUVRE.encode()), purpose="assistants")
    _ask(ai, file.id)
    before = _own_store(server)
    assert _ask(ai, file.id).sources[0]["file_id"] == file.id
    assert _own_store(server).version == before.version


def test_a_plain_model_is_given_the_passages_of_the_files(ai, upstream):
    file = ai.files.create(file=("louvre.md", LOUVRE.encode()), purpose="assistants")
    _ask(ai, file.id, model="tiny")
    assert LOUVRE in upstream.requests[-1].json["messages"][0]["content"]
    assert "files" not in upstream.requests[-1].json
    found = _ask(ai, file.id, model="extractive").choices[0].message.content
    assert "ferme le mardi" in found


def test_a_stream_waits_before_its_first_byte(ai, upstream):
    upstream.text = "Le mardi [1]."
    file = ai.files.create(file=("louvre.html", PAGE.encode()), purpose="assistants")
    chunks = list(_ask(ai, file.id, stream=True))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "Le mardi [1]."
    assert chunks[-1].sources[0]["file_id"] == file.id


@pytest.mark.soak
def test_a_file_that_takes_too_long_is_503_and_a_later_chat_has_it(tmp_path):
    with _running(tmp_path) as server, _client(server) as client:
        file = client.files.create(file=("louvre.html", PAGE.encode()), purpose="assistants")
        with ThreadPoolExecutor() as pool:
            asked = pool.submit(_ask, client, file.id)
            parser = _stopped_parser(server)
            began = time.monotonic()
            with pytest.raises(openai.InternalServerError) as caught:
                asked.result(60)
            assert 15 < time.monotonic() - began < 25
        assert caught.value.status_code == 503
        assert (caught.value.code, caught.value.param) == ("files_not_ready", "files[0]")
        assert caught.value.response.headers["retry-after"] == "2"
        os.kill(parser, signal.SIGCONT)
        assert "mardi" in _ask(client, file.id).choices[0].message.content
        assert _own_store(server).counts.total == 1


def test_a_client_that_hangs_up_while_its_file_is_indexed_is_let_go(tmp_path):
    with _running(tmp_path) as server, _client(server) as client:
        file = client.files.create(file=("louvre.html", PAGE.encode()), purpose="assistants")
        sock = ask(server, {"model": "ragproxy", "messages": QUESTION, "files": [file.id]})
        parser = _stopped_parser(server)
        assert server.metric("ragproxy_requests_in_flight") == 2  # and the one that asks
        sock.close()
        _until(lambda: server.metric("ragproxy_requests_in_flight") == 1, 2)
        line = 'ragproxy_requests_total{method="POST",route="/v1/chat/completions",status="499"}'
        assert server.metric(line) == 1
        os.kill(parser, signal.SIGCONT)
        _until(lambda: _own_store(server).counts.completed == 1, 20)


def test_kill_9_while_a_file_is_waited_for_costs_nothing_but_the_wait(tmp_path):
    server = _running(tmp_path)
    with _client(server) as client:
        file = client.files.create(file=("louvre.html", PAGE.encode()), purpose="assistants")
        with ThreadPoolExecutor() as pool:
            asked = pool.submit(_ask, client, file.id)
            parser = _stopped_parser(server)
            server.kill()
            with pytest.raises(openai.APIConnectionError):
                asked.result(20)
    with suppress(ProcessLookupError):  # it dies with its server
        os.kill(parser, signal.SIGKILL)
    with _running(tmp_path, made=True) as server, _client(server) as client:
        assert "mardi" in _ask(client, file.id).choices[0].message.content
        counts = _own_store(server).counts
        assert (counts.completed, counts.total) == (1, 1)


@pytest.mark.soak
def test_a_large_file_is_ready_after_some_retries(tmp_path):
    lines = [f"Строка номер {number} о том, как {'медленно ' * (number % 7)}течёт река." for number in range(260_000)]
    data = "\n\n".join([*lines, LOUVRE]).encode()
    assert len(data) > 30 << 20
    with _running(tmp_path) as server, _client(server) as client:
        file = client.files.create(file=("fleuve.txt", data), purpose="assistants")
        with pytest.raises(openai.InternalServerError, match="still being indexed"):
            _ask(client, file.id)
        answer = _ask(client.with_options(max_retries=30), file.id)
        assert "mardi" in answer.choices[0].message.content
        assert _own_store(server).counts.total == 1


def test_a_search_is_rewritten_by_the_upstream_and_says_so(ai, upstream):
    store = ai.vector_stores.create(name="sights")
    ai.vector_stores.files.upload_and_poll(vector_store_id=store.id, file=("louvre.md", LOUVRE.encode()))
    query = "bonjour, kel jour le louvre est fermer ?"
    upstream.text = "1. jour de fermeture du Louvre"
    page = ai.vector_stores.search(store.id, query=query, rewrite_query=True)
    assert page.search_query == ["jour de fermeture du Louvre"]
    assert page.data[0].content[0].text == LOUVRE
    asked = len(upstream.requests)
    assert ai.vector_stores.search(store.id, query=query).search_query == [query]
    assert len(upstream.requests) == asked


@pytest.fixture
def ai(server):
    with _client(server) as client:
        yield client


@pytest.fixture(scope="module")
def server(tmp_path_factory, shared_upstream):
    """A server whose answers are written by the local upstream, without documents."""
    with _running(tmp_path_factory.mktemp("on-demand"), **writing(shared_upstream)) as server:
        _until(lambda: "tiny" in {model.id for model in _client(server).models.list()})
        yield server


def _running(data_dir, *, made=False, **variables):
    if not made:
        migrated(data_dir)
    return Server(data_dir, **variables)


def _client(server):
    return OpenAI(base_url=server.url + "/v1", api_key="sk", max_retries=0, timeout=60)


def _ask(client, file_id, *, model="ragproxy", stream=False):
    return client.chat.completions.create(
        model=model, messages=QUESTION, stream=stream, extra_body={"files": [file_id]}
    )


def _own_store(server):
    with closing(open_state(f"sqlite:///{server.data_dir}/ragproxy.db")) as state:
        (store,) = (store for store in state.stores.list(owner="default") if store.name == "ragproxy-files")
        return store


def _stopped_parser(server):
    """The process that reads the file for this server, stopped before it has begun."""
    found = []
    _until(lambda: found.extend(_parsers(server)) or found)
    os.kill(found[0], signal.SIGSTOP)
    return found[0]


def _parsers(server):
    for worker in server.workers:
        for children in Path(f"/proc/{worker}/task").glob("*/children"):
            with suppress(OSError):
                for pid in children.read_text().split():
                    if b"parser_child" in Path(f"/proc/{pid}/cmdline").read_bytes():
                        yield int(pid)


def _until(condition, seconds=10.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)
