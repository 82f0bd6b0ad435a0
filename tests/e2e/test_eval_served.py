"""`ragproxy eval` beside a running server: it is asked over HTTP, and tells what the command alone would."""

import json
import time

import pytest
import requests

from tests.e2e.servers import Server, ragproxy

ROWS = [
    {"question": "How tall is the Eiffel Tower?", "answer": "330 metres", "files": ["tower.md"]},
    {"question": "Quand ferme le musée du Louvre ?", "answer": "mardi", "quotes": ["Louvre ferme le mardi"]},
    {"question": "What stands in the long document about lighthouses?", "quotes": ["built by Augustin Fresnel"]},
    {"question": "Who invented the telephone?", "answerable": False},
]


@pytest.fixture
def folder(tmp_path, documents):
    """A data directory with small documents and one whose passages are longer than what a source quotes."""
    filler = " ".join(f"Lighthouse number {n} stands on the coast and shines." for n in range(18))
    long = documents / "lighthouses.txt"
    long.write_text(f"About lighthouses. {filler} The lens was built by Augustin Fresnel. {filler}")
    ragproxy("ingest", documents, data_dir=tmp_path / "data")
    long.unlink()
    return tmp_path / "data"


@pytest.fixture
def questions(tmp_path):
    path = tmp_path / "questions.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return path


@pytest.mark.timeout(180)
def test_a_server_and_the_data_itself_are_measured_alike(folder, questions):
    alone = report(questions, folder)
    with Server(folder) as server:
        served = report(questions, folder)
        elsewhere = report(questions, folder.parent / "empty", "--url", server.url)
        until = time.monotonic() + 5  # records are written a moment after their answers
        while (asked := asked_of_models(folder)) != [["ragproxy", "12"]] and time.monotonic() < until:
            time.sleep(0.2)
    assert quality(served) == quality(elsewhere) == quality(alone)
    values = quality(alone)
    assert values["recall_10"] == values["admitted_rightly"] == 1.0
    assert values["contained"] == 1.0
    for each in (alone, served):
        latencies = {figure["name"] for figure in each["runs"][0]["figures"] if figure["unit"] == "ms"}
        assert latencies == {f"{of}_{name}" for of in ("retrieval", "first", "total") for name in ("p50", "p95")}
    assert asked == [["ragproxy", "12"]]


@pytest.mark.timeout(180)
def test_two_servers_are_compared_and_a_server_keeps_its_own_settings(folder, questions, tmp_path):
    with Server(folder) as server:
        told = report(questions, folder, "--against", f"url={server.url}", "--set", "top_k=2")
        assert told["in_turns"]
        assert {each["verdict"] for each in told["differences"] if each["unit"] != "ms"} == {"unclear"}
        done = ragproxy("eval", questions, "--set", "dense_weight=0.1", data_dir=folder, check=False)
        assert done.returncode == 1
        assert "RAGPROXY_DENSE_WEIGHT: the server at" in done.stderr
        missing = ragproxy("eval", questions, "--model", "gpt-99", data_dir=folder, check=False)
        assert missing.returncode == 1
        assert "'gpt-99' does not exist" in missing.stderr


@pytest.mark.timeout(180)
def test_a_key_is_shown_and_a_wrong_one_ends_it(folder, questions):
    keys = {"RAGPROXY_AUTH": "keys", "RAGPROXY_ADMIN_KEY": "admin-" + "x" * 40}
    with Server(folder, **keys) as server:
        assert requests.get(server.url + "/v1/models", timeout=5).status_code == 401
        refused = ragproxy("eval", questions, data_dir=folder, check=False)
        assert refused.returncode == 1
        assert "wants a key" in refused.stderr
        done = ragproxy(
            "eval", questions, "--limit", "1", data_dir=folder, RAGPROXY_ADMIN_KEY=keys["RAGPROXY_ADMIN_KEY"]
        )
        assert "questions.jsonl: 1 question" in done.stdout


def report(questions, data_dir, *options):
    return json.loads(ragproxy("eval", questions, "--json", "-", *options, data_dir=data_dir).stdout)


def quality(report):
    return {figure["name"]: figure["value"] for figure in report["runs"][0]["figures"] if figure["unit"] != "ms"}


def asked_of_models(folder):
    """What the records say: the model and how many requests."""
    told = ragproxy("usage", "--by", "model", data_dir=folder).stdout
    return [line.split()[:2] for line in told.splitlines()[1:2]]
