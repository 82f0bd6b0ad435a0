"""`ragproxy doctor` on real data, sound and damaged."""

import shutil
import sqlite3

import chromadb

from ragproxy.settings import from_env
from ragproxy.state import DataLock, migrate
from tests.e2e.servers import Server


def test_sound_data_is_found_sound(run, documents):
    run("ingest", documents)
    done = run("doctor", "--deep")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == "Examined 1 vector stores, 2 files and 2 chunks: nothing is wrong.\n"


def test_damage_is_told_then_mended_then_gone(run, documents, data_dir):
    run("ingest", documents)
    _damage(data_dir)
    for _ in range(2):  # telling changes nothing
        told = run("doctor")
        assert told.exit_code == 1
        assert "The lexical index of 'default' is missing.\n" in told.stdout
        assert "The index holds a store that is no more: vs_gone.\n" in told.stdout
        assert told.stdout.endswith("2 faults; `ragproxy doctor --repair` mends 2 of them.\n")
    mended = run("doctor", "--repair")
    assert mended.exit_code == 0
    assert "Mended: Built the lexical index of vs_" in mended.stdout
    assert "Mended: Deleted what was left in the index of vs_gone.\n" in mended.stdout
    assert mended.stdout.endswith("2 faults were mended, 0 are for you to deal with.\n")
    assert run("doctor").stdout.endswith("nothing is wrong.\n")
    assert "330" in run("search", "Eiffel Tower height").stdout


def test_what_cannot_be_mended_stays_a_fault_and_says_what_to_do(run, documents, data_dir):
    run("ingest", documents)
    with sqlite3.connect(data_dir / "ragproxy.db") as records:
        records.execute("UPDATE files SET uploaded = 1")
    shutil.rmtree(data_dir / "files", ignore_errors=True)
    done = run("doctor", "--repair")
    assert done.exit_code == 1
    assert done.stdout.count("upload the file again") == 2
    assert done.stdout.endswith("0 faults were mended, 2 are for you to deal with.\n")


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
    assert "And 10 more of this kind (missing_chunks)." in told


def test_a_database_that_was_not_migrated_is_a_fault_that_can_be_mended(run):
    told = run("doctor")
    assert told.exit_code == 1
    assert "run `ragproxy migrate`" in told.stdout
    mended = run("doctor", "--repair")
    assert mended.exit_code == 0
    assert "The database was brought up to date." in mended.stdout
    assert run("doctor").exit_code == 0


def test_a_database_of_a_newer_version_is_an_error(run, data_dir):
    migrate(from_env({"RAGPROXY_DATA_DIR": str(data_dir)}).database)
    with sqlite3.connect(data_dir / "ragproxy.db") as records:
        records.execute("UPDATE alembic_version SET version_num = '9999'")
    for options in ([], ["--repair"]):
        done = run("doctor", *options)
        assert done.exit_code == 1
        assert "newer ragproxy" in done.output


def test_while_a_server_runs_it_is_refused_and_says_to_stop_it(run, documents, data_dir):
    run("ingest", documents)
    with Server(data_dir) as server:
        done = run("doctor", "--repair")
        assert done.exit_code == 1
        assert done.stdout == ""
        assert server.url in done.stderr
        assert "Stop that process" in done.stderr
    assert run("doctor").exit_code == 0


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
