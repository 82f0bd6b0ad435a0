"""Batches of requests over HTTP, with the official client: each endpoint, on both sets; cancelled, limited and killed."""

import json
import os
import pty
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from types import SimpleNamespace

import openai
import pytest
from openai.types import Batch

from tests.e2e import scaled, strict
from tests.e2e.conftest import writing
from tests.e2e.scaled import wait_until
from tests.e2e.servers import ROOT, Server, environment, migrated, ragproxy
from tests.replies import Reply
from tests.upstream import Upstream

CHAT, COMPLETIONS, EMBEDDINGS = "/v1/chat/completions", "/v1/completions", "/v1/embeddings"
RESPONSES, MODERATIONS = "/v1/responses", "/v1/moderations"
ENDED = ("completed", "failed", "expired", "cancelled")
FLAGGED = {"id": "modr-1", "model": "omni", "results": [{"flagged": False, "categories": {}, "category_scores": {}}]}


@pytest.mark.sets("embedded", "scaled")
@pytest.mark.parametrize(
    ("endpoint", "body", "object"),
    [
        (CHAT, {"model": "tiny", "messages": [{"role": "user", "content": "Hello"}]}, "chat.completion"),
        (COMPLETIONS, {"model": "tiny", "prompt": "Hello"}, "text_completion"),
        (EMBEDDINGS, {"model": "hash-384", "input": "Hello"}, "list"),
        (RESPONSES, {"model": "tiny", "input": "Hello"}, "response"),
        (MODERATIONS, {"model": "omni", "input": "Hello"}, None),
    ],
)
def test_a_batch_of_each_endpoint_is_answered(batches, upstream, endpoint, body, object):
    if endpoint == MODERATIONS:
        upstream.script(*[Reply.json(FLAGGED)] * 5, path="/moderations")
    lines = [line(n, endpoint, body) for n in range(5)]
    job = ended(batches, create(batches, lines, endpoint, metadata={"kind": endpoint}))
    assert job.status == "completed", job
    assert (job.request_counts.total, job.request_counts.completed, job.request_counts.failed) == (5, 5, 0)
    assert (job.metadata, job.model, job.error_file_id) == ({"kind": endpoint}, body["model"], None)
    results = output(batches, job.output_file_id)
    assert [result["custom_id"] for result in results] == [f"r{n}" for n in range(5)]
    for result in results:
        assert set(result) == {"id", "custom_id", "response", "error"}
        assert result["response"]["status_code"] == 200
        assert result["response"]["request_id"].startswith("req_")
        assert result["response"]["body"].get("object") == object
        strict.read("POST", endpoint, 200, "application/json", json.dumps(result["response"]["body"]).encode())
    assert job.usage.total_tokens > 0 or endpoint == MODERATIONS
    assert batches.files.retrieve(job.output_file_id).purpose == "batch_output"
    assert job.id in {each.id for each in batches.batches.list(limit=100)}


@pytest.mark.sets("embedded", "scaled")
def test_malformed_lines_are_told_and_the_others_run(batches):
    lines = [chat(0), "{", chat(0), chat(1, url="/v1/embeddings"), chat(2), chat(3, model="nobody")]
    job = ended(batches, create(batches, lines))
    assert (job.status, job.request_counts.completed, job.request_counts.failed) == ("completed", 2, 4)
    assert [result["custom_id"] for result in output(batches, job.output_file_id)] == ["r0", "r2"]
    errors = output(batches, job.error_file_id)
    assert [error["error"] and (error["error"]["line"], error["error"]["code"]) for error in errors] == [
        (2, "invalid_json_line"),
        (3, "duplicate_custom_id"),
        (4, "invalid_url"),
        None,
    ]
    assert errors[3]["response"]["status_code"] == 404
    assert errors[3]["response"]["body"]["error"]["code"] == "model_not_found"
    strict.check_error(errors[3]["response"]["body"]["error"])


def test_a_file_in_which_nothing_can_be_asked_fails(batches):
    job = ended(batches, create(batches, ["{", "[]"]))
    assert (job.status, job.output_file_id, job.error_file_id) == ("failed", None, None)
    assert (job.request_counts.total, job.request_counts.completed, job.request_counts.failed) == (2, 0, 2)
    assert [(error.line, error.code) for error in job.errors.data] == [
        (1, "invalid_json_line"),
        (2, "invalid_json_line"),
    ]


@pytest.mark.sets("embedded", "scaled")
def test_cancelling_breaks_off_what_is_asked_and_keeps_what_is_done(batches, upstream):
    upstream.script(*[Reply.json({}, head_delay_s=60)] * 4, path="/embeddings")
    lines = [line(n, EMBEDDINGS, {"model": "hash-384", "input": "Hello"}) for n in range(3)]
    lines += [line(n, EMBEDDINGS, {"model": "tiny", "input": "Hello"}) for n in range(3, 50)]
    job = create(batches, lines, EMBEDDINGS)
    wait_until(lambda: len(upstream.to("/embeddings")) == 4, 20)
    wait_until(lambda: batches.batches.retrieve(job.id).request_counts.completed == 3, 20)
    began = time.monotonic()
    assert batches.batches.cancel(job.id).status == "cancelling"
    for request in upstream.to("/embeddings"):
        assert request.left.wait(2.5)
        assert request.left_at - began < 2
    job = ended(batches, job)
    assert (job.status, job.request_counts.completed, job.request_counts.total) == ("cancelled", 3, 50)
    assert sorted(result["custom_id"] for result in output(batches, job.output_file_id)) == ["r0", "r1", "r2"]
    with pytest.raises(openai.NotFoundError):
        batches.batches.cancel("batch_other")


def test_the_lines_have_the_limits_of_the_key_that_asked_and_wait_for_them(tmp_path):
    migrated(tmp_path)
    with Server(tmp_path, RAGPROXY_AUTH="keys", RAGPROXY_ADMIN_KEY="admin") as server:
        busy = server_key(server, limits={"requests_per_minute": 12})
        other = server_key(server)  # of the same owner, so that looking counts for nothing
        lines = [line(n, EMBEDDINGS, {"model": "hash-384", "input": "Hello"}) for n in range(30)]
        with scaled.client(server, api_key=busy["value"]) as ai:
            job = create(ai, lines, EMBEDDINGS)  # two requests of the twelve
        with scaled.client(server, api_key=other["value"]) as ai:
            wait_until(lambda: ai.batches.retrieve(job.id).request_counts.completed == 10, 30)
            time.sleep(1)
            counts = ai.batches.retrieve(job.id).request_counts
            assert (counts.completed, counts.failed) == (10, 0)
            ai.batches.cancel(job.id)
            job = ended(ai, job, timeout_s=10)
            assert (job.status, len(output(ai, job.output_file_id))) == ("cancelled", 10)


def test_lines_are_answered_once_each_though_the_server_is_killed_three_times(tmp_path):
    _killed(tmp_path, seed=0, number=400, kills=3)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1, 11))
def test_lines_are_answered_once_each_though_the_server_is_killed_again_and_again(tmp_path, seed):
    _killed(tmp_path, seed=seed, number=2000, kills=8)


def _killed(tmp_path, seed, number, kills):
    chance = random.Random(seed)
    migrated(tmp_path)
    with Upstream(models=["tiny"]) as upstream:
        variables = {**writing(upstream), "RAGPROXY_LOG_LEVEL": "error"}
        server = Server(tmp_path, **variables)
        try:
            with scaled.client(server) as ai:
                job = create(ai, [chat(n) for n in range(number)])
                asked = lambda: len(upstream.to("/chat/completions"))  # noqa: E731
                for at in sorted(chance.sample(range(number // 20, number - number // 10), kills)):
                    wait_until(lambda at=at: asked() >= at)
                    server.kill()
                    server = Server(tmp_path, PORT=str(server.port), **variables)
                job = ended(ai, job)
                assert job.status == "completed", job
                counts = job.request_counts
                assert (counts.total, counts.completed, counts.failed) == (number, number, 0)
                results = output(ai, job.output_file_id)
                assert [result["custom_id"] for result in results] == [f"r{n}" for n in range(number)]
                for n, result in enumerate(results):
                    assert result["response"]["body"]["choices"][0]["message"]["content"] == f"Line {n}"
                files = [file for file in ai.files.list() if file.purpose == "batch_output"]
                assert [file.id for file in files] == [job.output_file_id]
        finally:
            server.close()
        times = Counter(request.json["messages"][-1]["content"] for request in upstream.to("/chat/completions"))
        assert set(times) == {f"Line {n}" for n in range(number)}
        assert sum(times.values()) <= number + 4 * kills  # those that were in flight


# ---- the command ----


def test_a_command_sends_a_file_and_fetches_its_answers(batching, upstream, tmp_path):
    file = tmp_path / "in.jsonl"
    file.write_text("\n".join([chat(0), "{", chat(1)]))
    done = ragproxy("batches", "run", file, data_dir=batching.data_dir, check=False)
    assert done.returncode == 1  # for a line of it failed
    assert "2 of 3 lines answered, 1 failed" in done.stderr
    assert [answer["custom_id"] for answer in read(tmp_path / "in.output.jsonl")] == ["r0", "r1"]
    assert [answer["error"]["line"] for answer in read(tmp_path / "in.errors.jsonl")] == [2]
    file.write_text(chat(0))
    done = ragproxy("batches", "run", file, "--output", tmp_path / "out.jsonl", data_dir=batching.data_dir)
    assert done.stdout == f"Answers: {tmp_path / 'out.jsonl'}\n"
    listed = ragproxy("batches", "list", "--limit", "2", data_dir=batching.data_dir).stdout.splitlines()
    assert [row.split()[1] for row in listed] == ["STATUS", "completed", "completed"]


def test_a_command_that_is_interrupted_leaves_the_batch_or_cancels_it(batching, batches, upstream, tmp_path):
    upstream.script(*[Reply.json({}, head_delay_s=60)] * 2, path="/chat/completions")
    (tmp_path / "in.jsonl").write_text(chat(0))
    with at_terminal("batches", "run", tmp_path / "in.jsonl", data_dir=batching.data_dir) as (command, terminal):
        wait_until(lambda: len(upstream.to("/chat/completions")) == 1, 30)
        time.sleep(0.5)  # whoever created it has been told
        command.send_signal(signal.SIGINT)
        os.write(terminal, b"n\n")
        assert command.wait(10) == 130
    job = next(iter(batches.batches.list()))
    assert job.status == "in_progress"
    assert ragproxy("batches", "cancel", job.id, data_dir=batching.data_dir).stdout == f"{job.id} is cancelling.\n"
    assert ended(batches, job).status == "cancelled"
    with at_terminal("batches", "run", tmp_path / "in.jsonl", data_dir=batching.data_dir) as (command, terminal):
        wait_until(lambda: len(upstream.to("/chat/completions")) == 2, 30)
        time.sleep(0.5)
        command.send_signal(signal.SIGINT)
        os.write(terminal, b"y\n")
        assert command.wait(10) == 130
    assert next(iter(batches.batches.list())).status == "cancelled"


# ---- what they do ----


@contextmanager
def at_terminal(*arguments, data_dir):
    """A command whose input is a terminal, and where to type."""
    ours, theirs = pty.openpty()
    command = subprocess.Popen(
        [sys.executable, "-m", "ragproxy", *map(str, arguments)],
        env=environment(data_dir),
        cwd=ROOT,
        stdin=theirs,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield command, ours
    finally:
        command.kill()
        command.wait()
        os.close(ours)
        os.close(theirs)


def read(path):
    return [json.loads(each) for each in path.read_text().splitlines()]


def line(n, endpoint, body, **changes):
    return json.dumps({"custom_id": f"r{n}", "method": "POST", "url": endpoint, "body": body} | changes)


def chat(n, model="tiny", **changes):
    return line(n, CHAT, {"model": model, "messages": [{"role": "user", "content": f"Line {n}"}]}, **changes)


def create(ai, lines, endpoint=CHAT, **more):
    file = ai.files.create(file=("in.jsonl", "\n".join(lines).encode()), purpose="batch")
    return ai.batches.create(input_file_id=file.id, endpoint=endpoint, completion_window="24h", **more)


def ended(ai, job, timeout_s=60):
    """The batch when it has ended, each look at it read strictly."""
    seen = SimpleNamespace(job=job)

    def has_ended():
        raw = ai.batches.with_raw_response.retrieve(job.id)
        seen.job = Batch.model_validate_json(raw.text, strict=True)
        return seen.job.status in ENDED

    wait_until(has_ended, timeout_s)
    return seen.job


def output(ai, file_id):
    return [json.loads(each) for each in ai.files.content(file_id).iter_lines()]


def server_key(server, **terms):
    with scaled.client(server, api_key="admin") as admin:
        return admin.post(f"{server.url}/admin/keys", cast_to=object, body={"name": "batches", **terms})


@pytest.fixture
def batches(batching, upstream):
    """The official client of it."""
    with scaled.client(batching) as ai:
        yield ai
