"""Usage as administrators ask for it and see it."""

import calendar
import csv
import io
import time
from dataclasses import replace

import pytest

from ragproxy.domain import UsageFilter, UsageSums
from ragproxy.errors import InvalidRequest
from ragproxy.wire.usage import USAGE_QUERY, UsageQuery, usage_csv, usage_json
from ragproxy.wire.validation import load

DAY = 86_400
NOVEMBER = calendar.timegm((2026, 11, 1, 0, 0, 0))
SUMS = UsageSums(
    requests=3,
    failed=1,
    hits=1,
    prompt=1200,
    cached=400,
    completion=50,
    reasoning=30,
    estimated=2,
    usd=0.000000125,
    unpriced=1,
    ms=12.3456,
    day=NOVEMBER,
    key="key_1",
    key_name="Ann's",
    model="gpt-4o",
)
FIGURES = {
    "requests": 3,
    "failed_requests": 1,
    "cached_requests": 1,
    "prompt_tokens": 1200,
    "cached_tokens": 400,
    "completion_tokens": 50,
    "reasoning_tokens": 30,
    "estimated_requests": 2,
    "cost_usd": 0.000000125,
    "unpriced_requests": 1,
    "mean_ms": 12.3,
}


def test_none_is_one_sum_and_hours_are_hours():
    assert load(USAGE_QUERY, {"group_by": "none"}).by == ()
    with pytest.raises(InvalidRequest):
        load(USAGE_QUERY, {"group_by": "none,day"})
    asked = UsageQuery(("hour",), UsageFilter(NOVEMBER, NOVEMBER + DAY))
    (bucket,) = usage_json([replace(SUMS, day=None, hour=NOVEMBER + 3600)], asked, False)["data"]
    assert (bucket["start_time"], bucket["end_time"]) == (NOVEMBER + 3600, NOVEMBER + 7200)
    _, line = usage_csv([replace(SUMS, hour=NOVEMBER + 3600)], ("hour", "model"))
    assert line.startswith(b"2026-11-01T01:00Z,gpt-4o,")


def test_a_bucket_is_told_whole():
    asked = UsageQuery(("day", "key", "model"), UsageFilter(NOVEMBER, NOVEMBER + 7 * DAY))
    assert usage_json([SUMS], asked, True) == {
        "object": "list",
        "data": [
            {
                "object": "usage.bucket",
                "start_time": NOVEMBER,
                "end_time": NOVEMBER + DAY,
                "key": "key_1",
                "key_name": "Ann's",
                "model": "gpt-4o",
                "upstream": None,
                "agent": None,
                "owner": None,
                **FIGURES,
            }
        ],
        "has_more": True,
    }


def test_a_bucket_that_is_not_of_a_day_has_the_whole_time():
    asked = UsageQuery((), UsageFilter(NOVEMBER, NOVEMBER + 7 * DAY))
    (bucket,) = usage_json([UsageSums(**dict.fromkeys(BARE, 0))], asked, False)["data"]
    assert (bucket["start_time"], bucket["end_time"]) == (NOVEMBER, NOVEMBER + 7 * DAY)


BARE = (
    "requests",
    "failed",
    "hits",
    "prompt",
    "cached",
    "completion",
    "reasoning",
    "estimated",
    "usd",
    "unpriced",
    "ms",
)


def test_a_table_has_the_columns_that_were_asked_for():
    rows = read(usage_csv([SUMS], ("day", "key", "model")))
    assert rows[0] == ["day", "key", "key_name", "model", *FIGURES]
    assert rows[1][:4] == ["2026-11-01", "key_1", "Ann's", "gpt-4o"]
    assert rows[1][4:] == ["3", "1", "1", "1200", "400", "50", "30", "2", "0.000000125", "1", "12.3"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", " ="])
def test_no_cell_can_be_a_formula(start):
    evil = start + 'HYPERLINK("http://example.com";A1)'
    sums = UsageSums(
        **dict.fromkeys(BARE, 0), model=evil, key="k", key_name=evil, agent=evil, owner=evil, upstream=evil
    )
    (_, row) = read(usage_csv([sums], ("key", "model", "upstream", "agent", "owner")))
    assert [cell for cell in row if "HYPERLINK" in cell] == ["'" + evil] * 5


def test_a_table_without_rows_has_its_head():
    assert read(usage_csv([], ())) == [list(FIGURES)]


@pytest.mark.parametrize(
    ("query", "by", "which"),
    [
        ({"from": "2026-11-01", "to": "2026-11-02"}, ("day",), UsageFilter(NOVEMBER, NOVEMBER + 2 * DAY)),
        ({"from": str(NOVEMBER), "to": str(NOVEMBER + 5)}, ("day",), UsageFilter(NOVEMBER, NOVEMBER + 5)),
        ({"to": "2026-12-01"}, ("day",), UsageFilter(NOVEMBER + DAY, NOVEMBER + 31 * DAY)),
        (
            {"group_by": "model, key,model", "from": "2026-11-01", "to": "2026-11-01", "key": "k", "owner": "o"},
            ("key", "model"),
            UsageFilter(NOVEMBER, NOVEMBER + DAY, key="k", owner="o"),
        ),
        (
            {"group_by": "", "from": "2026-11-01", "to": "2026-11-01", "model": "m", "agent": "a"},
            ("day",),
            UsageFilter(NOVEMBER, NOVEMBER + DAY, model="m", agent="a"),
        ),
    ],
)
def test_a_query_says_when_and_by_what(query, by, which):
    asked = load(USAGE_QUERY, query)
    assert (asked.by, asked.which) == (by, which)


def test_the_last_thirty_days_are_meant_when_nothing_is_said():
    which = load(USAGE_QUERY, {}).which
    assert which.until - 2 <= time.time() <= which.until
    assert which.since == (int(time.time()) // DAY - 29) * DAY


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ({"group_by": "day,kye"}, "group_by"),
        ({"from": "yesterday"}, "from"),
        ({"from": "2026-02-30"}, "from"),
        ({"from": "-1"}, "from"),
        ({"to": "99999999999999"}, "to"),
        ({"from": "2026-11-02", "to": "2026-11-01"}, "from"),
        ({"limit": "0"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"format": "xml"}, "format"),
    ],
)
def test_what_is_wrong_with_a_query_is_named(query, param):
    with pytest.raises(InvalidRequest) as refused:
        load(USAGE_QUERY, query)
    assert refused.value.param == param


def read(pieces):
    return list(csv.reader(io.StringIO(b"".join(pieces).decode(), newline="")))
