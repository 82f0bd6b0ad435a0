import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragproxy.tokens import counter, estimate, truncate


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("", 0, 0),
        ("Hello, world!", 3, 5),  # o200k: 4
        ("The quick brown fox jumps over the lazy dog.", 9, 12),  # 10
        ("L'Assemblée nationale siège au palais Bourbon.", 9, 14),  # 11
        ("你好世界", 2, 4),  # 2
        ("1234567890", 3, 5),  # 4
    ],
)
def test_the_estimate_is_near_the_real_count(text, low, high):
    assert low <= estimate(text) <= high


@given(st.text(), st.integers(0, 50))
def test_truncation_keeps_a_beginning_within_the_budget(text, budget):
    kept = truncate(text, budget)
    assert text.startswith(kept)
    assert estimate(kept) <= budget


@given(st.text(), st.text())
def test_a_longer_text_never_counts_less(head, tail):
    assert estimate(head + " " + tail) >= estimate(head)


def test_without_a_vocabulary_on_disk_we_say_that_we_estimate(tmp_path):
    assert counter(None) == ("estimate", estimate)
    assert counter(tmp_path) == ("estimate", estimate)
