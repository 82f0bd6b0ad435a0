"""/fine_tuning/jobs: a real upstream, the library's files, and answers that speak of ours."""

import io
import logging

import pytest

from ragproxy.domain import Cursor, Errand
from ragproxy.errors import NotFound
from tests.relaying import RelayUpstream
from tests.replies import Reply, refusal

LINES = b'{"messages": []}\n' * 20


def test_the_files_of_a_job_are_uploaded_and_answers_name_ours(client, up):
    training, validation = upload(client), upload(client, b"other")
    job = begin(client, training_file=training, validation_file=validation, suffix="x")
    assert (job["training_file"], job["validation_file"]) == (training, validation)
    assert up.last.json == {
        "model": "tiny",
        "training_file": "file-remote1",
        "validation_file": "file-remote2",
        "suffix": "x",
    }
    assert up.tuning.contents["file-remote1"] == LINES
    assert up.tuning.files["file-remote1"]["purpose"] == "fine-tune"
    for read in (get(client, job["id"]), listed(client)[0], act(client, job["id"], "cancel")):
        assert (read["training_file"], read["validation_file"]) == (training, validation)


def test_a_file_is_uploaded_once(client, up):
    training = upload(client)
    begin(client, training_file=training)
    begin(client, training_file=training)
    assert len(up.to("/files")) == 1
    assert len(up.tuning.jobs) == 2


def test_a_file_that_the_upstream_has_lost_is_uploaded_again(client, up):
    training = upload(client)
    first = begin(client, training_file=training)
    del up.tuning.files["file-remote1"]
    begin(client, training_file=training)
    assert up.last.json["training_file"] == "file-remote2"
    assert get(client, first["id"])["training_file"] == training


def test_a_model_with_its_upstreams_name_is_called_by_its_own_there(client, up, second):
    begin(client, model="second/tiny", training_file=upload(client))
    assert second.last.json["model"] == "tiny"
    assert up.requests == []


def test_a_job_leads_to_its_upstream(client, up, second):
    here = begin(client, training_file=upload(client))
    up.tuning.jobs["ftjob-9"] = up.tuning.jobs.pop(here["id"]) | {"id": "ftjob-9"}
    second.tuning.jobs["unseen"] = {"id": "unseen", "created_at": 9}
    there = begin(client, model="second/tiny", training_file=upload(client))
    get(client, there["id"])
    assert second.last.path == f"/v1/fine_tuning/jobs/{there['id']}"
    assert [job["id"] for job in listed(client)] == [there["id"]]  # the other one is lost, the unseen one not ours


def test_jobs_are_listed_page_by_page_with_one_call_each(client, up):
    training = upload(client)
    ids = {begin(client, training_file=training)["id"] for _ in range(5)}
    up.requests.clear()
    first = client.get("/v1/fine_tuning/jobs?limit=3").json
    rest = client.get(f"/fine_tuning/jobs?limit=3&after={first['data'][-1]['id']}").json
    assert {job["id"] for job in (*first["data"], *rest["data"])} == ids
    assert (first["has_more"], rest["has_more"]) == (True, False)
    assert len(up.requests) == 2


def test_the_results_of_a_finished_job_come_into_the_library(client, up):
    job = begin(client, training_file=upload(client))
    up.tuning.finish(job["id"], b"step,loss\n1,0.5\n")
    (results,) = get(client, job["id"])["result_files"]
    assert client.get(f"/v1/files/{results}/content").data == b"step,loss\n1,0.5\n"
    about = client.get(f"/v1/files/{results}").json
    assert (about["filename"], about["purpose"]) == ("step_metrics.csv", "fine-tune-results")
    assert get(client, job["id"])["result_files"] == [results] == listed(client)[0]["result_files"]
    assert len(up.to("/files/file-remote2/content", "GET")) == 1


def test_results_that_cannot_be_fetched_keep_the_upstreams_id(client, up, caplog):
    job = begin(client, training_file=upload(client))
    remote = up.tuning.finish(job["id"], b"x")
    cut = Reply((b"ab", b"cd"), headers={"content-type": "text/csv"}, cut_at=8)
    up.script(f"/files/{remote}/content", cut)
    with caplog.at_level(logging.WARNING):
        logging.getLogger("ragproxy").addHandler(caplog.handler)
        assert get(client, job["id"])["result_files"] == [remote]
    assert "cannot be fetched" in caplog.text
    assert get(client, job["id"])["result_files"] != [remote]  # and tried again the next time


def test_a_file_that_is_deleted_is_deleted_there_too(client, up):
    training = upload(client)
    job = begin(client, training_file=training)
    assert client.delete(f"/v1/files/{training}").status_code == 200
    assert up.tuning.files == {}
    assert get(client, job["id"])["training_file"] == training
    error(client.post("/v1/fine_tuning/jobs", json={"model": "tiny", "training_file": training}), 404)


def test_a_copy_that_cannot_be_deleted_keeps_nobody_from_deleting_the_file(client, up):
    training = upload(client)
    begin(client, training_file=training)
    up.script("/files/file-remote1", *[refusal(501, "no deletions here")] * 3)
    assert client.delete(f"/v1/files/{training}").status_code == 200
    assert "file-remote1" in up.tuning.files


@pytest.mark.parametrize("what", ["events", "checkpoints"])
def test_what_a_job_says_is_passed_on(client, up, what):
    job = begin(client, training_file=upload(client))
    said = client.get(f"/v1/fine_tuning/jobs/{job['id']}/{what}?after=a%26b&limit=7&other=x").json
    assert [item["id"] for item in said["data"]] == [f"{what}-1"]
    assert up.last.query == "after=a%26b&limit=7"


@pytest.mark.parametrize(("verb", "status"), [("cancel", "cancelled"), ("pause", "paused"), ("resume", "queued")])
def test_jobs_are_cancelled_paused_and_resumed(client, up, verb, status):
    job = begin(client, training_file=upload(client))
    assert act(client, job["id"], verb)["status"] == status
    assert up.last.headers["content-length"] == "0"


def test_jobs_of_others_are_not_there(app, client):
    job = begin(client, training_file=upload(client))
    tuning = app.extensions["ragproxy"].fine_tuning
    for call in (
        lambda: tuning.get(job["id"], Errand("bob")),
        lambda: tuning.act(job["id"], "cancel", Errand("bob")),
        lambda: tuning.read(job["id"], "events", "", Errand("bob")),
    ):
        with pytest.raises(NotFound):
            call()
    assert tuning.list(Cursor(), Errand("bob")).body["data"] == []


def test_files_of_others_are_not_there(app, client):
    training = upload(client)
    app.extensions["ragproxy"].state.library.get(training, owner="default")
    with pytest.raises(NotFound):
        app.extensions["ragproxy"].copies.at(
            app.extensions["ragproxy"].models.server("main"), training, Errand("bob"), param="training_file"
        )


@pytest.mark.parametrize(
    ("change", "status", "param"),
    [
        ({"training_file": "file-none"}, 404, "training_file"),
        ({"training_file": None}, 400, "training_file"),
        ({"model": ""}, 400, "model"),
    ],
)
def test_what_cannot_be_trained_on_is_named(client, up, change, status, param):
    body = {"model": "tiny", "training_file": "file-none", **change}
    assert error(client.post("/v1/fine_tuning/jobs", json=body), status)["param"] == param
    assert up.requests == []


def test_a_job_is_asked_for_once(client, up):
    up.script("/fine_tuning/jobs", refusal(503, "busy"))
    body = {"model": "tiny", "training_file": upload(client)}
    error(client.post("/v1/fine_tuning/jobs", json=body), 503)
    assert len(up.to("/fine_tuning/jobs")) == 1


def test_the_upstreams_refusal_is_passed_on(client, up):
    up.script("/fine_tuning/jobs", refusal(400, "the file has too few lines", "invalid_n_examples"))
    body = {"model": "tiny", "training_file": upload(client)}
    refused = error(client.post("/v1/fine_tuning/jobs", json=body), 400)
    assert (refused["message"], refused["code"]) == ("the file has too few lines", "invalid_n_examples")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("GET", "/ftjob-1"), ("POST", "/ftjob-1/cancel"), ("GET", "/ftjob-1/events")],
)
def test_without_an_upstream_that_serves_it_the_setting_is_named(make_app, method, path):
    answer = make_app().test_client().open(f"/v1/fine_tuning/jobs{path}", method=method)
    refused = error(answer, 501)
    assert refused["code"] == "not_served"
    assert "'fine_tuning'" in refused["message"]
    assert "'serves'" in refused["message"]
    assert answer.headers["x-should-retry"] == "false"


def upload(client, content=LINES):
    form = {"file": (io.BytesIO(content), "train.jsonl"), "purpose": "fine-tune"}
    return client.post("/v1/files", data=form).json["id"]


def begin(client, **asked):
    answer = client.post("/v1/fine_tuning/jobs", json={"model": "tiny", **asked})
    assert answer.status_code == 200, answer.text
    return answer.json


def get(client, job_id):
    return client.get(f"/v1/fine_tuning/jobs/{job_id}").json


def listed(client):
    return client.get("/v1/fine_tuning/jobs").json["data"]


def act(client, job_id, verb):
    return client.post(f"/v1/fine_tuning/jobs/{job_id}/{verb}").json


def error(answer, status):
    assert answer.status_code == status, answer.text
    return answer.json["error"]


@pytest.fixture(scope="module")
def upstreams():
    with RelayUpstream() as up, RelayUpstream() as second:
        yield up, second


@pytest.fixture
def up(upstreams):
    return upstreams[0]


@pytest.fixture
def second(upstreams):
    return upstreams[1]


@pytest.fixture
def app(make_app, tmp_path, upstreams):
    """An application of its own for each test, and upstreams that remember nothing."""
    for upstream in upstreams:
        upstream.reset()
    file = tmp_path / "upstreams.toml"
    file.write_text(
        "".join(
            f'[[upstream]]\nname = "{name}"\nbase_url = "{upstream.url}"\nmodels = ["tiny"]\nserves = ["fine_tuning"]\n'
            for name, upstream in zip(("main", "second"), upstreams, strict=True)
        )
    )
    return make_app(config=file)
