"""`ragproxy stores` on data of one's own; over HTTP it is in tests/e2e/test_cli_over_http.py."""

import re
import time

from ragproxy.state import DataLock


def test_stores_are_listed_with_what_they_hold(run, documents):
    assert "There is no vector store yet" in run("stores", "list").output
    run("ingest", documents, "--store", "paris")
    run("ingest", documents / "tower.md", "--store", "a rather long name")
    lines = run("stores", "list").output.splitlines()
    assert lines[0].split() == ["NAME", "ID", "STATUS", "FILES", "SIZE"]
    rows = [re.split(r"\s{2,}", line) for line in lines[1:]]
    size = len("The Eiffel Tower is 330 metres tall.")
    assert {row[0]: row[2:] for row in rows} == {
        "paris": ["completed", "2", f"{size + len('Le musée du Louvre ferme le mardi.'.encode())} B"],
        "a rather long name": ["completed", "1", f"{size} B"],
    }
    assert all(re.fullmatch(r"vs_[0-9a-f]{32}", row[1]) for row in rows)
    assert len({len(line) for line in lines}) == 1


def test_stores_can_be_listed_and_shown_while_a_server_holds_the_data(run, documents, data_dir):
    run("ingest", documents, "--store", "paris")
    lock = DataLock(data_dir)
    lock.acquire("http://127.0.0.1:8083")
    assert "paris" in run("stores", "list").output
    assert "paris" in run("stores", "show", "paris").output
    lock.release()


def test_one_store_is_shown_with_its_files_by_status(run, documents):
    run("ingest", documents, "--store", "paris")
    shown = dict(line.split(":", 1) for line in run("stores", "show", "paris").stdout.splitlines())
    assert {name: text.strip() for name, text in shown.items() if name not in ("Id", "Created")} == {
        "Name": "paris",
        "Status": "completed",
        "Files": "2 completed, 0 in progress, 0 failed, 0 cancelled",
        "Size": "71 B of text",
        "Expires": "never",
    }
    assert shown["Created"].strip()[:10] == time.strftime("%Y-%m-%d")
    assert run("stores", "show", shown["Id"].strip()).stdout == run("stores", "show", "paris").stdout


def test_a_store_is_made_and_deleted_with_what_is_in_it(run, documents):
    made = run("stores", "create", "paris").stdout
    assert re.fullmatch(r"'paris' is made: vs_[0-9a-f]{32}\n", made)
    run("ingest", documents, "--store", "paris")
    assert run("stores", "delete", "paris", "--yes").stdout == "'paris' is deleted.\n"
    assert "There is no vector store yet" in run("stores", "list").output
    assert "2 added" in run("ingest", documents, "--store", "paris").stdout


def test_nothing_is_deleted_without_a_yes(run, documents):
    run("ingest", documents, "--store", "paris")
    asked = run("stores", "delete", "paris")
    assert asked.exit_code == 1
    assert "Delete the vector store 'paris' with its 2 files?" in asked.output
    assert "paris" in run("stores", "list").stdout


def test_a_store_that_is_not_there_is_an_error_in_one_line(run, documents):
    run("ingest", documents)
    for command in (["show", "nowhere"], ["delete", "nowhere", "--yes"]):
        done = run("stores", *command)
        assert done.exit_code == 1
        assert done.stderr == "Error: There is no vector store 'nowhere'\n"


def test_a_name_that_would_steer_the_terminal_is_shown_harmless(run, documents):
    run("ingest", documents, "--store", "a\x1b[31mred")
    for command in (["list"], ["show", "a\x1b[31mred"]):
        shown = run("stores", *command).output
        assert "\x1b" not in shown
        assert "[31mred" in shown
