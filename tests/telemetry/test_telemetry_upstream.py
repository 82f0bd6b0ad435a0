"""What is counted of an upstream's calls, by the parts of the way to it that know."""

import threading

import pytest

from ragproxy.backends.resilience import Breaker, Fallback, Gate, Protection, RetryPolicy, Watch
from ragproxy.domain import Cancel
from ragproxy.errors import BreakerOpen, OverQuota, UpstreamBroken, UpstreamRefused, UpstreamUnavailable
from ragproxy.telemetry import Metrics
from tests.fakes import FakeClock


def test_a_call_that_ends_well_is_timed_to_its_first_piece_and_to_its_end(watch, timer, value):
    def answer():
        timer.now += 0.25
        yield 1
        assert value("upstream_requests_in_flight", upstream="main") == 1
        timer.now += 2

    assert list(watch.guard(answer, Cancel(), "main/m")) == [1]
    assert value("upstream_requests_total", upstream="main", model="main/m", result="ok") == 1
    assert value("upstream_first_token_seconds_sum", model="main/m") == pytest.approx(0.25)
    assert value("upstream_request_seconds_sum", model="main/m") == pytest.approx(2.25)
    assert value("upstream_requests_in_flight", upstream="main") == 0


@pytest.mark.parametrize(
    ("error", "result"),
    [
        (UpstreamUnavailable("down", status=503), "503"),
        (UpstreamUnavailable("down", status=599), "5xx"),
        (UpstreamRefused("teapot", status=418), "4xx"),
        (UpstreamRefused("no", status=429), "429"),
        (UpstreamUnavailable("gone"), "unavailable"),
        (UpstreamBroken("cut"), "broken"),
    ],
)
def test_a_call_that_fails_is_counted_under_one_of_a_few_words(watch, value, error, result):
    fail(watch, error)
    assert value("upstream_requests_total", upstream="main", model="main/m", result=result) == 1
    assert value("upstream_request_seconds_count", model="main/m") is None
    assert value("upstream_requests_in_flight", upstream="main") == 0


def test_who_leaves_is_no_failure(watch, value):
    items = watch.guard(lambda: iter([1, 2]), Cancel(), "main/m")
    next(items)
    items.close()
    cancel = Cancel()
    cancel.cancel()
    fail(watch, UpstreamBroken("given up"), cancel)
    assert value("upstream_requests_total", upstream="main", model="main/m", result="left") == 2


def test_the_circuit_is_told_each_time_it_turns(counted, value):
    clock = FakeClock()
    breaker = Breaker("main", failures=2, open_s=10, clock=clock, metrics=counted)
    assert value("upstream_circuit_state", upstream="main") is None  # until somebody says that there is one
    for _ in range(2):
        fail(breaker, UpstreamUnavailable("down"))
    assert value("upstream_circuit_state", upstream="main") == 2
    assert value("upstream_circuit_opened_total", upstream="main") == 1
    fail(breaker, BreakerOpen)
    assert value("upstream_refusals_total", upstream="main", reason="open") == 1
    clock.now += 10
    states = []
    probe = breaker.guard(
        lambda: states.append(value("upstream_circuit_state", upstream="main")) or iter([1]), Cancel()
    )
    assert list(probe) == [1]
    assert states == [1]
    assert value("upstream_circuit_state", upstream="main") == 0


def test_calls_that_wait_are_counted_until_it_is_their_turn_or_they_are_sent_away(counted, value):
    gate = Gate("main", concurrency=1, queue=1, queue_timeout_s=0.05, metrics=counted)
    held = gate.limit(lambda: iter([1, 2]), Cancel())
    next(held)
    waits = threading.Event()

    def wait():
        with pytest.raises(OverQuota):
            next(gate.limit(lambda: iter([1]), Cancel(), waits.set))

    thread = threading.Thread(target=wait)
    thread.start()
    waits.wait(5)
    seen = set()
    while thread.is_alive():
        seen.add(value("upstream_requests_queued", upstream="main"))
    assert seen <= {0, 1}
    assert 1 in seen
    assert value("upstream_requests_queued", upstream="main") == 0
    assert value("upstream_refusals_total", upstream="main", reason="busy") == 1
    held.close()


def test_a_call_that_is_made_again_is_a_retry_and_two_calls(watch, counted, value):
    protection = Protection(
        Gate("main", metrics=counted),
        Breaker("main", metrics=counted),
        RetryPolicy(1, sleep=lambda seconds, cancel: None, metrics=counted),
    )
    replies = [UpstreamUnavailable("down", status=503), None]

    def answer():
        if error := replies.pop(0):
            raise error
        yield 1

    assert list(protection.call(lambda: watch.guard(answer, Cancel(), "main/m"), Cancel())) == [1]
    assert value("upstream_retries_total", upstream="main") == 1
    assert value("upstream_requests_total", upstream="main", model="main/m", result="503") == 1
    assert value("upstream_requests_total", upstream="main", model="main/m", result="ok") == 1


def test_who_answers_in_anothers_place_is_told(metrics, value):
    class Down:
        def chat(self, request):
            raise UpstreamUnavailable("down")
            yield

    class Up:
        def chat(self, request):
            yield 1

    class Asked:
        cancel = Cancel()

    assert list(Fallback([("main/a", Down()), ("spare/b", Up())], metrics.fell_back).chat(Asked())) == [1]
    assert value("upstream_fallbacks_total", model="main/a", fallback="spare/b") == 1
    assert list(Fallback([("main/c", Up()), ("spare/b", Up())], metrics.fell_back).chat(Asked())) == [1]
    assert value("upstream_fallbacks_total", model="main/c", fallback="spare/b") is None


def test_a_method_that_a_client_made_up_begins_no_series(metrics, value):
    metrics.answered("BREW", "unknown", 405, 0.1)
    metrics.answered("GET", "/health", 200, 0.1)
    assert value("requests_total", method="other", route="unknown", status="405") == 1
    assert value("requests_total", method="GET", route="/health", status="200") == 1


# ---- fixtures -----------------------------------------------------------------------------------


def fail(guard, error, cancel=None):
    """Make a call that raises the error, or that raises one of that class before it is made."""

    def answer():
        raise error
        yield

    expected = error if isinstance(error, type) else type(error)
    with pytest.raises(expected):
        list(guard.guard(answer, cancel or Cancel(), *(["main/m"] if isinstance(guard, Watch) else [])))


@pytest.fixture
def metrics():
    return Metrics()


@pytest.fixture
def counted(metrics):
    return metrics.upstream("main")


@pytest.fixture
def timer():
    return FakeClock()


@pytest.fixture
def watch(counted, timer):
    return Watch(timer=timer, metrics=counted)


@pytest.fixture
def value(metrics):
    """A figure by its name without `ragproxy_` and its labels; None when there is none."""

    def get(name, **labels):
        return metrics._registry.get_sample_value(f"ragproxy_{name}", labels)

    return get
