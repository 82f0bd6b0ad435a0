"""The progress bar of the long commands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich import progress as rich
from rich.console import Console


@dataclass(frozen=True)
class Bar:
    """A bar that is on the terminal, or nowhere."""

    _progress: rich.Progress
    _task: rich.TaskID

    def step(self, done: int, total: int, note: str = "") -> None:
        """Show `done` of `total`, and a word on how it goes."""
        self._progress.update(self._task, completed=done, total=total, note=note)


@contextmanager
def progress(unit: str) -> Iterator[Bar]:
    """A bar that counts `unit` while the block runs, if there is a terminal; on stderr, so that output can be piped."""
    console = Console(stderr=True)
    columns = (
        rich.SpinnerColumn(),
        rich.BarColumn(),
        rich.MofNCompleteColumn(),
        rich.TextColumn(unit),
        rich.TextColumn("{task.fields[note]}", markup=False),
        rich.TimeElapsedColumn(),
    )
    with rich.Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        yield Bar(bar, bar.add_task("", total=None, note=""))
