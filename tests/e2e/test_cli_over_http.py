"""The command line beside a running server: it asks it over HTTP, and all is as if it had opened the data itself."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import fields

import pytest
import requests
from click.testing import CliRunner

from ragproxy.cli import main
from ragproxy.settings import Settings
from tests.e2e.servers import ROOT, Server, environment, free_port, migrated, ragproxy
from tests.ingestion import hostile, samples

TALL = "How tall is the Eiffel Tower?"
COUNTS = re.compile(r"(\d+) added, (\d+) changed, (\d+) unchanged, (\d+) removed, (\d+) failed")
WAIT_S = 60


@pytest.mark.timeout(300)
def test_a_folder_is_followed_by_a_running_server_and_by_the_command_alone_alike(folder, data_dir):
    migrated(data_dir)
    with Server(data_dir) as server:
        assert ingest(folder, data_dir) == (3, 0, 0, 0, 0)
        assert ingest(folder, data_dir) == (0, 0, 3, 0, 0)
        assert "330 metres" in ragproxy("search", TALL, data_dir=data_dir).stdout
        (folder / "tower.md").write_text("# Eiffel Tower\n\nThe Eiffel Tower was built in 1889.\n")
        assert ingest(folder, data_dir) == (0, 1, 2, 0, 0)
        (folder / "louvre.md").unlink()
        assert ingest(folder, data_dir) == (0, 0, 2, 0, 0)
        assert ingest(folder, data_dir, "--prune") == (0, 0, 2, 1, 0)
        assert "mardi" not in ragproxy("search", "Quand ferme le Louvre ?", data_dir=data_dir).stdout
        assert "1889" in ragproxy("ask", "When was the Eiffel Tower built?", data_dir=data_dir).stdout
        alone(server)

    assert ingest(folder, data_dir, "--prune") == (0, 0, 2, 0, 0)
    (folder / "late.md").write_text("The last train leaves at midnight.")
    assert ingest(folder, data_dir) == (1, 0, 2, 0, 0)

    with Server(data_dir) as server:
        assert ingest(folder, data_dir, "--prune") == (0, 0, 3, 0, 0)
        assert "midnight" in ragproxy("search", "last train", data_dir=data_dir).stdout
        (folder / "late.md").unlink()
        assert ingest(folder, data_dir, "--prune") == (0, 0, 2, 1, 0)
        alone(server)
    sound(data_dir)


def test_what_is_shown_is_the_same_with_and_without_a_server(folder, data_dir):
    commands = [
        ("search", TALL),
        ("search", "silence dans la bibliothèque", "--top-k", "1"),
        ("search", "zzz"),
        ("search", "x", "--store", "nowhere"),
        ("search", ""),
        ("ask", TALL),
        ("ask", "Quand ferme le musée du Louvre ?", "--lang", "fr", "--store", "default"),
        ("ask", "x", "--model", "gpt-99"),
        ("ask", "x", "--lang", "french"),
        ("ask", "x", "--store", "nowhere"),
        ("stores", "list"),
        ("stores", "show", "default"),
        ("stores", "show", "nowhere"),
        ("stores", "create", " "),
        ("ingest", str(folder), "--store", " "),
    ]
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 it is not")
    assert ingest(folder, data_dir, check=False) == (3, 0, 0, 0, 1)
    before = [shown(command, data_dir) for command in commands]
    with Server(data_dir) as server:
        after = [shown((*command, "--url", server.url), data_dir) for command in commands]
    assert after == before
    assert "page 2" in before[1][1]
    assert before[5][1].count("Sources:") == 1
    assert sum(code for code, _, _ in before) == 8


def test_failures_are_told_as_ever(folder, data_dir):
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 it is not")
    (folder / "empty.txt").write_bytes(b"")
    migrated(data_dir)
    with Server(data_dir):
        done = ragproxy("ingest", folder, data_dir=data_dir, check=False)
    assert done.returncode == 1
    assert [line.rpartition("/")[2] for line in done.stdout.splitlines()[:3]] == [
        "louvre.md (1 chunks)",
        "rules.pdf (2 chunks)",
        "tower.md (1 chunks)",
    ]
    told = done.stderr.splitlines()
    assert told[0] == "Not indexed:"
    assert [line.partition(": ")[0].rpartition("/")[2] for line in told[1:]] == ["broken.pdf", "empty.txt"]


def test_the_bytes_of_a_folder_can_be_fetched_and_put_into_another_store(folder, data_dir):
    migrated(data_dir)
    with Server(data_dir) as server:
        ingest(folder, data_dir)
        files = {file["filename"]: file for file in get(server, "/v1/files")["data"]}
        id = files["rules.pdf"]["id"]
        content = requests.get(f"{server.url}/v1/files/{id}/content", timeout=10)
        assert content.content == (folder / "rules.pdf").read_bytes()
        made = requests.post(f"{server.url}/v1/vector_stores", json={"name": "b", "file_ids": [id]}, timeout=10).json()
        until = time.monotonic() + WAIT_S
        while get(server, f"/v1/vector_stores/{made['id']}")["status"] == "in_progress":
            assert time.monotonic() < until
            time.sleep(0.1)
        found = ragproxy("search", "silence dans la bibliothèque", "--store", "b", data_dir=data_dir).stdout
        assert "rules.pdf, page 2" in found


def test_stores_are_made_shown_and_deleted_on_the_server(folder, data_dir):
    migrated(data_dir)
    with Server(data_dir) as server:
        id = ragproxy("stores", "create", "paris", data_dir=data_dir).stdout.split()[-1]
        assert get(server, f"/v1/vector_stores/{id}")["name"] == "paris"
        (folder / "other.txt").write_text("Something else.")
        ingest(folder, data_dir, "--store", "paris")
        listed = ragproxy("stores", "list", "--url", server.url + "/v1", data_dir=data_dir).stdout
        assert re.search(rf"^paris +{id} +completed +4 +[\d.]+ ", listed, re.MULTILINE)
        refused = ragproxy("stores", "delete", "paris", data_dir=data_dir, check=False)
        assert refused.returncode == 1
        assert "with its 4 files?" in refused.stdout
        assert ragproxy("stores", "delete", id, "--yes", data_dir=data_dir).stdout == "'paris' is deleted.\n"
        assert requests.get(f"{server.url}/v1/vector_stores/{id}", timeout=10).status_code == 404


def test_why_files_failed_is_shown_from_afar(data_dir):
    migrated(data_dir)
    with Server(data_dir) as server:
        id = ragproxy("stores", "create", "paris", data_dir=data_dir).stdout.split()[-1]
        form = {"files": {"file": ("broken.pdf", b"%PDF-1.4 no")}, "data": {"purpose": "assistants"}}
        uploaded = requests.post(f"{server.url}/v1/files", **form, timeout=10).json()["id"]
        path = f"/v1/vector_stores/{id}/files"
        requests.post(server.url + path, json={"file_id": uploaded}, timeout=10).raise_for_status()
        until = time.monotonic() + WAIT_S
        while get(server, f"{path}/{uploaded}")["status"] == "in_progress":
            assert time.monotonic() < until
            time.sleep(0.1)
        away = ragproxy("stores", "show", "paris", "--url", server.url, data_dir=data_dir).stdout
        assert away == ragproxy("stores", "show", "paris", data_dir=data_dir).stdout
        assert "1 failed" in away
        assert re.search(r"Not indexed:\n  broken\.pdf: .*\.pdf file", away)


@pytest.mark.parametrize(
    "command",
    [
        ("search", TALL),
        ("stores", "list"),
        pytest.param(("ask", TALL), marks=pytest.mark.soak),
        pytest.param(("ingest", "README.md"), marks=pytest.mark.soak),
    ],
)
def test_a_key_is_asked_for_and_taken(data_dir, command):
    keys = {"RAGPROXY_AUTH": "keys", "RAGPROXY_ADMIN_KEY": "sk-right"}
    ragproxy("ingest", ROOT / "README.md", data_dir=data_dir)
    with Server(data_dir, **keys) as server:
        command = (*command, "--url", server.url)
        for wrong in ([], ["--api-key", "sk-wrong"]):
            refused = ragproxy(*command, *wrong, data_dir=data_dir, check=False)
            assert refused.returncode == 1
            assert refused.stdout == ""
            assert re.fullmatch(r"Error: .*--api-key or set RAGPROXY_ADMIN_KEY\)\n", refused.stderr)
        ragproxy(*command, "--api-key", "sk-right", data_dir=data_dir)
        ragproxy(*command, data_dir=data_dir, **keys)


@pytest.mark.parametrize(
    "command", [("search", TALL), ("ask", TALL), ("ingest", "README.md"), ("stores", "list"), ("stores", "create", "x")]
)
def test_a_server_that_is_not_there_is_named(data_dir, command):
    url = f"http://127.0.0.1:{free_port()}"
    refused = ragproxy(*command, "--url", url, data_dir=data_dir, check=False)
    assert refused.returncode == 1
    assert (refused.stdout, refused.stderr) == ("", f"Error: Nothing answers at {url}; is the server running?\n")
    assert not (data_dir / "ragproxy.db").exists()


@pytest.mark.soak
@pytest.mark.timeout(300)
def test_a_command_killed_midway_is_run_again(tmp_path, data_dir):
    folder = many(tmp_path / "many")
    migrated(data_dir)
    with Server(data_dir) as server:
        for _ in range(2):
            killed = subprocess.Popen(
                [sys.executable, "-m", "ragproxy", "ingest", str(folder)],
                env=environment(data_dir, PYTHONUNBUFFERED="1"),
                cwd=ROOT,
                stdout=subprocess.PIPE,
                text=True,
            )
            assert killed.stdout.readline().startswith("added ")
            killed.kill()
            killed.wait()
        added, changed, unchanged, removed, failed = ingest(folder, data_dir)
        assert (changed, removed, failed) == (0, 0, 0)
        assert added + unchanged == 600
        assert unchanged > 0
        assert ingest(folder, data_dir) == (0, 0, 600, 0, 0)
        alone(server)
    assert ingest(folder, data_dir) == (0, 0, 600, 0, 0)
    sound(data_dir)


@pytest.mark.soak
@pytest.mark.timeout(300)
def test_a_server_killed_midway_is_started_again_and_nothing_is_lost(tmp_path, data_dir):
    folder = many(tmp_path / "many")
    migrated(data_dir)
    server = Server(data_dir)
    try:
        running = subprocess.Popen(
            [sys.executable, "-m", "ragproxy", "ingest", str(folder)],
            env=environment(data_dir, PYTHONUNBUFFERED="1"),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        told = [running.stdout.readline()]
        os.killpg(server.process.pid, signal.SIGKILL)
        server.process.wait()
        rest, error = running.communicate(timeout=WAIT_S)
        told += rest.splitlines()
        assert running.returncode == 1
        assert re.fullmatch(r"Error: .*\n", error)
        added = sum(line.startswith("added ") for line in told)
        server = Server(data_dir, PORT=str(server.port))
        again = ingest(folder, data_dir)
        assert again[0] + again[2] == 600
        assert again[2] >= added
        assert again[1] == again[3] == again[4] == 0
        alone(server)
    finally:
        server.close()
    sound(data_dir)


@pytest.mark.soak
def test_a_file_made_to_do_harm_costs_itself_and_not_the_server(folder, data_dir):
    (folder / "bomb.json").write_bytes(hostile.memory_bomb())
    migrated(data_dir)
    with Server(data_dir) as server:
        workers = server.workers
        assert ingest(folder, data_dir, check=False) == (3, 0, 0, 0, 1)
        assert server.workers == workers
        assert "330 metres" in ragproxy("search", TALL, data_dir=data_dir).stdout


def test_a_file_beyond_the_servers_limit_fails_alone(folder, data_dir):
    (folder / "large.txt").write_text("A long story. " * 150_000)
    migrated(data_dir)
    with Server(data_dir, RAGPROXY_FILE_LIMIT_MB="1"):
        done = ragproxy("ingest", folder, data_dir=data_dir, check=False)
    assert COUNTS.search(done.stdout).groups() == ("3", "0", "0", "0", "1")
    assert re.search(r"large\.txt: The file is larger than 1 MiB; .*RAGPROXY_FILE_LIMIT_MB", done.stderr)


def test_names_of_all_kinds_come_through(data_dir, tmp_path):
    folder = tmp_path / "été \x1b[31m"
    (folder / "sous dossier").mkdir(parents=True)
    for name in ('naïve "quoted".md', "line\nbreak.md", "sous dossier/tab\there.md", "日本.md", "100%.md"):
        (folder / name).write_text(f"The walrus named {json.dumps(name)} said so.")
    migrated(data_dir)
    with Server(data_dir) as server:
        assert ingest(folder, data_dir) == (5, 0, 0, 0, 0)
        assert ingest(folder, data_dir) == (0, 0, 5, 0, 0)
        names = {file["filename"] for file in get(server, "/v1/files")["data"]}
        assert names == {'naïve "quoted".md', "line break.md", "sous dossier/tab here.md", "日本.md", "100%.md"}
    assert ingest(folder, data_dir) == (0, 0, 5, 0, 0)


@pytest.mark.sets("embedded", "scaled")
def test_a_server_elsewhere_is_fed_by_its_address(library, tmp_path, folder):
    def run(*command, check=True):
        return ragproxy(*command, "--url", library.url, data_dir=tmp_path / "nothing", check=check).stdout

    name = f"fed-{free_port()}"
    assert counts(run("ingest", folder, "--store", name)) == (3, 0, 0, 0, 0)
    assert counts(run("ingest", folder, "--store", name)) == (0, 0, 3, 0, 0)
    assert "330 metres" in run("search", TALL, "--store", name)
    assert "tower.md" in run("ask", TALL, "--store", name)
    (folder / "tower.md").unlink()
    assert counts(run("ingest", folder, "--store", name, "--prune")) == (0, 0, 2, 1, 0)
    assert "330 metres" not in run("search", TALL, "--store", name)
    assert re.search(rf"^{name} .* completed +2 ", run("stores", "list"), re.MULTILINE)
    run("stores", "delete", name, "--yes")
    assert not (tmp_path / "nothing").exists()


def ingest(folder, data_dir, *options, check=True):
    """How many files were added, changed, unchanged, removed and failed."""
    return counts(ragproxy("ingest", folder, *options, data_dir=data_dir, check=check).stdout)


def counts(report):
    return tuple(map(int, COUNTS.search(report).groups()))


def shown(command, data_dir):
    """The exit code, the output and the errors of a command, run in this process: there are many."""
    unset = dict.fromkeys(field.metadata["variable"] for field in fields(Settings))
    done = CliRunner().invoke(main, ["--data-dir", str(data_dir), *command], env=unset, catch_exceptions=False)
    return done.exit_code, done.stdout, done.stderr


def get(server, path):
    return requests.get(server.url + path, timeout=10).json()


def alone(server):
    """What is known of each file is what the index gives back of it."""
    store = get(server, "/v1/vector_stores")["data"][0]["id"]
    for known in get(server, f"/v1/vector_stores/{store}/folder_files")["data"]:
        pieces = get(server, f"/v1/vector_stores/{store}/files/{known['id']}/content")["data"]
        assert len(pieces) == known["chunks"]


def sound(data_dir):
    """The index and the bytes are those of the rows, and nothing else."""
    assert "nothing is wrong" in ragproxy("doctor", "--deep", data_dir=data_dir).stdout


def many(folder):
    folder.mkdir()
    for number in range(600):
        (folder / f"{number:03}.md").write_text(f"# Note {number}\n\nThe note number {number} speaks of itself.\n" * 4)
    return folder


@pytest.fixture
def folder(tmp_path):
    """Three documents, one with pages."""
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "tower.md").write_text("# Eiffel Tower\n\nThe Eiffel Tower is 330 metres tall.\n")
    (folder / "louvre.md").write_text("# Louvre\n\nLe musée du Louvre ferme le mardi.\n")
    rules = samples.pdf("Le prêt est gratuit. " * 30, "Le silence est exigé en bibliothèque.")
    (folder / "rules.pdf").write_bytes(rules)
    return folder


@pytest.fixture
def data_dir(tmp_path):
    return tmp_path / "data"
