"""Whatever an upstream says, in whatever order: the events are well formed, and make the object that is kept."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ragproxy.domain import PULSE, Delta, Usage
from ragproxy.wire.response_replay import replayed
from tests.wire.answers import answer, citation, source
from tests.wire.responding import checked, told, types, whole

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="[]\0"), max_size=6)
fragments = st.fixed_dictionaries(
    {"function": st.fixed_dictionaries({}, optional={"name": st.sampled_from(["f", "g"]), "arguments": words})},
    optional={"index": st.integers(0, 2), "id": st.sampled_from(["a", "b", ""]), "type": st.just("function")},
)
pieces = st.one_of(
    st.tuples(st.just("text"), words),
    st.tuples(st.just("marker"), st.integers(1, 3)),
    st.tuples(st.just("thought"), words),
    st.tuples(st.just("refusal"), words),
    st.tuples(st.just("calls"), st.lists(fragments, max_size=3)),
    st.tuples(st.just("pulse"), st.none()),
    st.tuples(st.just("other choice"), words),
)
endings = st.sampled_from(["stop", "length", "tool_calls", "content_filter"])


@settings(max_examples=100, deadline=None)
@given(said=st.lists(pieces, max_size=14), finish=endings, searched=st.booleans())
def test_events_and_object_agree(said, finish, searched):
    deltas = [*deltas_of(said), Delta(finish_reason=finish), Delta(index=None, usage=Usage(1, 2, 3))]
    answered = answer(sources=(source(),), query="q") if searched else answer()
    made, events = told(*deltas, answered=answered)
    body = whole(made)
    assert types(events)[:2] == ["created", "in_progress"]
    assert events[-1]["response"] == body
    assert rebuilt(events) == body["output"]
    again = checked(replayed(body))
    assert again[-1] == {**events[-1], "sequence_number": len(again) - 1}
    assert rebuilt(again) == body["output"]
    texts = [text for kind, text in said if kind == "text"]
    markers = [f"[{number}]" for kind, number in said if kind == "marker"]
    shown = [part for item in body["output"] for part in item.get("content") or () if part["type"] == "output_text"]
    assert sorted("".join(part["text"] for part in shown)) == sorted("".join(texts + markers))
    for part in shown:
        for note in part["annotations"]:
            assert part["text"][note["index"] :].startswith(f"[{note['file_id'].removeprefix('file-')}]")
    assert sum(len(part["annotations"]) for part in shown) == len(markers)
    arguments = [
        fragment["function"].get("arguments", "") for kind, each in said if kind == "calls" for fragment in each
    ]
    calls = [item["arguments"] for item in body["output"] if item["type"] == "function_call"]
    assert sorted("".join(calls)) == sorted("".join(arguments))


def deltas_of(said):
    position = 0
    for kind, what in said:
        match kind:
            case "text":
                position += len(what)
                yield Delta(content=what)
            case "marker":
                text = f"[{what}]"
                yield Delta(content=text, citations=(citation(position, position + len(text), what),))
                position += len(text)
            case "thought":
                yield Delta(fields={"reasoning_content": what})
            case "refusal":
                yield Delta(fields={"refusal": what})
            case "calls":
                yield Delta(fields={"tool_calls": what})
            case "pulse":
                yield PULSE
            case _:
                yield Delta(index=1, content=what)


def rebuilt(events):
    """The output as a client puts it together that trusts nothing but what it is told, in order."""
    items, done = {}, {}
    for event in events[2:-1]:
        place, kind = event["output_index"], event["type"].removeprefix("response.")
        if kind == "output_item.added":
            assert place == len(items)
            assert event["item"]["status"] == "in_progress"
            items[place] = {**event["item"], "said": ""}
            continue
        item = items[place]
        assert place not in done, "nothing is told of an item that has ended"
        if kind == "output_item.done":
            done[place] = event["item"]
            continue
        assert event["item_id"] == item["id"]
        match kind:
            case "content_part.added":
                assert event["content_index"] == item.get("parts", 0)
                item["parts"], item["said"], item["notes"] = event["content_index"] + 1, "", []
            case "output_text.annotation.added":
                item["notes"].append(event["annotation"])
                assert event["annotation_index"] == len(item["notes"]) - 1
            case "content_part.done":
                part = event["part"]
                assert item["said"] == (part["refusal"] if part["type"] == "refusal" else part["text"])
                assert item["notes"] == part.get("annotations", [])
            case _ if kind.endswith(".delta"):
                item["said"] += event["delta"]
            case "output_text.done" | "reasoning_text.done":
                assert item["said"] == event["text"]
            case "refusal.done":
                assert item["said"] == event["refusal"]
            case "function_call_arguments.done":
                assert item["said"] == event["arguments"]
    assert done.keys() == items.keys()
    return [done[place] for place in sorted(done)]
