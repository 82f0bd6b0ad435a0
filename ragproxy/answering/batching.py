"""A BATCH OF REQUESTS -> THEIR ANSWERS, in the background, through the door that clients come in by.

What is to be done stands in the records, and so does every line that is done. Killed in the middle, a batch is taken up
again where it was: the lines that were in flight are asked once more, and no other.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from itertools import islice
from typing import Protocol

from ragproxy.answering.batch_asking import Answering, Asker
from ragproxy.answering.batch_input import BatchInput, LineReader, Unusable
from ragproxy.answering.batch_output import BatchOutput, LineWriter
from ragproxy.domain import BatchEnding, BatchFault, BatchJob, BatchLine, BatchResult, Caller, Door
from ragproxy.errors import RagproxyError
from ragproxy.state import State, new_id
from ragproxy.state.leasing import Lease

log = logging.getLogger(__name__)

Stop = Callable[[], bool]

MOST_DEATHS = 5  # of workers, with no line done between them
_GROUP = 500  # results that are kept together, when there are many at once
_LOOK_S = 0.5  # how often it is asked whether the batch is still wanted
_CLOSE_S = 1.0  # what lines in flight may still take when the server ends
_LEAVE_S = 10.0  # for lines that were cut off to notice it


class Form(LineReader, LineWriter, Answering, Protocol):
    """What lines and results look like; owned by those who work on batches."""

    def unanswered(self, id: str, line: BatchLine, fault: BatchFault) -> BatchResult:
        """The line was not answered, for this reason."""
        ...


class _LeftOff(Exception):
    """Somebody else has it, or this process is to stop: it is taken up again."""


class Batching:
    """Works on the batches there are, each in the thread that calls `work`; their lines share `concurrency` places.

    `worker` begins the names that claims are made under, and nobody else's do. `renew` says what the caller of a batch
    may by now; Unauthenticated when it may nothing any more. A line is of `longest_line` bytes at most. A line that
    was refused for want of a server waits for the `delays_s`.
    """

    def __init__(
        self,
        state: State,
        form: Form,
        *,
        worker: str,
        renew: Callable[[Caller], Caller],
        concurrency: int = 4,
        longest_line: int = 32 << 20,
        lease_s: float = 20.0,
        delays_s: tuple[float, ...] = (2.0, 10.0, 30.0),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._state = state
        self._form = form
        self._worker = worker
        self._renew = renew
        self._concurrency = concurrency
        self._longest_line = longest_line
        self._lease_s = lease_s
        self._delays_s = delays_s
        self._clock = clock
        self._places = threading.Semaphore(concurrency)
        self._output = BatchOutput(state, form, clock=clock)
        self._door: Door | None = None

    def open(self, door: Door) -> None:
        """From now on there is somebody to ask."""
        self._door = door

    def recover(self) -> None:
        """Free what an earlier process of this worker's name had in hand. Only for whoever knows that it is dead."""
        self._state.batch_jobs.abandon(f"{self._worker}/")

    def work(self, stop: Stop, found: Callable[[], object] = lambda: None) -> bool:
        """Work on one batch until it has ended or is taken away; whether there was one. StateUnavailable, StorageFull.

        `stop` is asked twice a second; what it cuts off is taken up again by whoever comes next. `found` is called
        before it is begun.
        """
        return self._take(stop, found, ending=False)

    def wind_up(self, stop: Stop, found: Callable[[], object] = lambda: None) -> bool:
        """The same for those alone that are near their end, so that they do not wait for others' long work."""
        return self._take(stop, found, ending=True)

    def _take(self, stop: Stop, found: Callable[[], object], *, ending: bool) -> bool:
        if self._door is None or stop():
            return False
        with Lease(self._state.batch_jobs, self._worker, self._lease_s) as lease:
            job = lease.claim(partial(self._state.batch_jobs.claim, ending=ending))
            if job is None:
                return False
            found()
            try:
                self._do(job, lease.name, stop, self._door)
            except _LeftOff:
                log.info("batch %s was left off", job.id)
            except RagproxyError:
                raise
            except Exception:
                lease.put_off = True  # that counts as a death: nothing is tried for ever
                raise
            return True

    def _do(self, job: BatchJob, worker: str, stop: Stop, door: Door) -> None:
        ending, faults = job.ending, job.errors
        if ending is None:
            try:
                ending = self._answer(job, worker, stop, door)
            except Unusable as err:
                if job.started is None:
                    self._state.batch_jobs.fail(job.id, worker, err.faults, lines=err.lines)
                    return
                ending, faults = "failed", err.faults
        if self._state.batch_jobs.finalize(job.id, worker, ending, faults) is None:
            raise _LeftOff
        output, usage = self._output.write(job, failed=False)
        error, _ = self._output.write(job, failed=True)
        if self._state.batch_jobs.finish(job.id, worker, output=output, error=error, usage=usage):
            self._state.batch_jobs.clear()
            log.info("batch %s has ended: %s", job.id, ending)

    def _answer(self, job: BatchJob, worker: str, stop: Stop, door: Door) -> BatchEnding:
        """Have every line answered that is not; how the batch ends. Unusable."""
        if job.status == "cancelling":
            return "cancelled"
        if job.deaths >= MOST_DEATHS:
            message = "The server that worked on it died several times, and no line was done between"
            raise Unusable(BatchFault("server_error", message))
        file = BatchInput(self._state, self._form, job, longest=self._longest_line)
        if job.status == "validating" and not self._begin(job, worker, file, stop):
            return self._why_not(job, worker)
        # nothing is asked of what is too late from the beginning
        ending = self._ending(job, worker) or self._ask(job, worker, file, stop, door)
        if ending == "expired" and not self._expire(job, worker, file):
            return "completed"  # the last line was done in time
        return ending

    def _ask(self, job: BatchJob, worker: str, file: BatchInput, stop: Stop, door: Door) -> BatchEnding:
        """Ask the lines that have no result, until there are none or they are not wanted any more."""
        asker = Asker(
            self._state.batch_jobs,
            self._form,
            job,
            worker,
            door,
            renew=self._renew,
            places=self._places,
            delays_s=self._delays_s,
        )
        asker.start(file.left(self._state.batch_jobs.done(job.id)), self._concurrency)
        try:
            return self._watch(asker, job, worker, stop)
        finally:
            asker.cut_off()

    def _begin(self, job: BatchJob, worker: str, file: BatchInput, stop: Stop) -> bool:
        def check() -> None:
            if stop():
                raise _LeftOff

        survey = file.survey(check)
        faulty = [self._unanswered(line, line.fault) for line in survey.faulty if line.fault]
        return self._state.batch_jobs.begin(job.id, worker, total=survey.total, model=survey.model, faulty=faulty)

    def _why_not(self, job: BatchJob, worker: str) -> BatchEnding:
        if self._state.batch_jobs.status(job.id, worker) == "cancelling":
            return "cancelled"
        raise _LeftOff

    def _watch(self, asker: Asker, job: BatchJob, worker: str, stop: Stop) -> BatchEnding:
        """Wait for the lines, or until they are not wanted any more."""
        while not asker.wait(_LOOK_S):
            if stop():
                asker.close()
                asker.wait(_CLOSE_S)
                asker.cut_off()
                asker.wait(_CLOSE_S)
                raise _LeftOff
            ending = self._ending(job, worker)
            if ending is not None:
                asker.cut_off()
                if not asker.wait(_LEAVE_S):
                    log.warning("lines of batch %s do not heed that it has ended", job.id)
                return ending
        whole = asker.is_whole()
        ending = self._ending(job, worker)
        if not whole and ending is None:
            raise _LeftOff
        return ending or "completed"

    def _ending(self, job: BatchJob, worker: str) -> BatchEnding | None:
        """How it ends now; None while it goes on. _LeftOff when it is not ours any more."""
        try:
            status = self._state.batch_jobs.status(job.id, worker)
        except RagproxyError as err:
            log.warning("batch %s: %s", job.id, err.message)
            return None
        if status is None:
            raise _LeftOff
        if status == "cancelling":
            return "cancelled"
        return "expired" if self._clock() >= job.expires else None

    def _expire(self, job: BatchJob, worker: str, file: BatchInput) -> bool:
        """Note of every line that is left that it is too late; whether there was one."""
        fault = BatchFault("batch_expired", "This request could not be executed before the completion window expired.")
        left = file.left(self._state.batch_jobs.done(job.id))
        found = False
        while group := [self._unanswered(line, fault) for line in islice(left, _GROUP)]:
            found = True
            if not self._state.batch_jobs.keep(job.id, worker, group):
                raise _LeftOff
        return found

    def _unanswered(self, line: BatchLine, fault: BatchFault) -> BatchResult:
        return self._form.unanswered(new_id("batch_req_"), line, fault)
