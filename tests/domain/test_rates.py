import pytest

from ragproxy.domain import duration


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (0, "0s"),
        (-3, "0s"),
        (0.0004, "1ms"),
        (0.12, "120ms"),
        (0.9999, "1s"),
        (1, "1s"),
        (1.2, "2s"),
        (59.001, "1m0s"),
        (59.9999, "1m0s"),
        (60, "1m0s"),
        (360, "6m0s"),
        (3605, "1h0m5s"),
        (7199.5, "2h0m0s"),
    ],
)
def test_seconds_are_written_as_openai_does_and_never_too_short(seconds, written):
    assert duration(seconds) == written
