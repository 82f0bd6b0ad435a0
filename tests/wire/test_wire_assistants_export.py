"""What is read of an export of the Assistants API, however its lists were written down."""

import json

import pytest

from ragproxy.errors import InvalidRequest
from ragproxy.wire.assistants_export import Cut, created_at, read_export

ASSISTANT = {"id": "asst_1", "object": "assistant", "created_at": 7, "model": "gpt-4o", "tools": []}
THREAD = {"id": "thread_1", "object": "thread", "created_at": 8}
STORE = {"id": "vs_1", "object": "vector_store", "created_at": 9}
FILE = {"id": "file-1", "object": "file", "filename": "pool.txt"}


def message(id, created=10, **more):
    return {"id": id, "object": "thread.message", "thread_id": "thread_1", "created_at": created, **more}


def listed(*items, **more):
    return {"object": "list", "data": list(items), "has_more": False, **more}


def read(value):
    return read_export(json.dumps(value).encode())


@pytest.mark.parametrize("wrapped", [list, lambda items: listed(*items)], ids=["arrays", "list objects"])
def test_lists_are_arrays_or_list_objects(wrapped):
    export = read(
        {
            "assistants": wrapped([ASSISTANT]),
            "threads": wrapped([{**THREAD, "messages": wrapped([message("msg_1")])}]),
            "files": wrapped([FILE]),
            "vector_stores": wrapped([{**STORE, "files": wrapped([{"id": "file-1", "attributes": {}}])}]),
        }
    )
    assert (export.assistants, export.files) == ((ASSISTANT,), (FILE,))
    assert export.threads == ({**THREAD, "messages": [message("msg_1")]},)
    assert export.stores == ({**STORE, "files": [{"id": "file-1", "attributes": {}}]},)
    assert (export.runs, export.cut) == (0, ())


def test_lines_are_objects_and_lists_in_any_order():
    of_store = {"id": "file-1", "object": "vector_store.file", "vector_store_id": "vs_1"}
    lines = [message("msg_1"), listed(ASSISTANT), THREAD, of_store, STORE, {"files": [FILE]}]
    export = read_export(b"\n\n".join(json.dumps(line).encode() for line in lines), lines=True)
    assert (export.assistants, export.files) == ((ASSISTANT,), (FILE,))
    assert [each["messages"] for each in export.threads] == [[message("msg_1")]]
    assert [each["files"] for each in export.stores] == [[of_store]]


def test_messages_and_files_may_stand_beside_those_they_belong_to():
    export = read({"threads": [THREAD], "messages": [message("msg_1")], "vector_stores": [STORE]})
    assert [each["messages"] for each in export.threads] == [[message("msg_1")]]
    assert [each["files"] for each in export.stores] == [None]  # nobody said what is in it


def test_a_store_may_name_its_files_by_their_ids():
    (store,) = read({"vector_stores": [{**STORE, "files": ["file-1", "file-2"]}]}).stores
    assert store["files"] == [{"id": "file-1"}, {"id": "file-2"}]


@pytest.mark.parametrize("given", ["abcd", "dcba"])
def test_messages_come_oldest_first_also_those_of_one_second(given):
    times = {"a": 1, "b": 2, "c": 2, "d": 3}
    (thread,) = read({"threads": [{**THREAD, "messages": [message(id, times[id]) for id in given]}]}).threads
    assert [each["id"] for each in thread["messages"]] == list("abcd")


def test_an_object_that_is_told_twice_is_taken_once():
    export = read({"assistants": [ASSISTANT, {**ASSISTANT, "model": "gpt-4"}]})
    assert [each["model"] for each in export.assistants] == ["gpt-4"]


def test_runs_are_counted_and_a_list_that_was_cut_is_noted():
    export = read({"assistants": listed(ASSISTANT, has_more=True), "runs": [{"id": "run_1"}], "threads": []})
    assert export.runs == 1
    assert export.cut == (Cut("assistants"),)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([1], "'[0]'"),
        ({"hello": 1}, "'object'"),
        ({"object": "fine_tune"}, "'fine_tune'"),
        ({"assistants": [{"object": "assistant"}]}, "'assistants[0].id'"),
        ({"assistants": [{"id": ""}]}, "'assistants[0].id'"),
        ({"assistants": 1}, "'assistants'"),
        ({"assistants": {"object": "list"}}, "'assistants.data'"),
        ({"assistants": [THREAD]}, "'assistants[0].object'"),
        ({"threads": [{**THREAD, "messages": [1]}]}, "'threads[0].messages[0]'"),
        ({"messages": [{"id": "msg_1"}]}, "'messages[0].thread_id'"),
    ],
)
def test_what_is_no_export_is_refused_with_the_place(value, said):
    with pytest.raises(InvalidRequest) as no:
        read(value)
    assert said in no.value.message


def test_a_line_at_fault_is_named():
    with pytest.raises(InvalidRequest, match="line 3: not valid JSON"):
        read_export(b'{"files": []}\n\n{"files": ', lines=True)
    with pytest.raises(InvalidRequest, match="line 1: Missing required parameter 'id'"):
        read_export(b'{"object": "file"}', lines=True)


def test_the_age_of_a_thing_is_not_in_the_future():
    assert created_at({"created_at": 7}, 10) == 7
    assert [created_at(value, 10) for value in ({}, {"created_at": 11}, {"created_at": "x"})] == [10, 10, 10]
