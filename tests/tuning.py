"""The files and fine-tuning jobs of a well-behaved upstream, for tests.relaying."""

from __future__ import annotations

from typing import Any

from tests.replies import Reply, refusal

_SAID = {
    "events": {"level": "info", "message": "begun", "type": "message", "data": None},
    "checkpoints": {
        "fine_tuning_job_id": "ftjob-1",
        "fine_tuned_model_checkpoint": "ft:m:ckpt",
        "step_number": 1,
        "metrics": {"step": 1},
    },
}


class Tuning:
    """What clients have made there: `files`, their `contents`, and `jobs`, by id."""

    def __init__(self) -> None:
        self.files: dict[str, dict[str, Any]] = {}
        self.contents: dict[str, bytes] = {}
        self.jobs: dict[str, dict[str, Any]] = {}
        self._made = 0

    def finish(self, job_id: str, content: bytes) -> str:
        """End a job well, with a file of results; its id."""
        file_id = self._keep("step_metrics.csv", "fine-tune-results", content)
        self.jobs[job_id] |= {"status": "succeeded", "result_files": [file_id], "fine_tuned_model": "ft:m"}
        return file_id

    def _keep(self, name: str, purpose: str, content: bytes) -> str:
        self._made += 1
        file_id = f"file-remote{self._made}"
        about = {"object": "file", "bytes": len(content), "created_at": 1, "status": "processed"}
        self.files[file_id] = {"id": file_id, "filename": name, "purpose": purpose, **about}
        self.contents[file_id] = content
        return file_id

    def reply(self, method: str, path: str, request: Any) -> Reply:
        kind, _, rest = path.removeprefix("/fine_tuning").strip("/").partition("/")
        if kind == "files":
            return self._file(method, rest, request)
        if method == "POST" and not rest:
            return self._new_job(request)
        if not rest:
            latest = sorted(self.jobs.values(), key=lambda job: -job["created_at"])
            return Reply.json({"object": "list", "data": latest[:100], "has_more": False})
        job_id, _, what = rest.partition("/")
        job = self.jobs.get(job_id)
        if job is None:
            return refusal(404, f"Could not find fine tune: {job_id}", "fine_tune_not_found")
        if what in ("cancel", "pause", "resume"):
            job["status"] = {"cancel": "cancelled", "pause": "paused", "resume": "queued"}[what]
        if what in ("events", "checkpoints"):
            kind = {"events": "fine_tuning.job.event", "checkpoints": "fine_tuning.job.checkpoint"}[what]
            items = [{"id": f"{what}-1", "object": kind, "created_at": 1, **_SAID[what]}]
            return Reply.json({"object": "list", "data": items, "has_more": False})
        return Reply.json(job)

    def _file(self, method: str, rest: str, request: Any) -> Reply:
        file_id, _, what = rest.partition("/")
        if method == "POST":
            form = request.form
            name, content = form["file"]
            file_id = self._keep(name, form["purpose"], content)
        if file_id not in self.files:
            return refusal(404, f"No such File object: {file_id}", None)
        if method == "DELETE":
            del self.files[file_id]
            return Reply.json({"id": file_id, "object": "file", "deleted": True})
        if what == "content":
            return Reply((self.contents[file_id],), headers={"content-type": "application/octet-stream"})
        return Reply.json(self.files[file_id])

    def _new_job(self, request: Any) -> Reply:
        asked = request.json
        for name in ("training_file", "validation_file"):
            if asked.get(name) is not None and asked[name] not in self.files:
                return refusal(400, f"file {asked[name]} does not exist", "invalid_file")
        job_id = f"ftjob-{len(self.jobs) + 1}"
        self.jobs[job_id] = {
            "id": job_id,
            "object": "fine_tuning.job",
            "created_at": 1_700_000_000 + len(self.jobs),
            "status": "queued",
            "model": asked["model"],
            "training_file": asked["training_file"],
            "validation_file": asked.get("validation_file"),
            "result_files": [],
            "hyperparameters": {"n_epochs": 1},
            "organization_id": "org-1",
            "seed": 1,
            "trained_tokens": None,
            "fine_tuned_model": None,
            "finished_at": None,
            "error": None,
        }
        return Reply.json(self.jobs[job_id])
