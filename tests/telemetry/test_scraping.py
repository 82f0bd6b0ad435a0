"""What is looked up at a scrape: the processes, and the work that waits in the records."""

import os
import subprocess
import sys
import threading

import pytest

from ragproxy.errors import StateUnavailable
from ragproxy.telemetry import Metrics
from ragproxy.telemetry.scraping import Jobs, Processes
from tests.fakes import FakeClock

FILES = ("files", 3, 1, 12.5)


def test_each_process_has_its_own_memory_and_time():
    told = {metric.name: metric for metric in Processes(lambda: [os.getpid()]).collect()}
    (memory,) = told["process_resident_memory_bytes"].samples
    (spent,) = told["process_cpu_seconds"].samples
    assert memory.labels == spent.labels == {"pid": str(os.getpid())}
    assert spent.name == "process_cpu_seconds_total"
    assert 1 << 20 < memory.value < 1 << 40


def test_a_process_that_is_gone_is_left_out():
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert list(Processes(lambda: [ended.pid]).collect()) == []


def test_what_waits_is_told_by_queue():
    assert samples(Jobs(lambda: [FILES])) == {
        "ragproxy_records_up": 1,
        "ragproxy_jobs_waiting{files}": 3,
        "ragproxy_jobs_in_hand{files}": 1,
        "ragproxy_jobs_oldest_waiting_seconds{files}": 12.5,
    }


def test_the_records_are_asked_once_in_a_while():
    asked = []
    clock = FakeClock()
    jobs = Jobs(lambda: asked.append(1) or [FILES], fresh_s=5, clock=clock)
    samples(jobs)
    samples(jobs)
    assert len(asked) == 1
    clock.now += 5
    samples(jobs)
    assert len(asked) == 2


def test_records_that_fail_are_told_to_be_down_and_nothing_else_is():
    def read():
        raise StateUnavailable("The database does not answer")

    assert samples(Jobs(read)) == {"ragproxy_records_up": 0}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_so_are_those_that_fail_in_a_way_nobody_foresaw():
    def read():
        raise ValueError

    assert samples(Jobs(read)) == {"ragproxy_records_up": 0}


def test_nobody_waits_for_records_that_hang_and_one_thread_alone_does():
    answer = threading.Event()
    asked = []

    def read():
        asked.append(1)
        answer.wait(30)
        return [FILES]

    jobs = Jobs(read, patience_s=0.05)
    assert samples(jobs) == samples(jobs) == {"ragproxy_records_up": 0}
    assert len(asked) == 1
    answer.set()
    jobs._reader.join(5)
    assert samples(jobs)["ragproxy_jobs_waiting{files}"] == 3


def test_metrics_tell_them_when_they_are_asked_to():
    metrics = Metrics()
    assert b"ragproxy_jobs_waiting" not in metrics.render()
    metrics.look_up_jobs(lambda: [FILES])
    told = metrics.render().decode()
    assert 'ragproxy_jobs_waiting{queue="files"} 3.0' in told
    assert f'process_open_fds{{pid="{os.getpid()}"}}' in told


def samples(jobs):
    return {
        sample.name + "".join(f"{{{value}}}" for value in sample.labels.values()): sample.value
        for metric in jobs.collect()
        for sample in metric.samples
    }
