"""This machine's clock against the others': signed links, tokens, leases and limits rest on their being one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime

from ragproxy.checks.verdict import Verdict, ok, warning

MOST_S = 30.0
_SECOND = 1.0  # what a Date header leaves out


def compare(whose: str, name: str, theirs: float, between: tuple[float, float]) -> Verdict:
    """The other clock's moment against ours before and after it was asked; all in epoch seconds.

    `whose` is for the message, and `name` for the verdict: `clock.redis`.
    """
    before, after = between
    apart = max(before - theirs, theirs - after, 0.0)
    if apart <= MOST_S:
        return ok(f"clock.{name}", f"The clock of {whose} agrees with this machine's to {max(1, round(apart))} s")
    which = "behind" if theirs < before else "ahead of"
    return warning(
        f"clock.{name}",
        f"The clock of {whose} is {round(apart):,} s {which} this machine's",
        "Set both by NTP (timedatectl says whether this one is): links, tokens and limits rest on them",
    )


def of_answer(whose: str, name: str, headers: Mapping[str, str], between: tuple[float, float]) -> Iterator[Verdict]:
    """The same by the `Date` of an answer, if it has one."""
    try:
        theirs = parsedate_to_datetime(headers.get("date", "")).timestamp()
    except ValueError:
        return
    yield compare(whose, name, theirs, (between[0] - _SECOND, between[1]))
