"""A disk that is full for real: a small one in memory, in a mount namespace of the server's own."""

import os
import random
import shlex
import shutil
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest
import requests

from ragproxy.disk import INDEX_RESERVE
from tests.e2e.servers import Server, migrated

DISK_MIB = 160
MIB = 1 << 20
TOWER = "The Eiffel Tower is 330 metres tall."
ROOMLESS = {
    "type": "server_error",
    "param": None,
    "code": "storage_full",
}
PREPARE = 'mount -t tmpfs -o size={}m tmpfs "$0" && cp {} "$0" && exec "$@"'


def test_uploads_stop_before_the_disk_is_full_and_all_else_goes_on(disk):
    store = disk.post("/v1/vector_stores", json={"name": "s"}).json()["id"]
    tower = disk.uploaded("tower.txt", TOWER)
    disk.put_in(store, tower)
    disk.wait_until_indexed(store)
    accepted, refusals = 0, []
    for size in (8 * MIB, MIB // 2, MIB // 32, 2048):
        while (answer := disk.upload(f"{accepted}.bin", random.randbytes(size))).status_code == 200:
            accepted += 1
        refusals.append(answer)
    assert accepted > 5
    for refused in refusals:
        assert refused.status_code == 507
        error = refused.json()["error"]
        assert "64 MiB" in error.pop("message")
        assert error == ROOMLESS
        assert refused.headers["x-should-retry"] == "false"
    assert disk.blobs() == disk.count_files() == accepted + 1
    assert disk.get(f"/v1/files/{tower}/content").text == TOWER
    assert disk.found(store, "Eiffel Tower") == ["tower.txt"]
    # rows and indexes have room left: what is there already can be put into a store, taken out and deleted
    other = disk.post("/v1/vector_stores", json={"name": "t", "file_ids": [tower]}).json()["id"]
    disk.wait_until_indexed(other)
    assert disk.found(other, "Eiffel Tower") == ["tower.txt"]
    assert requests.delete(f"{disk.url}/v1/files/{tower}", timeout=10).status_code == 200
    assert disk.found(store, "Eiffel Tower") == []
    disk.grow(2 * DISK_MIB)
    assert disk.upload("more.bin", random.randbytes(8 * MIB)).status_code == 200
    assert disk.is_the_same_process()


def test_a_disk_that_others_fill_to_the_brim_can_be_read_and_is_written_again_once_there_is_room(disk):
    store = disk.post("/v1/vector_stores", json={"name": "s"}).json()["id"]
    tower, louvre = disk.uploaded("tower.txt", TOWER), disk.uploaded("louvre.txt", "The Louvre closes on Tuesdays.")
    disk.put_in(store, tower)
    disk.wait_until_indexed(store)
    disk.fill()
    refused = [
        disk.upload("small.txt", "x"),
        disk.upload("large.bin", random.randbytes(2 * MIB)),
        disk.post("/v1/vector_stores", json={"name": "t"}),
    ]
    for answer in refused:
        assert answer.status_code == 507, answer.text
        assert answer.json()["error"] | {"message": ""} == ROOMLESS | {"message": ""}
    for _ in range(3):
        assert disk.found(store, "Eiffel Tower") == ["tower.txt"]
        assert disk.get(f"/v1/files/{tower}/content").text == TOWER
        assert disk.count_files() == 2
    asked = {"model": f"rag/{store}", "messages": [{"role": "user", "content": "How tall is the Eiffel Tower?"}]}
    assert "330" in disk.post("/v1/chat/completions", json=asked).text
    disk.free()
    assert disk.blobs() == 2
    again = disk.uploaded("again.txt", "The Seine flows through Paris.")
    disk.put_in(store, louvre, again)
    disk.wait_until_indexed(store)
    assert disk.found(store, "Louvre Tuesdays")[0] == "louvre.txt"
    assert disk.is_the_same_process()


def test_files_wait_while_the_disk_is_full_and_are_all_indexed_once_it_is_not(disk):
    store = disk.post("/v1/vector_stores", json={"name": "s"}).json()["id"]
    ids = [disk.uploaded(f"{n}.txt", "\n\n".join(f"Note {n}.{i} " + "on clocks. " * 80 for i in range(20)))
           for n in range(60)]  # fmt: skip
    disk.fill(leave=INDEX_RESERVE + 8 * MIB)
    disk.put_in(store, *ids)
    disk.fill(mib_a_second=20)
    time.sleep(2)  # whoever indexes has noticed
    waiting = disk.counts(store)
    assert waiting["failed"] == 0
    assert waiting["in_progress"] + waiting["completed"] == 60
    assert waiting["in_progress"] > 0, "the disk was full too late"
    disk.free()
    disk.uploaded("bell.txt", "rings")  # there is room again: somebody comes back
    disk.put_in(store, ids[0])
    disk.wait_until_indexed(store)
    assert disk.counts(store) == {"in_progress": 0, "completed": 60, "failed": 0, "cancelled": 0, "total": 60}
    for n in (0, 30, 59):
        found = disk.post(f"/v1/vector_stores/{store}/search", json={"query": f"Note {n}.7", "max_num_results": 50})
        texts = [one["content"][0]["text"] for one in found.json()["data"]]
        assert len(texts) == len(set(texts))
        content = disk.get(f"/v1/vector_stores/{store}/files/{ids[n]}/content").json()["data"]
        assert "".join(piece["text"] for piece in content).count(f"Note {n}.") == 20
    assert disk.is_the_same_process()


class Disk(Server):
    """A server whose data folder is a disk of DISK_MIB, seen from here through /proc."""

    def __init__(self, data_dir):
        migrated(data_dir.parent / "migrated")
        database = shlex.quote(str(data_dir.parent / "migrated" / "ragproxy.db"))
        prepare = PREPARE.format(DISK_MIB, database)
        super().__init__(data_dir, within=["unshare", "-Urm", "sh", "-c", prepare, str(data_dir)])
        self.inside = Path(f"/proc/{self.process.pid}/root{data_dir}")
        self._first = self.workers

    def is_the_same_process(self):
        return self.workers == self._first

    def blobs(self):
        """How many files' bytes are kept; nothing may be left of what was begun."""
        assert list((self.inside / "files" / "incoming").iterdir()) == []
        return len(list((self.inside / "files").glob("[0-9a-f][0-9a-f]/*")))

    def fill(self, leave=0, mib_a_second=None):
        """Take the room there is."""
        ballast = os.open(self.inside / "ballast", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            for size in (MIB, 4096):
                while shutil.disk_usage(self.inside).free >= leave + size and _written(ballast, size):
                    time.sleep(1 / mib_a_second if mib_a_second else 0)
        finally:
            os.close(ballast)

    def free(self):
        (self.inside / "ballast").unlink()

    def grow(self, mib):
        mount = ["mount", "-o", f"remount,size={mib}m", str(self.data_dir)]
        enter = ["nsenter", "--preserve-credentials", "-U", "-m", "-t", str(self.process.pid)]
        subprocess.run([*enter, *mount], check=True, timeout=10)

    def get(self, path):
        return requests.get(self.url + path, timeout=20)

    def post(self, path, **sent):
        return requests.post(self.url + path, timeout=20, **sent)

    def upload(self, name, data):
        return self.post("/v1/files", files={"file": (name, data)}, data={"purpose": "assistants"})

    def uploaded(self, name, data):
        return self.upload(name, data).json()["id"]

    def put_in(self, store, *ids):
        assert self.post(f"/v1/vector_stores/{store}/file_batches", json={"file_ids": ids}).status_code == 200

    def counts(self, store):
        return self.get(f"/v1/vector_stores/{store}").json()["file_counts"]

    def wait_until_indexed(self, store, seconds=30):
        until = time.monotonic() + seconds
        while self.counts(store)["in_progress"]:
            assert time.monotonic() < until, self.counts(store)
            time.sleep(0.05)

    def found(self, store, query):
        answer = self.post(f"/v1/vector_stores/{store}/search", json={"query": query})
        assert answer.status_code == 200, answer.text
        return [one["filename"] for one in answer.json()["data"]]

    def count_files(self):
        return len(self.get("/v1/files?limit=10000").json()["data"])


def _written(file, size):
    with suppress(OSError):  # somebody took it first
        return os.write(file, bytes(size)) > 0
    return False


@pytest.fixture
def disk(tmp_path):
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    _skip_without_namespaces(data_dir)
    with Disk(data_dir) as disk:
        yield disk


def _skip_without_namespaces(folder):
    if not shutil.which("unshare"):
        pytest.skip("a small disk is made with unshare, which is not installed")
    tried = ["unshare", "-Urm", "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    ended = subprocess.run(tried, capture_output=True, text=True, timeout=10, check=False)
    if ended.returncode:
        pytest.skip(f"this machine lets nobody mount a small disk: {ended.stderr.strip()}")
