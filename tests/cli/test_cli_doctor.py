"""`ragproxy doctor` on a real installation, sound and damaged."""

import json
import shutil
import socket
import sqlite3
import time

import chromadb
import pytest

from ragproxy import __version__
from ragproxy.settings import from_env
from ragproxy.state import DataLock, migrate
from tests.e2e.servers import Server, free_port

ADMIN = "sk-the-administrator-0123456789"


def test_sound_data_is_found_sound(run, documents):
    run("ingest", documents)
    done = run("doctor", "--deep")
    assert (done.exit_code, done.stderr) == (0, "")
    told = [line.split(":")[0].split() for line in done.stdout.splitlines()[:-1]]
    assert {name for status, name in told if status != "ok"} == {"server"}  # which is not running
    assert "ok       index: Examined 1 vector stores, 2 files and 2 chunks: nothing is wrong.\n" in done.stdout
    assert done.stdout.endswith(" ok, 1 warning, 0 failed.\n")


def test_damage_is_told_then_mended_then_gone(run, documents, data_dir):
    run("ingest", documents)
    _damage(data_dir)
    for _ in range(2):  # telling changes nothing
        told = run("doctor")
        assert told.exit_code == 1
        assert "failed   index.words: The lexical index of 'default' is missing. Run `ragproxy d" in told.stdout
        assert "failed   index.leftovers: The index holds a store that is no more: vs_gone. " in told.stdout
        assert "2 faults; `ragproxy doctor --repair` mends 2 of them." in told.stdout
        assert told.stdout.endswith(", 3 failed.\n")
    mended = run("doctor", "--repair")
    assert mended.exit_code == 0
    assert "Mended: Built the lexical index of vs_" in mended.stdout
    assert "ok       repair: Mended: Deleted what was left in the index of vs_gone.\n" in mended.stdout
    assert "2 faults were mended, 0 are for you to deal with.\n" in mended.stdout
    assert "nothing is wrong.\n" in run("doctor").stdout
    assert "330" in run("search", "Eiffel Tower height").stdout


def test_what_cannot_be_mended_stays_a_fault_and_says_what_to_do(run, documents, data_dir):
    run("ingest", documents)
    with sqlite3.connect(data_dir / "ragproxy.db") as records:
        records.execute("UPDATE files SET uploaded = 1")
    shutil.rmtree(data_dir / "files", ignore_errors=True)
    done = run("doctor", "--repair")
    assert done.exit_code == 1
    assert done.stdout.count("upload the file again") == 2
    assert "failed   index: Examined" in done.stdout
    assert "0 faults were mended, 2 are for you to deal with." in done.stdout


def test_many_faults_of_a_kind_are_not_all_told(run, tmp_path, data_dir):
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(30):
        (folder / f"{number}.txt").write_text(f"The house has {number} rooms.")
    run("ingest", folder)
    client = chromadb.PersistentClient(str(data_dir / "chroma"))
    (collection,) = client.list_collections()
    collection.delete(where={"position": 0})
    client.close()
    told = run("doctor").stdout.splitlines()
    assert sum("should have 1 chunks and has 0" in line for line in told) == 20
    assert "failed   index.missing_chunks: And 10 more of this kind. Run `ragproxy doctor --repair`." in told


def test_a_database_that_was_not_migrated_is_a_fault_that_can_be_mended(run, data_dir):
    told = run("doctor")
    assert told.exit_code == 1
    assert "run `ragproxy migrate`" in told.stdout
    assert not data_dir.exists()
    mended = run("doctor", "--repair")
    assert mended.exit_code == 0
    assert "ok       repair: The database is up to date." in mended.stdout
    assert run("doctor").exit_code == 0


def test_a_database_of_a_newer_version_is_an_error(run, data_dir):
    migrate(from_env({"RAGPROXY_DATA_DIR": str(data_dir)}).database)
    with sqlite3.connect(data_dir / "ragproxy.db") as records:
        records.execute("UPDATE alembic_version SET version_num = '9999'")
    for options in ([], ["--repair"]):
        done = run("doctor", *options)
        assert done.exit_code == 1
        assert "newer ragproxy" in done.output


def test_beside_a_server_that_runs_all_but_the_repair_is_done(run, documents, data_dir):
    run("ingest", documents)
    with Server(data_dir, RAGPROXY_ADMIN_KEY=ADMIN) as server:
        done = run("doctor", RAGPROXY_ADMIN_KEY=ADMIN)
        assert (done.exit_code, done.stderr) == (0, "")
        assert done.stdout.endswith(" ok, 0 warnings, 0 failed.\n")
        assert f"ok       server: The server at {server.url} answers, in version {__version__}.\n" in done.stdout
        assert "ok       index: 1 vector stores with 2 chunks are as recorded; " in done.stdout
        done = run("doctor", "--repair")
        assert done.exit_code == 1
        assert done.stdout == ""
        assert server.url in done.stderr
        assert "Stop that process" in done.stderr
    assert run("doctor").exit_code == 0


def test_a_list_in_json(run, documents):
    run("ingest", documents)
    done = run("doctor", "--json", RAGPROXY_TOPK="3")
    told = json.loads(done.stdout)
    assert done.exit_code == 0
    assert all(set(each) == {"name", "status", "message", "advice", "duration_ms"} for each in told)
    assert {each["status"] for each in told} == {"ok", "warning"}
    assert all((each["advice"] is None) == (each["status"] == "ok") for each in told)
    (misspelt,) = (each for each in told if each["name"] == "settings")
    assert misspelt["advice"] == "Did you mean RAGPROXY_TOP_K?"
    assert all(isinstance(each["duration_ms"], float) for each in told)


def test_settings_that_nothing_starts_with_are_told_like_the_rest(run):
    done = run("doctor", "--json", WEB_CONCURRENCY="3")
    assert done.exit_code == 1
    told = {each["name"]: each for each in json.loads(done.stdout)}
    assert told["settings"]["status"] == "failed"
    assert told["settings"]["message"].startswith("WEB_CONCURRENCY: ")
    assert told["versions"]["status"] == "ok"


def test_an_upstream_that_is_not_there_fails_alone_and_soon(run, documents):
    run("ingest", documents)
    began = time.monotonic()
    done = run("doctor", "--timeout", "1", OPENAI_BASE_URL=f"http://127.0.0.1:{free_port()}/v1")
    assert time.monotonic() - began < 30
    assert done.exit_code == 1
    (failed,) = (line for line in done.stdout.splitlines() if line.startswith("failed"))
    assert failed.startswith("failed   upstream.openai: The upstream 127.0.0.1:")
    assert "nothing is wrong" in done.stdout


def test_servers_that_are_all_down_are_all_told_and_no_password_is(run):
    down = f"me:hidden@127.0.0.1:{free_port()}"
    given = {"DATABASE_URL": f"postgresql://{down}/x", "REDIS_URL": f"redis://{down}", "CHROMA_URL": f"http://{down}"}
    done = run("doctor", "--timeout", "1", **given)
    assert done.exit_code == 1
    failed = {line.split()[1] for line in done.stdout.splitlines() if line.startswith("failed")}
    assert failed == {"database:", "redis:", "chroma:"}
    assert "were not compared: database, redis, chroma failed" in done.stdout
    assert "hidden" not in done.output


def test_servers_that_are_silent_are_not_waited_for_long(run):
    pytest.importorskip("psycopg")
    with socket.create_server(("127.0.0.1", 0), backlog=64) as silent:  # it takes connections, and says nothing
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        given = {
            "DATABASE_URL": f"postgresql://{address}/x",
            "REDIS_URL": f"redis://{address}",
            "CHROMA_URL": f"http://{address}",
            "OPENAI_BASE_URL": f"http://{address}/v1",
            "PORT": str(silent.getsockname()[1]),
        }
        began = time.monotonic()
        done = run("doctor", "--timeout", "0.5", **given)
    assert time.monotonic() - began < 20
    failed = {line.split()[1] for line in done.stdout.splitlines() if line.startswith("failed")}
    assert failed == {"database:", "redis:", "chroma:", "upstream.openai:"}
    assert "did not answer within 0.5 seconds" in done.stdout


def test_a_file_of_upstreams_that_cannot_be_used(run, documents, tmp_path):
    run("ingest", documents)
    config = tmp_path / "ragproxy.toml"
    config.write_text('[[upstream]]\nname = "a"\nbase_url = "http://127.0.0.1:1/v1"\nkey_env = "KEY_OF_A"\n')
    done = run("doctor", RAGPROXY_CONFIG=str(config))
    assert done.exit_code == 1
    assert "failed   upstreams: RAGPROXY_CONFIG: " in done.stdout
    assert "the environment variable KEY_OF_A is not set" in done.stdout


def test_the_lock_is_let_go_of(run, documents, data_dir):
    run("ingest", documents)
    run("doctor")
    lock = DataLock(data_dir)
    lock.acquire(None)
    lock.release()


def _damage(data_dir):
    """No lexical index for the store, and a collection that is nobody's."""
    for folder in (data_dir / "lexical").glob("vs_*/"):
        shutil.rmtree(folder)
    client = chromadb.PersistentClient(str(data_dir / "chroma"))
    about = {"embedder": "hash-384", "dimension": 384, "whole": True}
    client.create_collection("vs_gone", metadata=about, embedding_function=None)
    client.close()
