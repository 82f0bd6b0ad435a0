"""`ragproxy eval` on the data directory: questions of one's own, two settings, reports, and what is refused."""

import json
import re

import pytest
from lxml import html

from ragproxy.cli.sides import Side, in_turns, sides
from ragproxy.errors import ConfigError, InvalidRequest
from ragproxy.state import DataLock
from tests.replies import refusal
from tests.upstream import Upstream

ROWS = [
    {"question": "How tall is the Eiffel Tower?", "answer": "330 metres", "files": "tower.md"},
    {"question": "Quand ferme le musée du Louvre ?", "answer": "mardi", "quotes": ["Louvre ferme le mardi"]},
    {"question": "Who invented the telephone?", "answerable": False},
]


@pytest.fixture
def questions(tmp_path):
    return written(tmp_path / "questions.jsonl", ROWS)


@pytest.fixture
def indexed(run, documents):
    run("ingest", documents)


def test_search_and_answers_are_measured_on_ones_own_store(run, indexed, questions, tmp_path):
    done = run("eval", questions, "--json", tmp_path / "report.json")
    assert done.exit_code == 0, done.output
    lines = {line[:34].strip(): line[34:].split() for line in done.stdout.splitlines()}
    assert "questions.jsonl: 3 questions" in lines
    assert lines["nDCG@10"] == ["1.000", "1.000", "to", "1.000", "2"]
    report = json.loads((tmp_path / "report.json").read_text())
    figures = {figure["name"]: figure["value"] for figure in report["runs"][0]["figures"]}
    ones = ("recall_5", "mrr_10", "shown", "contained", "citation_recall", "citation_precision", "admitted_rightly")
    assert {name: figures[name] for name in ones} == dict.fromkeys(ones, 1.0)
    assert figures["admitted_wrongly"] == figures["uncited"] == figures["invalid_markers"] == 0.0
    assert 0 < figures["first_p50"] <= figures["total_p50"]
    assert [each["rank"] for each in report["runs"][0]["outcomes"]] == [1, 1, None]


def test_a_table_of_questions_is_read_too(run, indexed, tmp_path):
    (tmp_path / "q.csv").write_text("question;answer;files\nHow tall is the Eiffel Tower?;330 metres;tower.md\n")
    assert "q.csv: 1 question\n" in run("eval", tmp_path / "q.csv").stdout


def test_the_search_alone_asks_no_model(run, indexed, questions):
    with Upstream(models=["tiny"]) as upstream:
        variables = {"OPENAI_BASE_URL": upstream.url, "RAGPROXY_UPSTREAM_MODEL": "tiny"}
        done = run("eval", questions, "--search-only", **variables)
        assert done.exit_code == 0, done.output
        assert upstream.to("/chat/completions") == []
    assert "MRR@10" in done.stdout
    assert "retrieval, p50" in done.stdout
    assert "contained" not in done.stdout


def test_the_model_that_writes_is_the_one_that_is_measured(run, indexed, questions, tmp_path):
    with Upstream(models=["tiny", "other"]) as upstream:
        upstream.text = "It is 330 metres tall [1] and closes on Monday [7]."
        variables = {"OPENAI_BASE_URL": upstream.url, "RAGPROXY_UPSTREAM_MODEL": "tiny"}
        done = run("eval", questions, "--set", "temperature=0.5", "--json", "-", **variables)
        assert done.exit_code == 0, done.output
        sent = [request.json for request in upstream.to("/chat/completions")]
    assert [each["model"] for each in sent] == ["tiny"] * 3
    assert {each["temperature"] for each in sent} == {0.5}
    assert "330 metres tall" in sent[0]["messages"][0]["content"]
    figures = {figure["name"]: figure["value"] for figure in json.loads(done.stdout)["runs"][0]["figures"]}
    assert (figures["contained"], figures["admitted_rightly"]) == (0.5, 0.0)
    assert (figures["citation_precision"], figures["invalid_markers"]) == (0.5, 1.0)


def test_two_settings_are_asked_in_turns_and_compared(run, indexed, questions, tmp_path):
    file = tmp_path / "report.html"
    with Upstream(models=["tiny", "other"]) as upstream:
        variables = {"OPENAI_BASE_URL": upstream.url, "RAGPROXY_UPSTREAM_MODEL": "tiny", "LANG": "fr_FR.UTF-8"}
        done = run("eval", questions, "--against", "client_model=other", "--html", file, **variables)
        assert done.exit_code == 0, done.output
        models = [request.json["model"] for request in upstream.to("/chat/completions")]
    assert models == ["tiny", "other", "other", "tiny", "tiny", "other"]
    assert "A: usual settings\nB: client_model=other\n" in done.stdout
    assert "one after the other" not in done.stdout
    page = html.fromstring(file.read_text())
    assert page.get("lang") == "fr"
    assert "client_model=other" in page.text_content()


def test_the_language_of_the_report_can_be_chosen(run, indexed, questions, tmp_path):
    run("eval", questions, "--lang", "fr", "--html", tmp_path / "r.html", LANG="C", LC_ALL="C")
    assert html.fromstring((tmp_path / "r.html").read_text()).get("lang") == "fr"


def test_settings_of_the_process_are_compared_one_after_the_other(run, indexed, questions):
    done = run("eval", questions, "--search-only", "--set", "dense_weight=0", "--against", "RAGPROXY_DENSE_WEIGHT=0.5")
    assert done.exit_code == 0, done.output
    assert "A: dense_weight=0\nB: dense_weight=0.5\n" in done.stdout
    assert "The two were asked one after the other" in done.stdout


def test_two_stores_are_compared(run, indexed, questions, documents):
    run("ingest", documents / "louvre.md", "--store", "museums")
    done = run("eval", questions, "--search-only", "--against", "store=museums", "--json", "-")
    told = next(each for each in json.loads(done.stdout)["differences"] if each["name"] == "mrr_10")
    assert (told["first"], told["second"], told["verdict"]) == (1.0, 0.5, "unclear")


def test_what_is_asked_is_in_the_accounts(run, indexed, questions):
    run("eval", questions, "--limit", "2")
    assert run("usage", "--by", "model").stdout.splitlines()[1].split()[:2] == ["ragproxy", "2"]


def test_a_question_that_fails_is_counted(run, indexed, questions):
    with Upstream(models=["tiny"]) as upstream:
        upstream.script(refusal(400, "content policy"), path="/chat/completions")
        variables = {"OPENAI_BASE_URL": upstream.url, "RAGPROXY_UPSTREAM_MODEL": "tiny"}
        done = run("eval", questions, **variables)
    assert done.exit_code == 0, done.output
    assert "1 failed; the first: content policy" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--model", "gpt-99"], r"'gpt-99' does not exist"),
        (["--store", "nowhere"], r"no vector store 'nowhere'"),
        (["--set", "top_k=99"], r"rag\.top_k"),
        (["--set", "top_k=many"], r"top_k: expected a number, not 'many'"),
        (["--set", "lang=french"], r"lang"),
        (["--set", "dense_weight=9"], r"RAGPROXY_DENSE_WEIGHT"),
        (["--set", "top_k=3", "--against", "top_k=3"], r"--against: both sides are the same"),
        (["--html", "/nowhere/r.html"], r"--html: '/nowhere/r\.html' cannot be written"),
        (["--json", "/nowhere/r.json"], r"--json: '/nowhere/r\.json' cannot be written"),
    ],
)
def test_what_cannot_be_asked_is_an_error_in_one_line(run, indexed, questions, arguments, told):
    done = run("eval", questions, *arguments)
    assert done.exit_code == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("Error: ")
    assert re.search(told, line)


@pytest.mark.parametrize("pair", ["top_k", "top_k=", "to_k=3", "=3"])
def test_a_setting_that_is_none_is_refused_with_the_names_there_are(run, questions, pair):
    done = run("eval", questions, "--set", pair)
    assert done.exit_code == 2
    assert "'--set'" in done.stderr


def test_bad_rows_are_refused_before_anything_is_opened(run, data_dir, tmp_path):
    (tmp_path / "q.jsonl").write_text('{"question": "a"}\n{"question": 7}\n')
    done = run("eval", tmp_path / "q.jsonl")
    assert (done.exit_code, "q.jsonl:2: " in done.stderr) == (1, True)
    assert not data_dir.exists()


def test_an_agent_whose_stores_are_not_known_wants_a_store_for_the_search_alone(run, indexed, questions):
    done = run("eval", questions, "--model", "somebody", "--search-only")
    assert done.exit_code == 1
    assert "name it with --store" in done.stderr


@pytest.mark.parametrize(("option", "value"), [("--html", "r.html"), ("--model", "x"), ("--against", "top_k=3")])
def test_a_folder_takes_no_option_of_a_file_and_the_other_way_round(run, questions, tmp_path, option, value):
    done = run("eval", tmp_path, option, value)
    assert (done.exit_code, f"{option} is for a file of questions" in done.stderr) == (2, True)
    done = run("eval", questions, "--with-titles")
    assert (done.exit_code, "--with-titles is for a folder" in done.stderr) == (2, True)


def test_a_folder_is_measured_in_a_scratch_directory_as_ever(run, data_dir, tmp_path):
    folder = tmp_path / "set"
    folder.mkdir()
    written(folder / "corpus.jsonl", [{"_id": "d", "title": "", "text": "The moon orbits the earth."}])
    written(folder / "queries.jsonl", [{"_id": "q", "text": "moon"}])
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq\td\t1\n")
    done = run("eval", folder)
    assert done.stdout.splitlines()[:2] == ["set: 1 documents in 1 chunks, 1 questions", "nDCG@10         1.000"]
    assert not data_dir.exists()


def test_while_a_command_holds_the_data_there_is_nobody_to_ask(run, data_dir, questions):
    lock = DataLock(data_dir)
    lock.acquire(None)
    done = run("eval", questions)
    lock.release()
    assert done.exit_code == 1
    assert "is held by process" in done.stderr


def test_sides_are_told_apart_by_what_differs():
    first, second = sides([("model", "x"), ("top_k", "3")], [("top_k", "10")])
    assert (first.label, second.label) == ("top_k=3", "top_k=10")
    assert (first.options, second.options) == ({"model": "x", "top_k": 3}, {"model": "x", "top_k": 10})
    assert [side.label for side in sides([], [("url", "http://a")])] == ["", "url=http://a"]
    assert [side.label for side in sides([("store", "s")], [])] == ["store=s"]


def test_sides_are_asked_in_turns_unless_the_data_would_be_opened_twice():
    assert in_turns(sides([], [("top_k", "3")]))
    assert in_turns(sides([("dense_weight", "0")], [("top_k", "3")]))
    assert not in_turns(sides([], [("dense_weight", "0")]))


def test_a_setting_goes_by_its_field_or_its_variable():
    by_field = Side.of([("dense_weight", "0.1")], "")
    assert by_field.variables == Side.of([("RAGPROXY_DENSE_WEIGHT", "0.1")], "").variables
    with pytest.raises(ConfigError, match="temperature: expected a number"):
        Side.of([("temperature", "warm")], "")
    with pytest.raises(InvalidRequest, match="temperature"):
        Side.of([("temperature", "9")], "")


def written(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path
