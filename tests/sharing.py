"""Which tests share a process when several run the suite: those of a file, and those of the scaled set.

Servers live as long as a process does: each process that gets a test of a file starts that file's servers. The mark
`xdist_group` would say the same, but pytest 9.2 drops it in silence (pytest-xdist issue 1386).
"""

from xdist.scheduler import LoadScopeScheduling

E2E = "tests/e2e/"


class ByServers(LoadScopeScheduling):
    """Gives a process one group after the other, in the order of collection."""

    def __init__(self, config, log):
        config.option.loadscopereorder = False  # the number of its tests says nothing about how long a file takes
        super().__init__(config, log)

    def _split_scope(self, nodeid):
        return group(nodeid)


def group(nodeid):
    """The name of the group of a test."""
    file, _, name = nodeid.partition("::")
    return "scaled" if "[scaled" in name or file == E2E + "test_scaled.py" else file


def longest_first(items):
    """Sort the tests so that no group that takes minutes is begun when the others are nearly done."""
    items.sort(key=lambda item: (group(item.nodeid) != "scaled", not item.nodeid.startswith(E2E)))
