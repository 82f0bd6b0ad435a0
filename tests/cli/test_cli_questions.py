"""`ragproxy search`, `ragproxy ask` and what happens to them while somebody else holds the data."""

import os
import re

import pytest

from ragproxy.state import DataLock
from tests.upstream import Upstream


def test_search_shows_score_file_and_quote_best_first(run, documents):
    run("ingest", documents)
    done = run("search", "How tall is the Eiffel Tower?")
    assert done.exit_code == 0
    first, quote = done.stdout.splitlines()[:2]
    assert re.fullmatch(r"1\. [01]\.\d\d  tower\.md", first)
    assert quote.strip().endswith("The Eiffel Tower is 330 metres tall.")


def test_search_shows_as_many_passages_as_asked(run, documents):
    for number in range(4):
        (documents / f"tower-{number}.md").write_text(f"Tower number {number} stands in the city of towers.")
    run("ingest", documents)
    shown = run("search", "tower city", "--top-k", "2").stdout
    assert re.findall(r"^(\d)\. ", shown, re.MULTILINE) == ["1", "2"]


def test_a_long_passage_is_cut_at_a_word(run, documents):
    (documents / "long.txt").write_text("Zanzibar " + "is an island of spices " * 40)
    run("ingest", documents)
    quote = run("search", "Zanzibar").stdout.splitlines()[1].strip()
    assert len(quote) <= 300
    assert re.search(r" (is|an|island|of|spices)…$", quote)


def test_ask_answers_from_the_documents_and_lists_the_sources(run, documents):
    run("ingest", documents)
    done = run("ask", "How tall is the Eiffel Tower?")
    assert done.exit_code == 0
    answer, _, sources = done.stdout.partition("\n\nSources:\n")
    assert "330 metres" in answer
    assert "[1]" in answer
    assert re.match(r"\[1\] tower\.md \(score [01]\.\d\d\)\n", sources)


def test_ask_answers_in_the_asked_store_and_language(run, documents):
    run("ingest", documents / "louvre.md", "--store", "musées")
    run("ingest", documents / "tower.md")
    done = run("ask", "Quand ferme le musée du Louvre ?", "--store", "musées", "--lang", "fr")
    assert "Louvre ferme le mardi" in done.stdout
    assert "tower.md" not in done.stdout
    assert "mardi" not in run("ask", "Quand ferme le musée du Louvre ?").stdout


def test_ask_lets_the_upstream_write(run, documents):
    with Upstream(models=["tiny", "other"]) as upstream:
        upstream.text = "It is 330 metres tall [1]."
        variables = {"OPENAI_BASE_URL": upstream.url, "RAGPROXY_UPSTREAM_MODEL": "tiny"}
        run("ingest", documents)
        done = run("ask", "How tall is the Eiffel Tower?", **variables)
        assert done.stdout.startswith("It is 330 metres tall [1].\n\nSources:\n[1] tower.md")
        assert upstream.requests[-1].json["model"] == "tiny"

        done = run("ask", "How tall is the Eiffel Tower?", "--model", "other", **variables)
        assert done.exit_code == 0, done.stderr
        assert upstream.requests[-1].json["model"] == "other"


def test_an_unknown_model_is_an_error_in_one_line(run, documents):
    run("ingest", documents)
    done = run("ask", "x", "--model", "gpt-99")
    assert done.exit_code == 1
    assert re.fullmatch(r"Error: .*'gpt-99'.*\n", done.stderr)


def test_an_upstream_that_is_down_is_an_error_in_one_line(run, documents):
    run("ingest", documents)
    variables = {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1", "RAGPROXY_UPSTREAM_MODEL": "tiny"}
    done = run("ask", "How tall is the tower?", **variables)
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: ")
    assert "Traceback" not in done.output


@pytest.mark.parametrize("command", [["migrate"], ["serve"]])
def test_what_needs_the_data_alone_says_who_holds_it(run, data_dir, command):
    lock = DataLock(data_dir)
    lock.acquire("http://0.0.0.0:8083")
    done = run(*command)
    lock.release()
    assert done.exit_code == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert f"process {os.getpid()}, which serves http://0.0.0.0:8083" in line
    assert "Stop that process" in line


@pytest.mark.parametrize("command", [["ask", "x"], ["search", "x"], ["ingest", "."], ["stores", "create", "x"]])
def test_while_a_command_holds_the_data_there_is_nobody_to_ask(run, data_dir, command):
    lock = DataLock(data_dir)
    lock.acquire(None)
    done = run(*command)
    lock.release()
    assert done.exit_code == 1
    assert re.fullmatch(rf"Error: .* is held by process {os.getpid()};.*\n", done.stderr)


def test_an_empty_query_and_an_unknown_language_are_refused_as_a_server_would(run, documents):
    run("ingest", documents)
    assert "query" in run("search", "").stderr
    assert "lang" in run("ask", "x", "--lang", "french").stderr
    assert run("ask", "x", "--lang", "french").exit_code == 1
