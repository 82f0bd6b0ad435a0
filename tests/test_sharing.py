"""Which tests share a process."""

import pytest

from tests.sharing import group


@pytest.mark.parametrize(
    ("nodeid", "expected"),
    [
        ("tests/test_docs.py::test_a", "tests/test_docs.py"),
        ("tests/e2e/test_usage.py::test_a[embedded-x]", "tests/e2e/test_usage.py"),
        ("tests/e2e/test_usage.py::test_a[scaled-x]", "scaled"),
        ("tests/e2e/test_usage.py::test_a[scaled]", "scaled"),
        ("tests/e2e/test_scaled.py::test_a", "scaled"),
    ],
)
def test_a_file_is_a_group_and_so_is_the_scaled_set(nodeid, expected):
    assert group(nodeid) == expected
