import pytest

from ragproxy.backends.trying import TRIED, begin, last, outcome, told, tried_within
from ragproxy.domain import Delta
from ragproxy.errors import (
    BreakerOpen,
    NotServed,
    OverQuota,
    UnsupportedParameter,
    UpstreamBroken,
    UpstreamError,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamUnavailable,
    UpstreamUnreachable,
)


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (UpstreamRefused("no", status=404), "404"),
        (UpstreamUnavailable("down", status=503), "503"),
        (UpstreamError("our key", status=401), "401"),
        (UpstreamUnavailable("no connection"), "unavailable"),
        (UpstreamUnreachable("slow"), "unreachable"),
        (UpstreamTimeout("slow"), "timeout"),
        (UpstreamBroken("cut"), "broken"),
        (BreakerOpen("left alone"), "open"),
        (OverQuota("full", retry_after_s=1), "busy"),
        (NotServed("no such route"), "not-served"),
        (UnsupportedParameter("no tools"), "400"),
        (UpstreamError("odd"), "failed"),
    ],
)
def test_an_attempt_ends_in_a_word(error, word):
    assert outcome(error) == word


def test_what_begins_is_split_into_its_first_item_and_the_rest():
    head, rest = begin(lambda: iter("abc"))
    assert (head, list(rest)) == (["a"], ["b", "c"])
    assert begin(lambda: iter(()))[0] == []


def test_a_delta_keeps_its_other_headers():
    (delta,) = told([Delta(content="a", headers={"x-ratelimit-limit": "1"})], ["m/a 503", "m/a 200"])
    assert delta.headers == {"x-ratelimit-limit": "1", TRIED: "m/a 503, m/a 200"}
    assert delta.content == "a"


@pytest.mark.parametrize("item", [b"bytes", "text", 3])
def test_what_has_no_headers_stays_as_it_is(item):
    assert told([item], ["m/a 200"]) == [item]
    assert told([], ["m/a 200"]) == []


def test_only_after_several_attempts_are_clients_asked_not_to_try_again():
    once = last(UpstreamUnavailable("down", headers={"retry-after": "1"}), ["m/a 503"])
    assert once.headers == {"retry-after": "1", TRIED: "m/a 503"}
    twice = last(OverQuota("full", retry_after_s=1), ["m/a 503", "m/b busy"])
    assert twice.headers == {TRIED: "m/a 503, m/b busy", "x-should-retry": "false"}


@pytest.mark.parametrize("label", ["m/模型", "m/a\r\nset-cookie: a", "m/\x00"])
def test_a_model_of_any_name_makes_a_header_that_can_be_sent(label):
    value = last(UpstreamBroken("cut"), [f"{label} 503"]).headers[TRIED]
    assert value.isascii()
    assert value.isprintable()
    assert value.endswith(" 503")


def test_what_was_tried_inside_is_read_back():
    assert tried_within({TRIED: "503, 200"}) == ["503", "200"]
    assert tried_within({}) == []
