"""Workers that are killed with work of every kind in hand: another one takes all of it up, once its leases have run out."""

import json
from types import SimpleNamespace

import pytest

from tests.e2e import scaled
from tests.e2e.assisting import wait_for_run
from tests.e2e.conftest import _has_learnt, writing
from tests.e2e.scaled import wait_until
from tests.replies import Reply
from tests.upstream import Upstream

CHAT = "/chat/completions"
LINES, AT_ONCE = 20, 4  # of the batch
PATIENCE_S = 60
pytestmark = pytest.mark.sets("scaled")


def test_a_response_whose_worker_is_killed_is_made_by_another(killed):
    def made():
        return killed.ai.responses.retrieve(killed.response.id)

    wait_until(lambda: made().status not in ("queued", "in_progress"), PATIENCE_S)
    assert (made().status, made().output_text) == ("completed", "A response")
    assert killed.asked.count("A response") == 2


def test_a_run_whose_worker_is_killed_is_worked_on_by_another(killed):
    assert wait_for_run(killed.ai, killed.run, patience_s=PATIENCE_S).status == "completed"
    messages = killed.ai.beta.threads.messages.list(killed.run.thread_id, order="asc")
    assert [message.content[0].text.value for message in messages] == ["A run", "A run"]
    assert killed.asked.count("A run") == 2


def test_a_batch_whose_workers_are_killed_is_gone_on_with_by_another(killed):
    def job():
        return killed.ai.batches.retrieve(killed.job.id)

    wait_until(lambda: job().status == "completed", PATIENCE_S)
    assert job().request_counts.completed == LINES
    results = map(json.loads, killed.ai.files.content(job().output_file_id).text.splitlines())
    assert [result["custom_id"] for result in results] == [f"r{n}" for n in range(LINES)]


@pytest.fixture(scope="module")
def killed(deployed, tmp_path_factory):
    """A response, a run and a batch, all in the hands of workers that were killed; another one has been started since."""
    with (
        Upstream(models=["tiny"]) as upstream,
        deployed(tmp_path_factory.mktemp("killed"), **writing(upstream)) as machines,
        scaled.client(machines) as ai,
    ):
        _has_learnt(machines, ["tiny"])
        upstream.script(*[Reply.json({}, head_delay_s=60)] * (2 + AT_ONCE), path=CHAT)
        response = ai.responses.create(model="tiny", input="A response", background=True)
        bot = ai.beta.assistants.create(model="tiny")
        thread = ai.beta.threads.create(messages=[{"role": "user", "content": "A run"}])
        run = ai.beta.threads.runs.create(thread.id, assistant_id=bot.id)
        wait_until(lambda: len(upstream.to(CHAT)) == 2, 20)
        file = ai.files.create(file=("lines.jsonl", b"\n".join(map(line, range(LINES)))), purpose="batch")
        job = ai.batches.create(input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h")
        wait_until(lambda: len(upstream.to(CHAT)) >= 2 + AT_ONCE, 20)
        for process in machines.workers_of_jobs:
            process.kill()
        machines.workers_of_jobs.append(machines.worker("worker-next"))
        yield Killed(ai, upstream, response, run, job)


class Killed(SimpleNamespace):
    def __init__(self, ai, upstream, response, run, job):
        super().__init__(ai=ai, upstream=upstream, response=response, run=run, job=job)

    @property
    def asked(self):
        """The last message of each request that the upstream was sent."""
        return [request.json["messages"][-1]["content"] for request in self.upstream.to(CHAT)]


def line(n):
    body = {"model": "tiny", "messages": [{"role": "user", "content": f"Line {n}"}]}
    return json.dumps({"custom_id": f"r{n}", "method": "POST", "url": "/v1/chat/completions", "body": body}).encode()
