"""The plots: well-formed, and where the figures say."""

import re

from lxml import etree

from ragproxy.evaluation.plots import Bar, Strip, bars, columns, strips


def test_a_bar_is_as_long_as_its_share():
    drawn = parse(bars("Q", [("one", [Bar(1.0, 1.0, 1.0, "1.0")]), ("half", [Bar(0.5, 0.25, 0.75, "0.5")])]))
    whole, half = (float(each.get("width")) for each in drawn.iter("rect"))
    assert abs(half - whole / 2) < 0.2
    (whisker,) = [each.get("d") for each in drawn.iter("path")]
    left, right = re.match(r"M([\d.]+) .*H([\d.]+)", whisker).groups()
    assert abs(float(right) - float(left) - whole / 2) < 0.2
    assert [each.text for each in drawn.iter("text")][:5] == ["0", "0.25", "0.5", "0.75", "1"]


def test_the_axis_is_written_as_the_reader_writes_numbers():
    drawn = parse(bars("Q", [("x", [Bar(1.0, 1.0, 1.0, "1")])], ","))
    assert "0,25" in [each.text for each in drawn.iter("text")]


def test_columns_of_two_series_stand_side_by_side_and_empty_ones_are_not_drawn():
    drawn = parse(columns("Ranks", ["1", "2"], [[4, 0], [2, 1]]))
    drawn_as = [(each.get("class"), round(float(each.get("height")))) for each in drawn.iter("rect")]
    assert drawn_as == [("s0", 168), ("s1", 84), ("s1", 42)]
    parse(columns("Ranks", ["1"], [[0]]))


def test_times_stand_in_their_order_on_the_axis():
    drawn = parse(strips("T", [[Strip("all", [1.0, 10.0, 100.0], 10.0, 100.0)]]))
    one, ten, hundred = (float(each.get("cx")) for each in drawn.iter("circle"))
    assert abs((hundred - ten) - (ten - one)) < 0.2
    assert [title.text for title in drawn.iter("title")] == ["p50: 10.0 ms", "p95: 100.0 ms"]


def test_a_strip_has_a_bounded_number_of_dots_and_takes_any_times():
    drawn = parse(strips("T", [[Strip("many", [5.0] * 5000, 5.0, 5.0)], [Strip("odd", [0.0, 90_000.0], 0.0, 9e4)]]))
    assert len(list(drawn.iter("circle"))) == 402
    assert all(0 <= float(each.get("cx")) <= 720 for each in drawn.iter("circle"))


def test_labels_are_escaped():
    drawn = parse(bars("<b>", [("<i>&", [Bar(0.5, 0.5, 0.5, "<u>")])]))
    assert drawn.get("aria-label") == "<b>"
    assert "<i>&" in [each.text for each in drawn.iter("text")]


def parse(svg):
    root = etree.fromstring(str(svg))
    assert root.tag == "svg"
    assert root.get("role") == "img"
    return root
