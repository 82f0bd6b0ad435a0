"""Batches of requests, both ways: whole objects as OpenAI's own types read them."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types import Batch

from ragproxy.domain import BatchFault, BatchJob, BatchUsage, Caller, Cursor
from ragproxy.wire.batch_jobs import BATCH_JOB_QUERY, BATCH_JOB_REQUEST, BatchJobRequest, batch_job_json
from ragproxy.wire.validation import load
from tests.wire.bodies import GONE, changed, json_values, refusal

ASKED = {"input_file_id": "file-1", "endpoint": "/v1/chat/completions", "completion_window": "24h"}
JOB = BatchJob("batch_1", "ann", 1711471533, "/v1/completions", "file-in", Caller())
ENDED = replace(
    JOB,
    status="completed",
    model="tiny",
    total=100,
    completed=95,
    failed=5,
    usage=BatchUsage(1500, 1024, 500, 300),
    output_file_id="file-out",
    error_file_id="file-err",
    started=1711471538,
    finalizing=1711493133,
    ended=1711493163,
    metadata={"customer_id": "user_123456789"},
)
ENDED_JSON = {
    "id": "batch_1",
    "object": "batch",
    "endpoint": "/v1/completions",
    "model": "tiny",
    "errors": None,
    "input_file_id": "file-in",
    "completion_window": "24h",
    "status": "completed",
    "output_file_id": "file-out",
    "error_file_id": "file-err",
    "created_at": 1711471533,
    "in_progress_at": 1711471538,
    "expires_at": 1711557933,
    "finalizing_at": 1711493133,
    "completed_at": 1711493163,
    "failed_at": None,
    "expired_at": None,
    "cancelling_at": None,
    "cancelled_at": None,
    "request_counts": {"total": 100, "completed": 95, "failed": 5},
    "usage": {
        "input_tokens": 1500,
        "input_tokens_details": {"cached_tokens": 1024},
        "output_tokens": 500,
        "output_tokens_details": {"reasoning_tokens": 300},
        "total_tokens": 2000,
    },
    "metadata": {"customer_id": "user_123456789"},
}


def test_a_batch_is_shown_as_openai_shows_it():
    assert batch_job_json(ENDED) == ENDED_JSON


@pytest.mark.parametrize(
    ("job", "times"),
    [
        (JOB, {}),
        (replace(JOB, status="failed", ended=9, errors=(BatchFault("a", "b", 3, "c"),)), {"failed_at": 9}),
        (replace(JOB, status="in_progress", started=5), {"in_progress_at": 5}),
        (replace(JOB, status="cancelling", started=5, cancelling=6), {"in_progress_at": 5, "cancelling_at": 6}),
        (
            replace(JOB, status="cancelled", cancelling=6, finalizing=7, ended=8),
            {"cancelling_at": 6, "cancelled_at": 8},
        ),
        (replace(JOB, status="expired", finalizing=7, ended=8), {"finalizing_at": 7, "expired_at": 8}),
        (ENDED, {"in_progress_at": 1711471538, "finalizing_at": 1711493133, "completed_at": 1711493163}),
    ],
)
def test_each_status_has_its_times_and_reads_strictly(job, times):
    shown = batch_job_json(job)
    Batch.model_validate_json(json.dumps(shown), strict=True)
    given = {name for name, value in shown.items() if name.endswith("_at") and value is not None}
    assert given == {"created_at", "expires_at", *times}
    assert {name: shown[name] for name in times} == times
    assert set(shown) == set(ENDED_JSON)


def test_what_is_wrong_is_a_list():
    shown = batch_job_json(
        replace(JOB, errors=(BatchFault("invalid_url", "Line 3: no", 3, "url"), BatchFault("a", "b")))
    )
    assert shown["errors"] == {
        "object": "list",
        "data": [
            {"code": "invalid_url", "message": "Line 3: no", "line": 3, "param": "url"},
            {"code": "a", "message": "b", "line": None, "param": None},
        ],
    }


def test_a_request_is_read():
    assert load(BATCH_JOB_REQUEST, ASKED) == BatchJobRequest("file-1", "/v1/chat/completions", 86_400)
    more = {"metadata": {"a": "b"}, "output_expires_after": {"anchor": "created_at", "seconds": 3600}, "other": 1}
    assert load(BATCH_JOB_REQUEST, ASKED | more) == BatchJobRequest(
        "file-1", "/v1/chat/completions", 86_400, {"a": "b"}, 3600
    )


@pytest.mark.parametrize(
    ("change", "param", "code"),
    [
        ({"input_file_id": GONE}, "input_file_id", "missing_required_parameter"),
        ({"endpoint": GONE}, "endpoint", "missing_required_parameter"),
        ({"completion_window": GONE}, "completion_window", "missing_required_parameter"),
        ({"input_file_id": 7}, "input_file_id", "invalid_type"),
        ({"input_file_id": ""}, "input_file_id", "empty_string"),
        ({"input_file_id": "a\0b"}, "input_file_id", "invalid_value"),
        ({"endpoint": "/v1/images/generations"}, "endpoint", "invalid_value"),
        ({"endpoint": "/chat/completions"}, "endpoint", "invalid_value"),
        ({"completion_window": "48h"}, "completion_window", "invalid_value"),
        ({"metadata": {"a": 1}}, "metadata.a", "invalid_type"),
        (
            {"output_expires_after": {"anchor": "created_at", "seconds": 5}},
            "output_expires_after.seconds",
            "integer_below_min_value",
        ),
        ({"output_expires_after": {"seconds": 3600}}, "output_expires_after.anchor", "missing_required_parameter"),
    ],
)
def test_what_breaks_a_rule_is_refused_by_name(change, param, code):
    assert refusal(BATCH_JOB_REQUEST, changed(ASKED, change)) == (param, code)


_json = json_values("24h", "/v1/embeddings", "created_at", keys=["anchor", "seconds"])


@given(st.dictionaries(st.sampled_from([*ASKED, "metadata", "output_expires_after", "x"]), _json, max_size=4))
def test_any_json_is_loaded_or_refused(more):
    for body in (more, changed(ASKED, more)):
        if refusal(BATCH_JOB_REQUEST, body) is None:
            assert load(BATCH_JOB_REQUEST, body).window_s == 86_400


def test_a_page_is_asked_for():
    assert load(BATCH_JOB_QUERY, {}) == Cursor(limit=20, order="desc")
    assert load(BATCH_JOB_QUERY, {"limit": "3", "after": "batch_1"}) == Cursor(limit=3, order="desc", after="batch_1")
    assert refusal(BATCH_JOB_QUERY, {"limit": "0"}) == ("limit", "integer_below_min_value")
