"""`ragproxy ingest` and `reindex` on real folders."""

import re


def test_a_folder_is_ingested_into_a_new_store(run, documents):
    done = run("ingest", documents, "--store", "paris")
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert [line.split("/")[-1] for line in lines[:2]] == ["louvre.md (1 chunks)", "tower.md (1 chunks)"]
    assert re.fullmatch(
        r"'paris': 2 added, 0 changed, 0 unchanged, 0 removed, 0 failed: 2 chunks in \d+\.\d s \(\d+ chunks/s\)",
        lines[2],
    )
    assert len(lines) == 3


def test_ingesting_twice_changes_nothing(run, documents):
    run("ingest", documents)
    again = run("ingest", documents)
    assert again.stdout.startswith("'default': 0 added, 0 changed, 2 unchanged, 0 removed, 0 failed: 0 chunks")


def test_a_changed_file_is_replaced_and_a_vanished_one_pruned_when_asked(run, documents):
    run("ingest", documents)
    (documents / "tower.md").write_text("# Eiffel Tower\n\nThe Eiffel Tower was built in 1889.\n")
    (documents / "louvre.md").unlink()
    assert "0 added, 1 changed, 0 unchanged, 0 removed" in run("ingest", documents).stdout
    pruned = run("ingest", documents, "--prune").stdout
    assert "removed" in pruned.splitlines()[0]
    assert "0 added, 0 changed, 1 unchanged, 1 removed" in pruned
    assert "1889" in run("search", "Eiffel Tower").stdout
    assert "Nothing found" in run("search", "Louvre mardi").stdout


def test_a_bad_file_is_named_with_its_reason_and_the_others_are_in(run, documents):
    (documents / "bad.pdf").write_bytes(b"%PDF-1.4 no, it is not")
    (documents / "empty.txt").write_bytes(b"")
    done = run("ingest", documents)
    assert done.exit_code == 1
    assert "2 added, 0 changed, 0 unchanged, 0 removed, 2 failed" in done.stdout
    told = done.stderr.splitlines()
    assert told[0] == "Not indexed:"
    assert [line.partition(": ")[0].split("/")[-1] for line in told[1:]] == ["bad.pdf", "empty.txt"]
    assert all(line.partition(": ")[2] for line in told[1:])
    assert "330" in run("search", "Eiffel Tower height").stdout


def test_a_name_that_would_steer_the_terminal_is_shown_harmless(run, documents):
    (documents / "a\x1b[31mred[bold].md").write_text("A red herring.")
    done = run("ingest", documents)
    assert done.exit_code == 0
    assert "\x1b" not in done.output
    assert "red[bold].md" in done.output
    (documents / "b\x1b[2J.txt").write_text("The walrus said: \x1b]0;owned\x07 the time has come.")
    run("ingest", documents)
    found = run("search", "walrus").output
    assert "walrus said" in found
    assert "\x1b" not in found
    assert "\x07" not in found


def test_a_name_in_latin_1_does_not_stop_the_others(run, documents):
    with open(bytes(documents) + b"/caf\xe9.txt", "wb") as file:
        file.write("Un café crème.".encode())
    done = run("ingest", documents)
    assert done.exit_code == 1
    assert "not valid UTF-8" in done.stderr
    assert "2 added" in done.stdout


def test_a_path_that_is_not_there_is_a_usage_error(run, documents):
    done = run("ingest", documents / "nowhere")
    assert done.exit_code == 2
    assert "does not exist" in done.stderr


def test_a_store_needs_a_name(run, documents):
    done = run("ingest", documents, "--store", " ")
    assert done.exit_code == 1
    assert done.stderr == "Error: 'name' is empty\n"


def test_reindexing_keeps_what_is_found_and_raises_the_version(run, documents):
    run("ingest", documents, "--store", "paris")
    before = run("search", "Eiffel Tower height", "--store", "paris").stdout
    done = run("reindex", "paris")
    assert done.exit_code == 0
    assert done.stdout == "'paris' is indexed anew: 2 chunks.\n"
    assert run("search", "Eiffel Tower height", "--store", "paris").stdout == before


def test_an_unknown_store_is_an_error_in_one_line(run, documents):
    run("ingest", documents)
    for command in (["reindex", "nowhere"], ["search", "x", "--store", "nowhere"], ["ask", "x", "--store", "nowhere"]):
        done = run(*command)
        assert done.exit_code == 1
        assert re.fullmatch(r"Error: .*'nowhere'.*\n", done.stderr), done.stderr
