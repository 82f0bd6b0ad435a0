"""Chats about files that no store holds yet: what their clients are told while the files are not indexed."""

import socket
import threading
import time

import pytest

from tests.api.library import index, refused, right, services_of, strangers_file, uploaded

LOUVRE = "Le musée du Louvre ferme le mardi."


def test_the_answer_is_from_the_file_and_its_store_is_listed(client, promptly):
    file_id = uploaded(client, LOUVRE, "louvre.txt")
    answer = right(_ask(client, file_id))
    assert "mardi" in answer["choices"][0]["message"]["content"]
    assert [source["file_id"] for source in answer["sources"]] == [file_id]
    stores = right(client.get("/v1/vector_stores"))["data"]
    assert [store["expires_after"]["days"] for store in stores if store["name"] == "ragproxy-files"] == [7]


def test_the_agent_form_takes_files_too(client, promptly):
    file_id = uploaded(client, LOUVRE, "louvre.txt")
    answer = right(_ask(client, file_id, path="/completions"))
    assert [source["file_id"] for source in answer["sources"]] == [file_id]


@pytest.mark.parametrize("stream", [False, True])
def test_a_file_that_is_not_ready_in_time_is_503_with_when_to_ask_again(client, at_once, stream):
    file_id = uploaded(client, LOUVRE)
    answer = _ask(client, file_id, stream=stream)
    assert file_id in refused(answer, 503, "files_not_ready", "files[0]")
    assert answer.headers["retry-after"] == "2"
    assert answer.headers["retry-after-ms"] == "2000"
    assert "x-should-retry" not in answer.headers
    index(client)
    assert _ask(client, file_id, stream=stream).status_code == 200


def test_a_file_that_cannot_be_read_is_400_with_the_reason(client, promptly):
    message = refused(_ask(client, uploaded(client, b"no", "a.pdf")), 400, "invalid_file", "files[0]")
    assert "not a PDF" in message


def test_a_file_for_another_purpose_is_400(client, promptly):
    refused(_ask(client, uploaded(client, "{}", "a.jsonl", "batch")), 400, "invalid_file_purpose", "files[0]")


@pytest.mark.parametrize("whose", ["nobody's", "somebody else's", "deleted"])
def test_a_file_that_is_not_there_is_404_with_its_id(client, promptly, whose):
    file_id = {"nobody's": lambda: "file-nowhere", "somebody else's": lambda: strangers_file(client)}.get(
        whose, lambda: uploaded(client)
    )()
    if whose == "deleted":
        right(client.delete(f"/v1/files/{file_id}"))
    assert file_id in refused(_ask(client, file_id), 404, "file_not_found", "files[0]")


@pytest.mark.parametrize("stream", [False, True])
def test_a_client_that_hangs_up_meanwhile_is_counted_as_gone(client, stream):
    server, other_end = socket.socketpair()
    leaving = threading.Timer(0.2, other_end.close)
    leaving.start()
    began = time.monotonic()
    answer = _ask(client, uploaded(client, LOUVRE), stream=stream, environ_base={"gunicorn.socket": server})
    assert time.monotonic() - began < 5
    refused(answer, 499, "client_gone")
    lines = services_of(client).metrics.render().decode().splitlines()
    assert any('status="499"' in line and "/chat/completions" in line for line in lines)
    assert not any('status="502"' in line for line in lines)
    leaving.join()
    server.close()


@pytest.fixture(scope="module")
def client(make_app):
    return make_app().test_client()


@pytest.fixture
def promptly(client, monkeypatch):
    """Whatever is rung for is done at once; nothing works in the background here."""
    monkeypatch.setattr(services_of(client).jobs, "ring", lambda: index(client))


@pytest.fixture
def at_once(client, monkeypatch):
    """Nobody waits for a file."""
    monkeypatch.setattr(services_of(client).answerer._retriever._on_demand, "_wait_s", 0)


def _ask(client, file_id, *, path="/v1/chat/completions", stream=False, **options):
    question = [{"role": "user", "content": "Quand ferme le Louvre ?"}]
    body = {"model": "ragproxy", "messages": question, "files": [file_id], "stream": stream}
    return client.post(path, json=body, **options)
