"""`ragproxy usage`, by the records and of a server."""

import csv
import io
import time

import pytest

from ragproxy.domain import ApiKey
from ragproxy.settings import Settings
from ragproxy.state import DataLock, UsageRow, migrate, open_state
from ragproxy.wire.usage import MOST_BUCKETS

DAY = 86_400
HEAD = ["REQUESTS", "FAILED", "TOKENS", "IN", "TOKENS", "OUT", "US", "DOLLARS"]


def test_nothing_was_asked_at_first(run):
    assert run("usage").stdout == "No request asked a model in that time.\n"


def test_usage_is_shown_by_day(run, used):
    today = time.strftime("%Y-%m-%d", time.gmtime(used))
    lines = [line.split() for line in run("usage", "--since", "1d").stdout.splitlines()]
    assert lines == [["DAY", *HEAD], [today, "2", "1", "1,100", "20", "1.5000"]]


def test_usage_is_shown_by_whatever_is_asked_for(run, used):
    lines = [line.split() for line in run("usage", "--by", "model,key", "--since", "30d").stdout.splitlines()]
    assert lines[0] == ["KEY", "MODEL", *HEAD]
    assert [line[:2] for line in lines[1:4]] == [["Ann's", "gpt-4o"], ["Ann's", "gpt-9"], ["-", "llama"]]
    assert lines[3][-1] == "0.0000+"
    assert "+: and what requests cost whose price is not known." in run("usage", "--by", "model").stdout


def test_filters_and_days_narrow_it(run, used):
    past = time.strftime("%Y-%m-%d", time.gmtime(used - 9 * DAY))
    assert "llama" in run("usage", "--by", "model", "--since", past, "--until", past).stdout
    assert "llama" not in run("usage", "--by", "model", "--since", "8d").stdout
    assert "gpt-4o" not in run("usage", "--by", "model", "--model", "gpt-9").stdout
    assert "No request" in run("usage", "--key", "key_2").stdout


def test_usage_is_shown_while_a_server_holds_the_data(run, used, data_dir):
    lock = DataLock(data_dir)
    lock.acquire("http://127.0.0.1:8083")
    assert "gpt-4o" in run("usage", "--by", "model").stdout
    lock.release()


def test_csv_goes_to_a_file_or_is_printed(run, used, tmp_path):
    file = tmp_path / "usage.csv"
    assert run("usage", "--by", "key,model", "--csv", file).stdout == ""
    rows = list(csv.reader(io.StringIO(file.read_text(), newline="")))
    assert rows[0][:4] == ["key", "key_name", "model", "requests"]
    assert [row[:4] for row in rows[1:]] == [
        ["key_1", "Ann's", "gpt-4o", "1"],
        ["key_1", "Ann's", "gpt-9", "1"],
        ["", "", "llama", "1"],
    ]
    assert run("usage", "--by", "key,model", "--csv", "-").stdout_bytes == file.read_bytes()


def test_a_file_that_cannot_be_written_is_an_error_in_one_line(run, used, tmp_path):
    done = run("usage", "--csv", tmp_path / "nowhere" / "usage.csv")
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: --csv: ")


@pytest.mark.parametrize("option", [("--by", "colour"), ("--since", "2026-11-01", "--until", "2026-10-01")])
def test_what_is_wrong_is_said_in_one_line(run, option):
    done = run("usage", *option)
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: ")


def test_a_time_that_is_none_is_refused(run):
    assert "such as 12h, 7d or 4w" in run("usage", "--since", "yesterday").stderr


def test_names_cannot_steer_the_terminal(run, used, data_dir):
    add(data_dir, row("x", model="\x1b[2Jgone"))
    assert "\x1b" not in run("usage", "--by", "model").stdout


def test_a_server_is_asked_when_it_is_named(run, server):
    server.answers = [(200, {"object": "list", "data": [BUCKET], "has_more": True}), (200, b"day,requests\r\n")]
    done = run("usage", "--by", "model", "--since", "2026-11-01", "--url", server.url, "--api-key", "secret")
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["MODEL", "gpt-4o"]
    assert "--csv has them all" in done.stderr
    assert server.requests[0].path == f"/admin/usage?group_by=model&from=2026-11-01&limit={MOST_BUCKETS}"
    assert server.requests[0].headers["Authorization"] == "Bearer secret"
    assert run("usage", "--csv", "-", "--url", server.url).stdout_bytes == b"day,requests\r\n"
    assert server.requests[1].path == "/admin/usage?group_by=day&format=csv"


def test_a_server_that_refuses_begins_no_file(run, server, tmp_path):
    server.answers = [(403, {"error": {"message": "Not you"}})]
    done = run("usage", "--csv", tmp_path / "usage.csv", "--url", server.url)
    assert (done.exit_code, done.stderr) == (1, "Error: Not you\n")
    assert not (tmp_path / "usage.csv").exists()


def test_ask_is_in_the_usage(run, documents):
    run("ingest", documents)
    assert run("ask", "How tall is the Eiffel Tower?").exit_code == 0
    assert run("ask", "Who?", "--model", "gpt-9").exit_code == 1
    rows = list(csv.DictReader(io.StringIO(run("usage", "--by", "model,upstream,agent", "--csv", "-").stdout)))
    told = {row["model"]: (row["upstream"], row["agent"], row["requests"], row["failed_requests"]) for row in rows}
    assert told == {"ragproxy": ("extractive", "ragproxy", "1", "0"), "gpt-9": ("", "", "1", "1")}
    assert int(rows[0]["prompt_tokens"]) + int(rows[1]["prompt_tokens"]) > 0


BUCKET = {
    "start_time": 0,
    "key": None,
    "key_name": None,
    "model": "gpt-4o",
    "requests": 1,
    "failed_requests": 0,
    "prompt_tokens": 1,
    "completion_tokens": 1,
    "cost_usd": 0.5,
    "unpriced_requests": 0,
}


def row(id, **fields):
    known = {"created": int(time.time()), "owner": "ann", "caller": None, "model": "gpt-4o"}
    return UsageRow(id=id * 20, request_id="req_1", route="/v1/chat/completions", **(known | fields))


def add(data_dir, *rows):
    state = open_state(Settings(data_dir=data_dir).database)
    state.usage.add(rows)
    state.close()


@pytest.fixture
def used(data_dir):
    """A data folder where three requests were made, two of them at the time that it gives."""
    data_dir.mkdir()
    database = Settings(data_dir=data_dir).database
    migrate(database)
    now = int(time.time())
    state = open_state(database)
    state.keys.create(ApiKey("key_1", "Ann's", "sk-", "ann", now), "0" * 64)
    state.close()
    add(
        data_dir,
        row("a", created=now, caller="key_1", prompt=1000, completion=20, cost=1.5),
        row("b", created=now, caller="key_1", prompt=100, model="gpt-9", status=404, cost=0.0),
        row("c", created=now - 9 * DAY, model="llama", prompt=7),
    )
    return now
