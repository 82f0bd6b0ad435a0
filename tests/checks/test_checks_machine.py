"""What runs us, and how much it lets us open."""

from ragproxy import __version__
from ragproxy.checks.machine import descriptors, versions


def test_the_versions_are_told():
    (told,) = versions()
    assert (told.status, __version__ in told.message, "SQLite 3" in told.message) == ("ok", True, True)


def test_a_limit_that_the_threads_fit_in(scene):
    (told,) = descriptors(scene(RAGPROXY_THREADS="4"))
    assert told.status == "ok"


def test_threads_that_can_want_more_than_the_limit(scene):
    import resource
    from dataclasses import replace

    usual = scene()
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    many = replace(usual, settings=replace(usual.settings, threads=soft))
    (told,) = descriptors(many)
    assert told.status == "warning"
    assert f"ulimit -n {2 * soft + 256}" in told.advice
