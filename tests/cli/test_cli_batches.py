"""`ragproxy batches`: what it sends, what it shows, and what it makes of the end; a server in earnest is in tests/e2e."""

import io
import json
import sys

import pytest

from ragproxy.cli.batches import interrupted
from ragproxy.cli.remote import Remote

LINE = {"custom_id": "r1", "method": "POST", "url": "/v1/embeddings", "body": {}}


def job(status="completed", **fields):
    known = {
        "id": "batch_1",
        "object": "batch",
        "endpoint": "/v1/embeddings",
        "status": status,
        "errors": None,
        "input_file_id": "file-in",
        "output_file_id": None,
        "error_file_id": None,
        "created_at": 1711471533,
        "expires_at": 1711557933,
        "request_counts": {"total": 2, "completed": 2, "failed": 0},
    }
    return known | fields


def test_a_file_is_sent_followed_and_its_answers_are_beside_it(run, server, file):
    server.answers = [
        (200, {"id": "file-in"}),
        (200, job("validating")),
        (200, job("in_progress")),
        (503, {"error": {"message": "starting"}}),
        (429, {"error": {"message": "slow down"}}),
        (200, job(output_file_id="file-out")),
        (200, b'{"custom_id":"r1"}\n'),
    ]
    done = run("batches", "run", file, "--url", server.url)
    assert done.exit_code == 0, done.output
    upload, created, *polls, content = server.requests
    assert (upload.path, created.path, content.path) == ("/v1/files", "/v1/batches", "/v1/files/file-out/content")
    assert {poll.path for poll in polls} == {"/v1/batches/batch_1"}
    boundary = upload.headers["Content-Type"].partition("boundary=")[2].encode()
    purpose, sent = upload.body.split(b"--" + boundary)[1:3]
    assert purpose.endswith(b"\r\n\r\nbatch\r\n")
    assert b'filename="questions.jsonl"' in sent
    assert sent.partition(b"\r\n\r\n")[2] == file.read_bytes() + b"\r\n"
    assert json.loads(created.body) == {
        "input_file_id": "file-in",
        "endpoint": "/v1/embeddings",
        "completion_window": "24h",
    }
    answers = file.with_name("questions.output.jsonl")
    assert answers.read_bytes() == b'{"custom_id":"r1"}\n'
    assert f"Answers: {answers}" in done.output
    assert sorted(path.name for path in file.parent.iterdir()) == ["questions.jsonl", "questions.output.jsonl"]


def test_answers_and_errors_go_where_they_are_wanted(run, server, file, tmp_path):
    ended = job(output_file_id="file-out", error_file_id="file-err", request_counts=counts(2, 1, 1))
    server.answers = [(200, {"id": "file-in"}), (200, ended), (200, b"out"), (200, b"err")]
    done = run("batches", "run", file, "--output", tmp_path / "there.jsonl", "--url", server.url)
    assert done.exit_code == 1
    assert (tmp_path / "there.jsonl").read_bytes() == b"out"
    assert (tmp_path / "there.errors.jsonl").read_bytes() == b"err"
    assert "1 of 2 lines answered, 1 failed" in done.output


@pytest.mark.parametrize("status", ["failed", "expired", "cancelled"])
def test_an_end_that_is_not_good_is_a_failure_and_its_reasons_are_told(run, server, file, status):
    errors = {"object": "list", "data": [{"code": "a", "message": "Line 1: \x1bbad", "line": 1, "param": None}]}
    server.answers = [(200, {"id": "file-in"}), (200, job(status, errors=errors))]
    done = run("batches", "run", file, "--url", server.url)
    assert done.exit_code == 1
    assert f"batch_1 is {status}" in done.output
    assert "Line 1: \N{REPLACEMENT CHARACTER}bad" in done.output


@pytest.mark.parametrize("text", ["", "{", "[]", '{"url": "/v1/files"}', '{"url": 7}'])
def test_what_the_lines_ask_must_be_known(run, server, tmp_path, text):
    (tmp_path / "in.jsonl").write_text(text)
    done = run("batches", "run", tmp_path / "in.jsonl", "--url", server.url)
    assert (done.exit_code, server.requests) == (1, [])
    assert "give --endpoint" in done.output
    server.answers = [(200, {"id": "file-in"}), (200, job())]
    told = run("batches", "run", tmp_path / "in.jsonl", "--endpoint", "/v1/completions", "--url", server.url)
    assert told.exit_code == 0
    assert json.loads(server.requests[1].body)["endpoint"] == "/v1/completions"


def test_what_cannot_be_written_is_told(run, server, file, tmp_path):
    server.answers = [(200, {"id": "file-in"}), (200, job(output_file_id="file-out")), (200, b"out")]
    done = run("batches", "run", file, "--output", tmp_path / "nowhere" / "out.jsonl", "--url", server.url)
    assert done.exit_code == 1
    assert "cannot be written" in done.output


def test_without_a_server_there_is_nobody_to_do_it(run, file):
    for command in (("run", file), ("list",), ("show", "batch_1"), ("cancel", "batch_1")):
        done = run("batches", *command)
        assert done.exit_code == 1
        assert "start one with `ragproxy serve`" in done.output


def test_batches_are_listed(run, server):
    server.answers = [(200, {"data": [job(), job("in_progress")], "has_more": True, "last_id": "batch_1"})]
    done = run("batches", "list", "--limit", "2", "--url", server.url)
    assert done.exit_code == 0
    heads, first, second = done.output.splitlines()
    assert heads.split() == ["ID", "STATUS", "ENDPOINT", "CREATED", "LINES", "COMPLETED", "FAILED"]
    assert first.split()[:3] == ["batch_1", "completed", "/v1/embeddings"]
    assert second.split()[-3:] == ["2", "2", "0"]
    server.answers = [(200, {"data": [], "has_more": False})]
    assert "no batch yet" in run("batches", "list", "--url", server.url).output


def test_one_is_shown_and_one_is_cancelled(run, server):
    server.answers = [(200, job(output_file_id="file-out")), (200, job("cancelling"))]
    shown = run("batches", "show", "batch_1", "--url", server.url).output
    assert "Status:   completed" in shown
    assert "Lines:    2 of 2 lines answered, 0 failed" in shown
    assert "Answers:  file-out" in shown
    assert "Errors" not in shown
    assert run("batches", "cancel", "batch_1", "--url", server.url).output == "batch_1 is cancelling.\n"
    assert server.requests[1].path == "/v1/batches/batch_1/cancel"
    server.answers = [(404, {"error": {"message": "No batch found with id 'batch_2'"}})]
    missing = run("batches", "show", "batch_2", "--url", server.url)
    assert (missing.exit_code, missing.output) == (1, "Error: No batch found with id 'batch_2'\n")


def test_who_interrupts_without_a_terminal_leaves_it_running(server, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    with Remote(server.url) as remote:
        assert interrupted(remote, job("in_progress"))["status"] == "in_progress"
    assert server.requests == []
    assert "ragproxy batches show batch_1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("said", "answers", "status"),
    [
        ("y\n", [(200, job("cancelling")), (200, job("cancelled"))], "cancelled"),
        ("y\n", [(409, {"error": {"message": "late"}}), (200, job())], "completed"),
        ("n\n", [], "in_progress"),
        ("\n", [], "in_progress"),
    ],
)
def test_who_interrupts_at_a_terminal_is_asked(server, monkeypatch, said, answers, status):
    monkeypatch.setattr(sys, "stdin", _Terminal(said))
    server.answers = answers
    with Remote(server.url) as remote:
        assert interrupted(remote, job("in_progress"))["status"] == status
    assert server.answers == []


class _Terminal(io.StringIO):
    def isatty(self):
        return True


def counts(total, completed, failed):
    return {"total": total, "completed": completed, "failed": failed}


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "in" / "questions.jsonl"
    file.parent.mkdir()
    file.write_text("\n" + json.dumps(LINE) + "\n" + json.dumps(LINE | {"custom_id": "r2"}) + "\n")
    return file
