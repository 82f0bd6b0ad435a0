"""Fine-tuning jobs: what is asked, under which ids files go, and the form that uploads one."""

import io

import pytest
from werkzeug.formparser import MultiPartParser

from ragproxy.domain import Cursor, File
from ragproxy.errors import InvalidRequest, UnsupportedParameter
from ragproxy.wire.fine_tuning import (
    FINE_TUNING_REQUEST,
    JOB_QUERY,
    ONWARD_QUERY,
    Envelope,
    file_ids,
    job_list,
    path_of,
    renamed,
    result_ids,
)
from ragproxy.wire.validation import load

JOB = {"id": "ftjob-1", "training_file": "file-r1", "validation_file": None, "result_files": ["file-r2", "file-r3"]}


def test_a_request_names_its_files_and_keeps_the_rest_as_it_came():
    body = {"model": "m", "training_file": "file-a", "validation_file": None, "suffix": "x", "method": {"type": "dpo"}}
    asked = load(FINE_TUNING_REQUEST, body)
    assert (asked.model, asked.files) == ("m", {"training_file": "file-a"})
    assert asked.body == body


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"model": None}, "model"),
        ({"model": ""}, "model"),
        ({"training_file": 4}, "training_file"),
        ({"validation_file": "a\nb"}, "validation_file"),
    ],
)
def test_a_wrong_field_is_named(change, param):
    with pytest.raises(InvalidRequest) as caught:
        load(FINE_TUNING_REQUEST, {"model": "m", "training_file": "file-a", **change})
    assert caught.value.param == param


def test_files_go_by_the_ids_that_are_known():
    assert file_ids(JOB) == ["file-r1", "file-r2", "file-r3"]
    assert result_ids(JOB) == ["file-r2", "file-r3"]
    ours = renamed(JOB, {"file-r1": "file-a", "file-r3": "file-c"})
    assert ours == {**JOB, "training_file": "file-a", "result_files": ["file-r2", "file-c"]}
    assert JOB["training_file"] == "file-r1"


@pytest.mark.parametrize("job", [{}, {"result_files": "x"}, {"training_file": 4, "result_files": [None, 4]}])
def test_a_job_of_another_shape_stays_as_it_is(job):
    assert renamed(job, {"x": "y"}) == job
    assert file_ids(job) == result_ids(job) == []


def test_a_page_is_asked_for_by_its_beginning_and_length():
    assert load(JOB_QUERY, {"after": "ftjob-1", "limit": "3", "other": "x"}) == Cursor(limit=3, after="ftjob-1")
    assert load(ONWARD_QUERY, {"after": "a&b=c", "limit": "3"}).query == "after=a%26b%3Dc&limit=3"
    assert load(ONWARD_QUERY, {}).query == ""


@pytest.mark.parametrize("key", ["metadata", "metadata[team]"])
def test_a_filter_that_would_be_overlooked_is_refused(key):
    with pytest.raises(UnsupportedParameter):
        load(JOB_QUERY, {key: "x"})


def test_a_list_is_openais():
    assert job_list([JOB], True) == {"object": "list", "data": [JOB], "has_more": True}


def test_nothing_in_a_part_of_a_path_leaves_it():
    assert path_of("files", "../jobs?x#y") == "/files/..%2Fjobs%3Fx%23y"


@pytest.mark.parametrize("name", ["plain.jsonl", "été.jsonl", 'a"b\r\nc.jsonl'])
def test_the_form_holds_the_file_and_its_purpose(name):
    file = File("file-a", "ann", name, "fine-tune", "0" * 64, 4, 0)
    envelope = Envelope.of(file)
    body = envelope.head + b"\r\n--" + envelope.tail
    boundary = envelope.media_type.partition("boundary=")[2].encode()
    fields, files = MultiPartParser().parse(io.BytesIO(body), boundary, len(body))
    assert fields.to_dict() == {"purpose": "fine-tune"}
    assert files["file"].read() == b"\r\n--"
    assert files["file"].filename == name.replace("\r", "%0D").replace("\n", "%0A")


def test_no_two_forms_have_the_same_boundary():
    file = File("file-a", "ann", "a", "fine-tune", "0" * 64, 4, 0)
    assert Envelope.of(file).media_type != Envelope.of(file).media_type
