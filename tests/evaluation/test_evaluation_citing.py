"""The markers of an answer."""

from ragproxy.evaluation.citing import markers, without_markers


def test_every_number_in_a_marker_is_a_citation():
    assert markers("Paris [1]. Lyon [2][3], Nice [1, 12] and array[4].") == [1, 2, 3, 1, 12, 4]


def test_what_only_looks_like_a_marker_is_none():
    assert markers("[a] [1-2] [] [1234] [ 1 ] (1) [^1]") == []


def test_an_answer_without_its_markers_is_the_text_alone():
    assert without_markers("Paris [1], not Lyon\u00a0[2][3].") == "Paris, not Lyon."
    assert without_markers("no marker") == "no marker"
