"""Fine-tuning at an upstream, of files that are ours: each is uploaded there once, and answers speak of ours again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from ragproxy.backends.copies import Copies, ask, identified
from ragproxy.backends.server import Server
from ragproxy.domain import Cursor, Errand, FineTuningRequest, Outgoing, Page, RelayRequest, RemoteJob, Reported
from ragproxy.errors import RagproxyError, UpstreamRefused
from ragproxy.upstreams import Capability
from ragproxy.wire.fine_tuning import file_ids, job_list, path_of, renamed, result_ids
from ragproxy.wire.json import dumps

log = logging.getLogger(__name__)

_JOBS = "/fine_tuning/jobs"
_LISTED = 100  # jobs that OpenAI lists at once, at most


class Jobs(Protocol):
    """Whose the jobs are, and where they run."""

    def note_job(self, job: RemoteJob, *, owner: str) -> None: ...

    def job(self, job_id: str, *, owner: str) -> RemoteJob: ...

    def jobs(self, owner: str, cursor: Cursor) -> Page[RemoteJob]: ...


class FineTuning:
    """Jobs of the owners that began them here, and nobody else's, though one key of ours pays for them all.

    `find` and `named` are `Catalog.server_for` and `Catalog.server`. Errors are those of models; NotFound for a job.
    """

    def __init__(
        self,
        find: Callable[[Capability, str | None], tuple[Server, str | None]],
        named: Callable[[str], Server],
        copies: Copies,
        jobs: Jobs,
    ) -> None:
        self._find = find
        self._named = named
        self._copies = copies
        self._jobs = jobs

    def create(self, asked: FineTuningRequest, errand: Errand) -> Reported:
        """Begin a job; it is asked for once, for a second one would be paid too."""
        server, model = self._find("fine_tuning", asked.model)
        files = {name: self._copies.at(server, id, errand, param=name) for name, id in asked.files.items()}
        body = _Json({**asked.body, **files, "model": model})
        reported = ask(server, _request(errand, "POST", _JOBS, body=body))
        job_id = identified(reported.body)
        try:
            self._jobs.note_job(RemoteJob(job_id, server.name), owner=errand.owner)
        except RagproxyError:
            log.error("the fine-tuning job %s runs at the upstream %s, and nobody can see it", job_id, server.name)
            raise
        return self._ours(server, reported, errand)

    def get(self, job_id: str, errand: Errand) -> Reported:
        """The job. The files that a finished one has made are taken into the library the first time."""
        server = self._server(job_id, errand)
        reported = ask(server, _request(errand, "GET", _JOBS + path_of(job_id)))
        made = result_ids(reported.body)
        known = self._copies.ours(server, made, errand)
        for remote_id in made:
            if remote_id not in known:
                self._copies.fetch(server, remote_id, errand)
        return self._ours(server, reported, errand)

    def list(self, cursor: Cursor, errand: Errand) -> Reported:
        """A page of the owner's jobs, whatever upstreams they run at; those that one has forgotten are left out."""
        self._find("fine_tuning", None)
        page = self._jobs.jobs(errand.owner, cursor)
        by_upstream: dict[str, set[str]] = {}
        for job in page.items:
            by_upstream.setdefault(job.upstream, set()).add(job.id)
        found: dict[str, Mapping[str, Any]] = {}
        for name, wanted in by_upstream.items():
            found.update(self._listed(self._named(name), wanted, errand))
        return Reported(job_list([found[job.id] for job in page.items if job.id in found], page.has_more))

    def act(self, job_id: str, verb: str, errand: Errand) -> Reported:
        """Cancel, pause or resume the job; the job as it is then."""
        server = self._server(job_id, errand)
        reported = ask(server, _request(errand, "POST", _JOBS + path_of(job_id, verb)))
        return self._ours(server, reported, errand)

    def read(self, job_id: str, what: str, query: str, errand: Errand) -> Reported:
        """A page of the job's events or checkpoints, as the upstream has them."""
        server = self._server(job_id, errand)
        path = _JOBS + path_of(job_id, what) + (f"?{query}" if query else "")
        return ask(server, _request(errand, "GET", path))

    def _server(self, job_id: str, errand: Errand) -> Server:
        self._find("fine_tuning", None)  # or NotServed says what is missing, rather than that there is no job
        return self._named(self._jobs.job(job_id, owner=errand.owner).upstream)

    def _listed(self, server: Server, wanted: set[str], errand: Errand) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The wanted jobs: those of the upstream's own first page at once, any other one by one."""
        latest = ask(server, _request(errand, "GET", f"{_JOBS}?limit={_LISTED}")).body.get("data")
        jobs = {job.get("id"): job for job in latest if isinstance(job, dict)} if isinstance(latest, list) else {}
        for job_id in wanted:
            job = jobs.get(job_id) or self._if_there(server, job_id, errand)
            if job is not None:
                yield job_id, self._renamed(server, job, errand)

    @staticmethod
    def _if_there(server: Server, job_id: str, errand: Errand) -> Mapping[str, Any] | None:
        try:
            return ask(server, _request(errand, "GET", _JOBS + path_of(job_id))).body
        except UpstreamRefused as err:
            if err.status not in (404, 410):
                raise
            return None

    def _ours(self, server: Server, reported: Reported, errand: Errand) -> Reported:
        return Reported(self._renamed(server, reported.body, errand), reported.headers)

    def _renamed(self, server: Server, job: Mapping[str, Any], errand: Errand) -> Mapping[str, Any]:
        return renamed(job, self._copies.ours(server, file_ids(job), errand))


class _Json:
    """A JSON object on its way out."""

    media_type = "application/json"
    model = None

    def __init__(self, body: Mapping[str, Any]) -> None:
        self._data = dumps(body)

    def naming(self, model: str | None) -> Outgoing:
        """As the port."""
        return Outgoing(lambda: [self._data], len(self._data))


def _request(errand: Errand, method: str, path: str, body: _Json | None = None) -> RelayRequest:
    headers = {"Accept": "application/json", **errand.headers}
    return RelayRequest("fine_tuning", path, method, body, headers, repeatable=method == "GET", cancel=errand.cancel)
