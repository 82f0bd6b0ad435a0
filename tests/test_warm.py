"""Copies of a process: what they do is what a new one does."""

import signal
import subprocess

import pytest

from tests import warm
from tests.e2e.servers import environment, ragproxy


@pytest.mark.parametrize(("command", "variables"), [("nonsense", {}), ("search", {"RAGPROXY_TOP_K": "0"})])
def test_a_copy_says_what_a_new_process_says(tmp_path, command, variables):
    copy, new = (
        ragproxy(command, "x", data_dir=tmp_path, check=False, warm=copied, **variables) for copied in (True, False)
    )
    assert copy.returncode > 0
    assert (copy.returncode, copy.stdout, copy.stderr) == (new.returncode, new.stdout, new.stderr)


def test_a_copy_is_waited_for_and_stopped_like_a_new_process(tmp_path):
    with (tmp_path / "out").open("w") as out:
        copy = warm.Process(
            ["http.server", "0", "--bind", "127.0.0.1"], env=environment(tmp_path), stdout=out, stderr=out
        )
    assert copy.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        copy.wait(0.01)
    copy.kill()
    assert copy.wait(10) == copy.poll() == copy.returncode == -signal.SIGKILL
    copy.kill()


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"RAGPROXY_TOP_K": "3"}, True),
        ({"RAGPROXY_WORKER_CLASS": "gthread"}, True),
        ({"PYTHONUNBUFFERED": "1"}, False),
        ({"PROMETHEUS_MULTIPROC_DIR": "metrics"}, False),
    ],
)
def test_what_is_read_at_the_start_needs_a_new_process(variables, expected):
    assert warm.suits(variables) is expected
