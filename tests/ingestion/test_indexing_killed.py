"""kill -9 in the midst of indexing: the next process completes every file, once."""

import os
import random
import time
from contextlib import closing

import pytest

from ragproxy.ingestion import Doctor
from ragproxy.services import build
from ragproxy.settings import from_env
from ragproxy.state import migrate, open_state
from tests.e2e.servers import environment, start
from tests.ingestion import samples
from tests.ingestion.library import OWNER, Library

FILES = 50


@pytest.mark.parametrize("jobs", [pytest.param(1, marks=pytest.mark.soak), 3])
def test_after_a_kill_every_file_is_completed_once(tmp_path, jobs):
    _rounds(tmp_path, jobs, kills=2, chance=random.Random(jobs))


def test_what_a_kill_leaves_is_mended_by_the_doctor_and_nothing_is_lost(tmp_path):
    _rounds(tmp_path, 2, kills=2, chance=random.Random(7), doctored=True)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10))
def test_after_many_kills_every_file_is_completed_once(tmp_path, seed):
    _rounds(tmp_path, 1 + seed % 3, kills=12, chance=random.Random(seed))


def _rounds(data_dir, jobs, kills, chance, *, doctored=False):
    """Kill it so often while it indexes, each time after some files more; then let it finish, and look.

    With `doctored`, the doctor mends after each kill what there is to mend.
    """
    settings = from_env({"RAGPROXY_DATA_DIR": str(data_dir), "RAGPROXY_JOBS": str(jobs)})
    migrate(settings.database)
    with closing(build(settings)) as services:
        library = Library(services.state, services.index, None, time.time)
        removed = library.put("removed.txt", "Le chien court.")
        services.indexer.work(lambda: False)
        ids = [library.put(name, data) for name, data in _files()]
        library.state.files.mark_removing(library.store.id, [removed])
    for kill in range(kills):
        with _Server(data_dir, jobs) as server:
            server.wait_for(library.store.id, FILES * (kill + 1) // (kills + 2))
            time.sleep(chance.random() * 0.1)
        if doctored:
            _doctor(settings)
    with _Server(data_dir, jobs) as server:
        server.wait_for(library.store.id, FILES)
    with closing(build(settings)) as services:
        library = Library(services.state, services.index, None, time.time, store=library.store)
        services.indexer.recover()
        services.indexer.work(lambda: False)
        assert {library.status(file_id) for file_id in ids} == {"completed"}
        assert library.counts().completed == library.counts().total == FILES
        assert all(len(library.chunks(file_id)) == library.get(file_id).chunks > 0 for file_id in ids)
        assert library.index.count(library.store.id) == sum(library.get(file_id).chunks for file_id in ids)
        found = [library.found(f"fichier numéro {i}")[0] for i in range(0, FILES, 7)]
        assert [name.split(".")[0] for name in found] == [str(i) for i in range(0, FILES, 7)]
        assert list(Doctor(services.index, services.state).examine(deep=True)) == []


def _doctor(settings):
    """Mend; the second look finds nothing but work that waits."""
    with closing(build(settings)) as services:
        doctor = Doctor(services.index, services.state)
        for _ in doctor.mend(list(doctor.examine())):
            pass
        assert {finding.kind for finding in doctor.examine()} <= {"waiting"}


def _files():
    for i in range(FILES):
        text = f"Voici le fichier numéro {i}. " + "La vieille horloge sonne midi au clocher du village. " * (
            40 * (i % 5)
        )
        if i % 10 == 0:
            yield f"{i}.pdf", samples.pdf(text)
        elif i % 10 == 5:
            yield f"{i}.csv", f"nom;texte\n{i};{text}\n"
        else:
            yield f"{i}.txt", text


class _Server:
    """A process that indexes, killed at the end of the block."""

    def __init__(self, data_dir, jobs):
        reading, writing = os.pipe()
        self._said = os.fdopen(reading)
        command = ["tests.ingestion.until_killed", data_dir, jobs]
        with open(writing, "w") as stdout, (data_dir / "server.log").open("w") as log:
            self._process = start(command, environment(data_dir), stdout=stdout, stderr=log)
        self._settings = from_env({"RAGPROXY_DATA_DIR": str(data_dir)})

    def wait_for(self, store_id, completed, timeout_s=60):
        assert self._said.readline() == "started\n"
        until = time.monotonic() + timeout_s
        with closing(open_state(self._settings.database)) as state:
            while state.stores.get(store_id, owner=OWNER).counts.completed < completed:
                assert time.monotonic() < until, state.stores.get(store_id, owner=OWNER).counts
                assert self._process.poll() is None
                time.sleep(0.005)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        self._said.close()
