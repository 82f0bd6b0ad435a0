"""Clocks that agree, and clocks that do not."""

import pytest

from ragproxy.checks.clocks import compare, of_answer


@pytest.mark.parametrize(
    ("theirs", "status", "words"),
    [
        (1000.0, "ok", "agrees"),
        (971.0, "ok", "to 29 s"),
        (1031.5, "ok", "to 30 s"),  # it was asked between 1000 and 1002
        (960.0, "warning", "is 40 s behind"),
        (4602.0, "warning", "is 3,600 s ahead of"),
    ],
)
def test_thirty_seconds_are_the_most(theirs, status, words):
    told = compare("Redis", "redis", theirs, (1000.0, 1002.0))
    assert (told.name, told.status) == ("clock.redis", status)
    assert words in told.message
    assert (told.advice is None) == (status == "ok")


def test_the_date_of_an_answer_tells_the_time():
    headers = {"date": "Thu, 01 Jan 1970 00:16:40 GMT"}  # 1000
    assert [told.status for told in of_answer("it", "it", headers, (1000.9, 1001.0))] == ["ok"]
    (told,) = of_answer("it", "it", headers, (1200.0, 1200.5))
    assert (told.status, "199 s behind" in told.message) == ("warning", True)


@pytest.mark.parametrize("headers", [{}, {"date": "yesterday"}])
def test_an_answer_without_a_date_tells_nothing(headers):
    assert list(of_answer("it", "it", headers, (0.0, 1.0))) == []
