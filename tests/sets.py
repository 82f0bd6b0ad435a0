"""On which sets of services the end-to-end tests ran, told at the end of the run: a skip must not look like a pass."""

_TOLD = {}


def ran(name, details=""):
    """Note that tests ran on this set."""
    _TOLD[name] = f"ran ({details})" if details else "ran"


def skipped(name, reason):
    """Note why they could not."""
    _TOLD[name] = f"SKIPPED, {reason}"


def noted():
    """What was told so far, for another process."""
    return dict(_TOLD)


def take_over(told):
    """Note what another process was told. That a set ran says more than that a test of it was left out."""
    for name, what in told.items():
        if not _TOLD.get(name, "").startswith("ran"):
            _TOLD[name] = what


def summary():
    """A line about the sets that were asked for; empty when none was."""
    return "; ".join(f"{name}: {told}" for name, told in _TOLD.items())
