"""/fine_tuning/jobs: at the upstream that serves them, on files of the library."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response

from ragproxy.api.accounting import asking
from ragproxy.api.admission import admit, check_name
from ragproxy.api.context import services, visit
from ragproxy.api.relays import travelling
from ragproxy.api.resource import Resource
from ragproxy.api.stream import json_response, watched
from ragproxy.domain import Cancel, Cursor, Errand, FineTuningRequest, Reported, Tally
from ragproxy.errors import NotFound
from ragproxy.wire.fine_tuning import FINE_TUNING_REQUEST, JOB_QUERY, ONWARD_QUERY, Onward

bp = Resource("fine_tuning", "Fine-tuning jobs, at the upstream that serves them.", scope="relay")


@bp.route("/fine_tuning/jobs", methods=["POST"])
@bp.arguments(FINE_TUNING_REQUEST)
def create_job(asked: FineTuningRequest) -> Response:
    """Create a fine-tuning job"""
    errand = _errand()
    begun = asking(asked.model, Tally(), opaque=True)  # it is paid when it has run, as its upstream says
    check_name(asked.model)
    admit(begun, (asked.model,))
    _check_readable(asked.files)
    with watched(errand.cancel):
        return _answer(services.fine_tuning.create(asked, errand))


@bp.route("/fine_tuning/jobs", methods=["GET"])
@bp.arguments(JOB_QUERY, location="query")
def list_jobs(cursor: Cursor) -> Response:
    """List your fine-tuning jobs"""
    errand = _errand()
    with watched(errand.cancel):
        return _answer(services.fine_tuning.list(cursor, errand))


@bp.route("/fine_tuning/jobs/<job_id>", methods=["GET"])
def retrieve_job(job_id: str) -> Response:
    """Retrieve a fine-tuning job"""
    errand = _errand()
    with watched(errand.cancel):
        return _answer(services.fine_tuning.get(job_id, errand))


@bp.route("/fine_tuning/jobs/<job_id>/cancel", methods=["POST"])
def cancel_job(job_id: str) -> Response:
    """Cancel a fine-tuning job"""
    return _act(job_id, "cancel")


@bp.route("/fine_tuning/jobs/<job_id>/pause", methods=["POST"])
def pause_job(job_id: str) -> Response:
    """Pause a fine-tuning job"""
    return _act(job_id, "pause")


@bp.route("/fine_tuning/jobs/<job_id>/resume", methods=["POST"])
def resume_job(job_id: str) -> Response:
    """Resume a fine-tuning job"""
    return _act(job_id, "resume")


@bp.route("/fine_tuning/jobs/<job_id>/events", methods=["GET"])
@bp.arguments(ONWARD_QUERY, location="query")
def list_job_events(page: Onward, job_id: str) -> Response:
    """List the events of a fine-tuning job"""
    return _read(job_id, "events", page)


@bp.route("/fine_tuning/jobs/<job_id>/checkpoints", methods=["GET"])
@bp.arguments(ONWARD_QUERY, location="query")
def list_job_checkpoints(page: Onward, job_id: str) -> Response:
    """List the checkpoints of a fine-tuning job"""
    return _read(job_id, "checkpoints", page)


def _act(job_id: str, verb: str) -> Response:
    errand = _errand()
    with watched(errand.cancel):
        return _answer(services.fine_tuning.act(job_id, verb, errand))


def _read(job_id: str, what: str, page: Onward) -> Response:
    errand = _errand()
    with watched(errand.cancel):
        return _answer(services.fine_tuning.read(job_id, what, page.query, errand))


def _errand() -> Errand:
    return Errand(visit().caller.owner, {**travelling(), "Accept": "application/json"}, Cancel())


def _answer(reported: Reported) -> Response:
    response = json_response(reported.body)
    response.headers.update(reported.headers)
    return response


def _check_readable(files: Mapping[str, str]) -> None:
    """NotFound names the field of the first file that the caller may not read."""
    for param, file_id in files.items():
        try:
            services.state.library.readable(file_id, visit().caller)
        except NotFound as err:
            raise NotFound(err.message, param=param, code=err.code) from err
