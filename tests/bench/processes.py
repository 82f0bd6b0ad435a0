"""A server and all its children: started, weighed and ended."""

import os
import signal
import subprocess
from pathlib import Path

END_S = 10
TICKS = os.sysconf("SC_CLK_TCK")


class Tree:
    """A command in a process group of its own, what it says in `log`; `close` ends the group."""

    def __init__(self, command, *, env, cwd, log):
        self.log = log
        with log.open("a") as output:
            self.process = subprocess.Popen(
                [str(part) for part in command],
                env=env,
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    @property
    def is_alive(self):
        return self.process.poll() is None

    @property
    def pids(self):
        """The process and its descendants."""
        found, left = [], [self.process.pid]
        while left:
            pid = left.pop()
            found.append(pid)
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                left += map(int, _read(task).split())
        return found

    @property
    def cpu_s(self):
        """Seconds of processor time so far, with those of children that are gone."""
        total = 0
        for pid in self.pids:
            fields = _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
            total += sum(map(int, fields[11:15]))  # utime, stime, cutime, cstime
        return total / TICKS

    @property
    def mib(self):
        """Memory in MiB; pages that several processes share count once."""
        kib = 0
        for pid in self.pids:
            lines = _read(Path(f"/proc/{pid}/smaps_rollup")).splitlines()
            kib += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        return kib / 1024

    def close(self):
        for number in (signal.SIGTERM, signal.SIGKILL):
            if not self.is_alive:
                return
            os.killpg(self.process.pid, number)
            try:
                self.process.wait(END_S)
            except subprocess.TimeoutExpired:
                continue


def _read(path):
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):  # it ended meanwhile
        return ""
