"""Fine-tuning: jobs that are an upstream's own, whose files are ours."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from marshmallow import INCLUDE, Schema, post_load, pre_load

from ragproxy.domain import Cursor, File, FineTuningRequest
from ragproxy.errors import UnsupportedParameter
from ragproxy.wire.fields import Identifier
from ragproxy.wire.paging import PageQuery

_NAMED = ("training_file", "validation_file")  # the fields that name one file; `result_files` are several


class FineTuningRequestSchema(Schema):
    """POST /fine_tuning/jobs. What is not known here goes on to the upstream as it came."""

    class Meta:
        unknown = INCLUDE

    model = Identifier(required=True, description="The upstream's model to start from")
    training_file = Identifier(required=True, description="The id of a file of the library")
    validation_file = Identifier(description="The id of a file of the library")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> FineTuningRequest:
        """The request."""
        files = {name: data[name] for name in _NAMED if data.get(name)}
        return FineTuningRequest(data["model"], files, data)


class JobQuerySchema(PageQuery):
    """GET /fine_tuning/jobs."""

    @pre_load
    def without_metadata(self, data: Any, **_: Any) -> Any:
        """A filter that is overlooked would show jobs that nobody asked for."""
        filtering = [key for key in data if key.startswith("metadata")] if isinstance(data, Mapping) else []
        if filtering:
            raise UnsupportedParameter("Jobs cannot be listed by their metadata here", param=filtering[0][:64])
        return data

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Cursor:
        """The query."""
        return self.cursor(data)


@dataclass(frozen=True, slots=True)
class Onward:
    """A page of a list that the upstream keeps: its query."""

    query: str


class OnwardQuerySchema(PageQuery):
    """GET /fine_tuning/jobs/{id}/events and /checkpoints."""

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Onward:
        """The query, as the upstream reads it."""
        return Onward(urlencode({name: data[name] for name in ("after", "limit") if data.get(name)}))


FINE_TUNING_REQUEST = FineTuningRequestSchema()
JOB_QUERY = JobQuerySchema()
ONWARD_QUERY = OnwardQuerySchema()


def file_ids(job: Mapping[str, Any]) -> list[str]:
    """The ids of files that a job names."""
    results = job.get("result_files")
    named = [job.get(name) for name in _NAMED]
    return [each for each in (*named, *(results if isinstance(results, list) else ())) if isinstance(each, str)]


def result_ids(job: Mapping[str, Any]) -> list[str]:
    """The ids of the files that a job has made."""
    made = job.get("result_files")
    return [each for each in made if isinstance(each, str)] if isinstance(made, list) else []


def renamed(job: Mapping[str, Any], ids: Mapping[str, str]) -> dict[str, Any]:
    """The job with other ids for its files; those that are not in `ids` stay."""
    changed: dict[str, Any] = {
        name: ids[job[name]] for name in _NAMED if isinstance(job.get(name), str) and job[name] in ids
    }
    if isinstance(job.get("result_files"), list):
        changed["result_files"] = [
            ids.get(each, each) if isinstance(each, str) else each for each in job["result_files"]
        ]
    return {**job, **changed}


def job_list(jobs: Sequence[Mapping[str, Any]], has_more: bool) -> dict[str, Any]:
    """OpenAI's list of jobs."""
    return {"object": "list", "data": list(jobs), "has_more": has_more}


def path_of(*parts: str) -> str:
    """A path below an upstream's address; what is in a part stays in it."""
    return "".join("/" + quote(part, safe="") for part in parts)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What stands before and after the bytes of a file in the form that uploads it."""

    media_type: str
    head: bytes
    tail: bytes

    @classmethod
    def of(cls, file: File) -> Envelope:
        """A form for fine-tuning, its boundary one that nobody can have written into the file."""
        between = f"ragproxy-{secrets.token_hex(16)}"
        # as browsers escape a name (WHATWG HTML, "multipart/form-data")
        name = file.filename.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
        head = (
            f'--{between}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nfine-tune\r\n'
            f'--{between}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        return cls(f"multipart/form-data; boundary={between}", head.encode(), f"\r\n--{between}--\r\n".encode())
