"""Markers found in a stream cut anywhere, whatever else travels with the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragproxy.answering.citations import LONGEST_MARKER, Matcher, cite
from ragproxy.domain import Delta, Source, Usage
from ragproxy.errors import UpstreamBroken


def test_a_marker_gets_a_citation_where_it_stands():
    text, citations = read(["Paris [1], really[2]."])
    assert text == "Paris [1], really[2]."
    assert spans(citations) == [(1, 6, 9), (2, 17, 20)]


def test_markers_in_a_row_are_one_citation_each():
    assert spans(read(["So [1][2]."])[1]) == [(1, 3, 6), (2, 6, 9)]


def test_a_list_of_numbers_gives_one_citation_each_over_the_whole_bracket():
    assert spans(read(["So [1, 3]."])[1]) == [(1, 3, 9), (3, 3, 9)]


def test_a_number_twice_in_a_bracket_is_one_citation():
    assert spans(read(["So [2,2]"])[1]) == [(2, 3, 8)]


@pytest.mark.parametrize(
    "text", ["[9]", "[0]", "[1234]", "[a]", "[]", "[1", "[-1]", "[١]", "[1;2]", "[1, 2, 3, 1, 2, 3, 1]"]
)
def test_what_is_no_marker_stays_text_without_citation(text):
    assert read([f"x {text} y"]) == (f"x {text} y", [])


def test_an_invented_number_beside_a_real_one_loses_its_citation_alone():
    assert spans(read(["So [1, 9]"])[1]) == [(1, 3, 9)]


def test_positions_count_code_points():
    text, citations = read(["é😀🇫🇷 [1]"])
    assert [text[c.start : c.end] for c in citations] == ["[1]"]
    assert citations[0].start == 5


def test_plain_text_goes_out_at_once():
    matcher = Matcher(sources())
    assert matcher.feed("Nothing to wait for") == ("Nothing to wait for", ())


def test_a_bracket_that_can_no_longer_be_a_marker_goes_out_at_once():
    matcher = Matcher(sources())
    assert matcher.feed("see [")[0] == "see "
    assert matcher.feed("1")[0] == ""
    assert matcher.feed("x")[0] == "[1x"


def test_without_sources_nothing_is_held_back():
    assert Matcher(()).feed("a [1") == ("a [1", ())


PIECES = st.sampled_from(
    ["[", "]", "1", "2", "3", "12", "123", ", ", ",", " ", "[1]", "[1, 2]", "a", "é", "😀", "\n", "[[", "1]"]
)
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=3)), max_size=40).map("".join)


@given(TEXTS, st.data())
def test_any_cutting_gives_the_same_text_and_citations(text, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=20)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    cut, whole = read(pieces), read([text])
    assert cut == whole
    assert whole[0] == text
    for citation in whole[1]:
        marker = text[citation.start : citation.end]
        assert marker[0] == "["
        assert marker[-1] == "]"
        assert citation.source.index in [int(number) for number in marker[1:-1].split(",")]


@given(TEXTS)
def test_only_a_live_prefix_of_a_marker_is_held_back(text):
    matcher, given_out = Matcher(sources()), ""
    for at, character in enumerate(text, start=1):
        given_out += matcher.feed(character)[0]
        held = text[len(given_out) : at]
        assert len(held) < LONGEST_MARKER
        assert not held or completes(held)


@pytest.mark.parametrize("marker", ["[1]", "[2,3]", "[1 , 2]", "[3, 1 ,2]", "[002]"])
def test_a_marker_may_come_letter_by_letter(marker):
    text, citations = read([*f"a {marker} b"])
    assert text == f"a {marker} b"
    assert {(c.start, c.end) for c in citations} == {(2, 2 + len(marker))}


def test_the_finish_carries_the_sources_and_says_which_were_cited():
    *_, finish = cited(Delta(content="So [2]."), Delta(finish_reason="stop"))
    assert [(source.index, source.cited) for source in finish.sources] == [(1, False), (2, True), (3, False)]
    assert finish.finish_reason == "stop"


def test_an_answer_without_markers_still_has_its_sources():
    *_, finish = cited(Delta(content="So."), Delta(finish_reason="stop"))
    assert [source.cited for source in finish.sources] == [False] * 3


def test_a_search_that_found_nothing_gives_an_empty_list_of_sources():
    *_, finish = cite(iter([Delta(content="No [1]."), Delta(finish_reason="stop")]), ())
    assert finish.sources == ()


def test_each_choice_has_its_own_positions_and_all_share_what_was_cited():
    deltas = cited(
        Delta(index=0, content="See [1"),
        Delta(index=1, content="Longer text [2]"),
        Delta(index=0, content="]"),
        Delta(index=1, finish_reason="stop"),
        Delta(index=0, finish_reason="stop"),
    )
    assert spans(c for d in deltas if d.index == 0 for c in d.citations) == [(1, 4, 7)]
    assert spans(c for d in deltas if d.index == 1 for c in d.citations) == [(2, 12, 15)]
    assert [[s.index for s in d.sources if s.cited] for d in deltas if d.sources] == [[1, 2], [1, 2]]


def test_held_text_goes_out_before_the_finish():
    deltas = cited(Delta(content="array[1"), Delta(finish_reason="length", chunk={"system_fingerprint": "fp"}))
    assert [d.content for d in deltas] == ["array", "[1", None]
    assert [d.finish_reason for d in deltas] == [None, None, "length"]


def test_a_whole_choice_keeps_text_and_finish_in_one_delta():
    usage = Usage(1, 2, 3)
    (delta,) = cited(Delta(content="So [1] and [2", finish_reason="stop", usage=usage))
    assert delta.content == "So [1] and [2"
    assert spans(delta.citations) == [(1, 3, 6)]
    assert delta.usage == usage
    assert [source.cited for source in delta.sources] == [True, False, False]


def test_other_fields_keep_their_delta_and_their_order():
    call = {"tool_calls": [{"index": 0, "id": "c", "type": "function", "function": {"name": "f", "arguments": ""}}]}
    sent = [
        Delta(content="", fields={"role": "assistant"}, headers={"x-ratelimit-limit-requests": "5"}),
        Delta(content="a [", choice={"logprobs": {"content": []}}),
        Delta(fields=call),
        Delta(index=None, usage=Usage(1, 1, 2)),
    ]
    deltas = cited(*sent)
    assert [d.content for d in deltas] == ["", "a ", None, None, "["]
    assert [d.fields for d in deltas[:4]] == [d.fields for d in sent]
    assert deltas[1].choice == sent[1].choice
    assert deltas[0].headers == sent[0].headers
    assert deltas[3] is sent[3]


def test_a_stream_that_ends_without_finish_loses_no_text():
    assert "".join(d.content or "" for d in cited(Delta(content="see [1"), Delta(content=", "))) == "see [1, "


def test_text_before_an_error_is_not_lost():
    def breaks():
        yield Delta(content="half [1")
        raise UpstreamBroken("cut")

    got, deltas = [], cite(breaks(), sources())
    with pytest.raises(UpstreamBroken):
        got.extend(iter(lambda: next(deltas).content, object()))
    assert "".join(got) == "half [1"


def test_the_footer_stands_before_the_finish_of_each_choice_that_has_text():
    deltas = cited(
        Delta(index=0, content="So [1]"),
        Delta(index=0, finish_reason="stop"),
        Delta(index=1, finish_reason="stop"),
        footer="\n\nSources",
    )
    assert [(d.index, d.content) for d in deltas] == [(0, "So [1]"), (0, "\n\nSources"), (0, None), (1, None)]


def test_the_footer_is_part_of_a_whole_choice():
    (delta,) = cited(Delta(content="So", finish_reason="stop"), footer="\n\nSources")
    assert delta.content == "So\n\nSources"


def test_a_tool_call_gets_no_footer():
    deltas = cited(Delta(content="Let me look"), Delta(finish_reason="tool_calls"), footer="\n\nSources")
    assert [d.content for d in deltas] == ["Let me look", None]


def test_closing_the_citations_closes_the_model():
    closed = []

    def model():
        try:
            yield Delta(content="a")
            yield Delta(content="b")
        finally:
            closed.append(True)

    deltas = cite(model(), sources())
    next(deltas)
    deltas.close()
    assert closed == [True]


def read(pieces):
    matcher, text, citations = Matcher(sources()), "", []
    for piece in pieces:
        out, found = matcher.feed(piece)
        text += out
        citations += found
    return text + matcher.flush(), citations


def cited(*deltas, footer=""):
    return list(cite(iter(deltas), sources(), footer))


def spans(citations):
    return [(citation.source.index, citation.start, citation.end) for citation in citations]


def completes(held):
    """Whether some ending makes a marker of it."""
    endings = ["]", "1]", "2, 3]", ",1]", ", 1]", " 1]", " ,1]"]
    return any(is_marker(held + ending) for ending in endings)


def is_marker(text):
    numbers = [number.strip(" ") for number in text[1:-1].split(",")]
    return len(text) <= LONGEST_MARKER and all(n.isascii() and n.isdigit() and len(n) <= 3 for n in numbers)


def sources():
    return tuple(
        Source(index=n, file_id="f", filename="f.txt", chunk_id=f"c{n}", page=None, score=0.5, quote="q", url="urn:x")
        for n in (1, 2, 3)
    )
