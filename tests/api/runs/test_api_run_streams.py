"""Runs that are followed: every event in order, read by OpenAI's own types, and deltas that add up."""

import threading

from tests.api.library import index, refused, right, services_of, uploaded
from tests.api.runs.running import (
    BEGUN,
    DONE,
    LOOK,
    SEARCHED,
    STALLS,
    WRITING,
    WRITTEN,
    assistant,
    calling,
    checked,
    messages,
    names,
    path,
    run,
    seen,
    steps,
    streamed,
    thread,
    told,
    work,
)

CONTENT = "step_details.tool_calls[*].file_search.results[*].content"
SEARCH = [{"type": "file_search"}]


def test_a_run_is_told_from_its_beginning_to_its_end(client, upstream):
    upstream.text = "Paris it is."
    where = thread(client, "Where?")
    events = streamed(client, f"/v1/threads/{where}/runs", assistant_id=assistant(client))
    told_ = names(events)
    assert [name for name in told_ if name != "message.delta"] == [*BEGUN, *WRITING, *WRITTEN]
    assert [event["data"]["status"] for event in events[:3]] == ["queued", "queued", "in_progress"]
    body = events[-1]["data"]
    assert seen(client, body) == body
    (step,) = steps(client, body)
    assert step == events[-2]["data"]
    (message,) = messages(client, where, run_id=body["id"])
    assert message == events[-3]["data"]
    assert message["content"][0]["text"]["value"] == "Paris it is."


def test_a_thread_is_made_and_told_first(client, upstream):
    asked = {"messages": [{"role": "user", "content": "Where?"}], "metadata": {"a": "b"}}
    events = streamed(client, "/v1/threads/runs", assistant_id=assistant(client), thread=asked)
    assert names(events)[:4] == ["created", *BEGUN]
    made = events[0]["data"]
    assert (made["metadata"], made["id"]) == ({"a": "b"}, events[-1]["data"]["thread_id"])
    assert right(client.get(f"/v1/threads/{made['id']}")) == made


def test_a_thread_is_made_with_a_run_that_is_not_followed(client, upstream):
    asked = {"messages": [{"role": "user", "content": "Where?"}]}
    body = right(client.post("/v1/threads/runs", json={"assistant_id": assistant(client), "thread": asked}))
    assert work(client)
    assert seen(client, body)["status"] == "completed"
    refused(client.post("/v1/threads/runs", json={"assistant_id": "asst_none"}), 404, "not_found")


def test_what_was_found_is_cited_where_the_markers_stand(client, upstream, store):
    upstream.text = "Été 🏊: 330 metres [1], not 90 [2]."
    resources = {"file_search": {"vector_store_ids": [store]}}
    bot = assistant(client, tools=SEARCH, tool_resources=resources)
    where = thread(client, "How tall is the tower, how long the bridge, in metres?")
    events = streamed(client, f"/v1/threads/{where}/runs", assistant_id=bot)
    assert [name for name in names(events) if name != "message.delta"] == [*BEGUN, *SEARCHED, *WRITING, *WRITTEN]
    text = events[-3]["data"]["content"][0]["text"]
    assert [text["value"][each["start_index"] : each["end_index"]] for each in text["annotations"]] == ["[1]", "[2]"]
    assert [each["text"] for each in text["annotations"]] == ["[1]", "[2]"]
    files = [
        right(client.get(f"/v1/files/{each['file_citation']['file_id']}"))["filename"] for each in text["annotations"]
    ]
    assert sorted(files) == ["bridge.txt", "tower.txt"]
    searching, writing = steps(client, events[-1]["data"])
    (call,) = searching["step_details"]["tool_calls"]
    assert [sorted(each) for each in call["file_search"]["results"]] == [["file_id", "file_name", "score"]] * 2
    assert (searching["usage"]["total_tokens"], writing["usage"]) == (0, events[-1]["data"]["usage"])


def test_what_was_found_is_shown_on_demand(client, upstream, store):
    bot = assistant(client, tools=SEARCH, tool_resources={"file_search": {"vector_store_ids": [store]}})
    where = thread(client, "How tall is the tower?")
    events = streamed(client, f"/v1/threads/{where}/runs?include[]={CONTENT}", assistant_id=bot)
    body = events[-1]["data"]
    for shown in (
        steps(client, body, **{"include[]": CONTENT})[0],
        right(client.get(f"{path(body)}/steps/{steps(client, body)[0]['id']}?include={CONTENT}")),
        next(event["data"] for event in events if event["event"] == "thread.run.step.completed"),
    ):
        result = shown["step_details"]["tool_calls"][0]["file_search"]["results"][0]
        assert result["content"] == [{"type": "text", "text": "The tower is 330 metres tall."}]
    refused(client.get(f"{path(body)}/steps?include[]=all"), 400, "invalid_value", "include[][0]")


def test_how_well_passages_must_score_is_said_as_assistants_do(client, upstream, store):
    ranking = {"ranker": "default_2024_08_21", "score_threshold": 0.9}
    search = [{"type": "file_search", "file_search": {"max_num_results": 1, "ranking_options": ranking}}]
    resources = {"file_search": {"vector_store_ids": [store]}}
    where = thread(client, "How tall is the tower, as seen from the bridge?")
    own = assistant(client, tools=search, tool_resources=resources)
    threads_ = thread(client, "How tall is the tower, as seen from the bridge?", tool_resources=resources)
    for bot, place in ((own, where), (assistant(client, tools=search), threads_)):
        body = streamed(client, f"/v1/threads/{place}/runs", assistant_id=bot)[-1]["data"]
        found = steps(client, body)[0]["step_details"]["tool_calls"][0]["file_search"]
        assert found == {"ranking_options": ranking, "results": []}
        worked = streamed(client, f"/v1/threads/{place}/runs", assistant_id=bot, tools=[{"type": "file_search"}])
        found = steps(client, worked[-1]["data"])[0]["step_details"]["tool_calls"][0]["file_search"]
        assert len(found["results"]) == 2


def test_a_threads_own_store_is_searched_beside_the_assistants(client, upstream, store):
    attached = [{"file_id": uploaded(client, "The moat is 7 metres deep.", "moat.txt"), "tools": SEARCH}]
    asked = {"role": "user", "content": "How tall is the tower, how deep the moat?", "attachments": attached}
    where = right(client.post("/v1/threads", json={"messages": [asked]}))["id"]
    bot = assistant(client, tools=SEARCH, tool_resources={"file_search": {"vector_store_ids": [store]}})
    body = run(client, where, bot)
    worker = threading.Thread(target=work, args=(client,))
    worker.start()  # and waits for what is being indexed
    index(client)
    worker.join(20)
    assert seen(client, body)["status"] == "completed"
    assert "330 metres" in told(upstream)
    assert "7 metres" in told(upstream)
    worked = streamed(client, f"/v1/threads/{where}/runs", assistant_id=bot, tools=[])
    assert "run.step.delta" not in names(worked)
    assert "7 metres" not in told(upstream)


def test_calls_are_told_in_pieces_and_the_rest_in_a_stream_of_its_own(client, upstream):
    upstream.script(calling(("call_1", "look", '{"a":1}'), ("call_2", "look", '{"b":2}')))
    bot, where = assistant(client, tools=[LOOK]), thread(client, "Look!")
    events = streamed(client, f"/v1/threads/{where}/runs", assistant_id=bot)
    kinds = names(events)
    assert kinds[:5] == [*BEGUN, "run.step.created", "run.step.in_progress"]
    assert set(kinds[5:-1]) == {"run.step.delta"}
    assert kinds[-1] == "run.requires_action"
    pieces = {}
    for event in events[5:-1]:
        (call,) = event["data"]["delta"]["step_details"]["tool_calls"]
        pieces[call["index"]] = pieces.get(call["index"], "") + call["function"]["arguments"]
    assert pieces == {0: '{"a":1}', 1: '{"b":2}'}
    body = events[-1]["data"]
    assert seen(client, body) == body
    upstream.text = "A tower."
    outputs = [{"tool_call_id": "call_1", "output": "tall"}, {"tool_call_id": "call_2"}]
    events = streamed(client, f"{path(body)}/submit_tool_outputs", tool_outputs=outputs)
    assert [name for name in names(events) if name != "message.delta"] == [
        "run.step.completed",
        "run.queued",
        "run.in_progress",
        *WRITING,
        *WRITTEN,
    ]
    calls = events[0]["data"]["step_details"]["tool_calls"]
    assert [call["function"]["output"] for call in calls] == ["tall", ""]
    assert steps(client, body)[0] == events[0]["data"]
    assert seen(client, body) == events[-1]["data"]


def test_whoever_follows_hears_that_it_was_cancelled(client, upstream):
    upstream.script(STALLS)
    where = thread(client, "Where?")
    answer = client.post(f"/v1/threads/{where}/runs", json={"assistant_id": assistant(client), "stream": True})
    pieces = iter(answer.response)
    frames = [next(pieces)]
    worker = threading.Thread(target=work, args=(client,))
    worker.start()
    while b"thread.message.delta" not in frames[-1]:
        frames.append(next(pieces))
    (body,) = right(client.get(f"/v1/threads/{where}/runs"))["data"]
    right(client.post(f"{path(body)}/cancel"))
    frames += pieces
    worker.join(5)
    assert frames[-1] == DONE
    events = checked(frames[:-1])
    assert names(events)[-3:] == ["message.incomplete", "run.step.cancelled", "run.cancelled"]
    (message,) = messages(client, where, run_id=body["id"])
    assert message == events[-3]["data"]


def test_one_that_was_told_in_part_when_its_worker_died_has_failed(client, upstream):
    where = thread(client, "Where?")
    answer = client.post(f"/v1/threads/{where}/runs", json={"assistant_id": assistant(client), "stream": True})
    pieces = iter(answer.response)
    frames = [next(pieces)]
    work_of = services_of(client).state.run_work
    task = work_of.claim("dead", 60)
    upstream.text = "Paris"
    shapes = services_of(client).running._shapes
    begun = shapes.begun(task.run, 1, opened=False)
    work_of.write(task.run.id, "dead", begun)
    step = {
        "event": "thread.message.delta",
        "data": {"id": "msg_1", "object": "thread.message.delta", "delta": {"content": []}},
    }
    work_of.write(task.run.id, "dead", type(begun)(events=[step]))
    work_of.abandon("dead")
    assert work(client)
    frames += pieces
    assert frames[-1] == DONE
    assert b"thread.run.failed" in frames[-2]
    assert seen(client, {"thread_id": where, "id": task.run.id})["last_error"]["code"] == "server_error"
    assert upstream.requests == []
