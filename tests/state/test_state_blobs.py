"""The bytes of files: in a folder, and in a bucket of a real S3 server (moto's) over HTTP."""

import hashlib
import io
import os
import random
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from ragproxy.errors import BodyTooLarge, ConfigError, NotFound, StorageFull
from ragproxy.state import open_blobs

MIB = 1 << 20


def test_bytes_come_back_from_any_place(blobs):
    data = random.Random(1).randbytes(3 * MIB + 7)
    sha256, size = blobs.put(io.BytesIO(data), 4 * MIB)
    assert (sha256, size, blobs.size(sha256)) == (hashlib.sha256(data).hexdigest(), len(data), len(data))
    with blobs.open(sha256) as file:
        assert file.read() == data
        for start, length in ((0, 1), (2 * MIB - 3, 6), (len(data) - 5, 5), (17, 2 * MIB)):
            assert file.seek(start) == start
            assert file.read(length) == data[start : start + length]
        assert file.seek(-4, io.SEEK_END) == len(data) - 4
        assert file.read() == data[-4:]


def test_the_same_bytes_are_kept_once(blobs):
    first, _ = blobs.put(io.BytesIO(b"same"), 10)
    assert blobs.put(io.BytesIO(b"same"), 10) == (first, 4)
    other, _ = blobs.put(io.BytesIO(b"other"), 10)
    assert sorted(blobs.all()) == sorted([first, other])


@pytest.mark.parametrize("number", [3, 40])  # a bucket is asked for each of a few, and lists what it has for many
def test_what_is_not_kept_is_told_from_what_is(blobs, number):
    kept = {blobs.put(io.BytesIO(b"%d" % n), 10)[0] for n in range(number)}
    absent = {hashlib.sha256(b"absent %d" % n).hexdigest() for n in range(number * 16)}
    assert blobs.missing(kept | absent) == absent
    assert blobs.missing([]) == set()


def test_no_bytes_are_bytes_too(blobs):
    sha256, size = blobs.put(io.BytesIO(b""), 0)
    assert (size, blobs.size(sha256)) == (0, 0)
    with blobs.open(sha256) as file:
        assert file.read() == b""


def test_as_much_as_the_limit_and_not_a_byte_more(blobs, leftovers):
    sha256, _ = blobs.put(io.BytesIO(b"x" * 2 * MIB), 2 * MIB)
    with pytest.raises(BodyTooLarge, match="larger than 2 MiB"):
        blobs.put(io.BytesIO(b"y" * (2 * MIB + 1)), 2 * MIB)
    assert list(blobs.all()) == [sha256]
    assert leftovers() == []


def test_a_stream_that_breaks_off_leaves_nothing(blobs, leftovers):
    class Broken:
        reads = 0

        def read(self, size):
            self.reads += 1
            if self.reads > 2:
                raise ConnectionResetError("the client has gone")
            return b"x" * size

    with pytest.raises(ConnectionResetError):
        blobs.put(Broken(), 10 * MIB)
    assert list(blobs.all()) == []
    assert leftovers() == []


def test_what_is_deleted_is_gone(blobs):
    sha256, _ = blobs.put(io.BytesIO(b"data"), 10)
    assert blobs.delete(sha256)
    assert not blobs.delete(sha256)
    assert list(blobs.all()) == []
    for call in (blobs.open, blobs.size):
        with pytest.raises(NotFound) as caught:
            call(sha256)
        assert caught.value.code == "file_content_not_found"


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a" * 63, "A" * 64, "a" * 64 + "\n", "a" * 64 + "/.."])
def test_what_is_no_digest_names_nothing(blobs, name):
    for call in (blobs.open, blobs.size, blobs.delete):
        with pytest.raises(NotFound):
            call(name)


def test_what_is_young_stays(blobs):
    sha256, _ = blobs.put(io.BytesIO(b"data"), 10)
    assert list(blobs.all(older_than_s=3600)) == []
    assert not blobs.delete(sha256, older_than_s=3600)
    assert list(blobs.all(older_than_s=0)) == [sha256]


def test_many_may_put_the_same_and_different_bytes_at_once(blobs):
    with ThreadPoolExecutor(8) as pool:
        put = list(pool.map(lambda n: blobs.put(io.BytesIO(b"data %d" % (n % 4)), 100)[0], range(32)))
    assert len(set(put)) == 4
    assert sorted(blobs.all()) == sorted(set(put))


def test_putting_bytes_again_makes_them_young(folder, tmp_path):
    sha256, _ = folder.put(io.BytesIO(b"data"), 10)
    path = tmp_path / "files" / sha256[:2] / sha256
    os.utime(path, (1, 1))
    assert list(folder.all(older_than_s=3600)) == [sha256]
    folder.put(io.BytesIO(b"data"), 10)
    assert not folder.delete(sha256, older_than_s=3600)
    assert path.exists()


def test_a_sweep_never_deletes_what_is_being_put(folder, tmp_path):
    """Bytes that were orphaned long ago may be sent again in the moment of the sweep."""
    sha256, _ = folder.put(io.BytesIO(b"data"), 10)
    path = tmp_path / "files" / sha256[:2] / sha256
    done = threading.Event()

    def sweep():
        while not done.is_set():
            folder.delete(sha256, older_than_s=3600)

    sweeper = threading.Thread(target=sweep)
    sweeper.start()
    try:
        for _ in range(300):
            os.utime(path, (1, 1))
            folder.put(io.BytesIO(b"data"), 10)
            assert path.exists()
    finally:
        done.set()
        sweeper.join()


def test_bytes_that_are_set_aside_are_not_kept_any_more_and_can_be_put_again(blobs):
    sha256, _ = blobs.put(io.BytesIO(b"data"), 10)
    blobs.set_aside(sha256)
    assert list(blobs.all()) == []
    with pytest.raises(NotFound):
        blobs.open(sha256)
    with pytest.raises(NotFound):
        blobs.set_aside(sha256)
    assert blobs.put(io.BytesIO(b"data"), 10) == (sha256, 4)
    assert list(blobs.all()) == [sha256]


def test_what_a_killed_process_began_is_tidied_away(folder, tmp_path):
    sha256, _ = folder.put(io.BytesIO(b"data"), 10)
    writer = subprocess.Popen(
        [sys.executable, "-c", _STUCK, str(tmp_path / "files")], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout.readline() == "writing\n"
    writer.kill()
    writer.wait()
    assert list(folder.all()) == [sha256]
    assert len(_incoming(tmp_path)) == 1
    folder.tidy(3600)
    assert len(_incoming(tmp_path)) == 1
    folder.tidy(0)
    assert _incoming(tmp_path) == []
    assert list(folder.all()) == [sha256]


def test_a_full_disk_is_said_and_keeps_nothing(tmp_path):
    """Full for real: the operating system refuses the child more than 2 MiB a file."""
    run = subprocess.run(
        [sys.executable, "-c", _FULL, str(tmp_path / "files")], capture_output=True, text=True, check=False
    )
    assert run.stdout == "StorageFull storage_full There is no room left on the server's disk; nothing was kept\n[]\n"
    assert run.stderr == ""
    assert _incoming(tmp_path) == []


def test_a_folder_leaves_room_for_the_databases(folder, tmp_path, monkeypatch):
    monkeypatch.setattr("ragproxy.state.blob_folder.UPLOAD_RESERVE", 1 << 62)
    with pytest.raises(StorageFull, match="Less than"):
        folder.put(io.BytesIO(b"data"), 10)
    assert not _incoming(tmp_path)
    assert list(folder.all()) == []


def test_a_file_that_would_take_the_last_room_is_broken_off(folder, tmp_path, monkeypatch):
    class Filling(io.BytesIO):
        """The disk fills while it is read."""

        def read(self, size):
            if self.tell() == 2 * MIB:
                monkeypatch.setattr("ragproxy.state.blob_folder.UPLOAD_RESERVE", 1 << 62)
            return super().read(size)

    filling = Filling(bytes(5 * MIB))
    with pytest.raises(StorageFull):
        folder.put(filling, 10 * MIB)
    assert filling.tell() == 3 * MIB
    assert _incoming(tmp_path) == []
    assert list(folder.all()) == []


def test_new_bytes_can_be_taken_back(folder):
    sha256, _ = folder.put(io.BytesIO(b"data"), 10)
    folder.take_back(sha256)
    with pytest.raises(NotFound):
        folder.open(sha256)
    folder.take_back(sha256)  # gone already
    assert folder.put(io.BytesIO(b"data"), 10)[0] == sha256


def test_bytes_that_were_there_before_are_not_taken_back(folder):
    sha256, _ = folder.put(io.BytesIO(b"data"), 10)
    folder.put(io.BytesIO(b"data"), 10)
    folder.take_back(sha256)
    assert folder.open(sha256).read() == b"data"


def test_bytes_that_another_process_has_put_since_are_not_taken_back(folder, tmp_path):
    sha256, _ = folder.put(io.BytesIO(b"data"), 10)
    open_blobs(tmp_path / "files").put(io.BytesIO(b"data"), 10)
    folder.take_back(sha256)
    assert folder.open(sha256).read() == b"data"


def test_who_takes_back_and_who_puts_the_same_at_once_never_lose_bytes(folder, tmp_path):
    others = open_blobs(tmp_path / "files")
    start = threading.Barrier(3)

    def put_and_regret(_):
        start.wait()
        sha256, _ = folder.put(io.BytesIO(b"data"), 10)
        folder.take_back(sha256)

    for _ in range(200):
        with ThreadPoolExecutor(3) as pool:
            regretting = [pool.submit(put_and_regret, n) for n in range(2)]
            start.wait()
            sha256, _ = others.put(io.BytesIO(b"data"), 10)
            [one.result() for one in regretting]
            assert folder.open(sha256).read() == b"data"
        others.delete(sha256)


def test_a_folder_is_named_by_a_path_or_an_address(tmp_path):
    for url in (tmp_path / "a b", str(tmp_path / "a b"), f"file://{tmp_path}/a%20b"):
        open_blobs(url).put(io.BytesIO(b"data"), 10)
    assert len(list(open_blobs(tmp_path / "a b").all())) == 1


@pytest.mark.parametrize("url", ["ftp://host/files", "s3://", "s3:///prefix", "gs://bucket"])
def test_an_address_we_cannot_use_is_refused(url):
    with pytest.raises(ConfigError, match=r"^RAGPROXY_FILES_URL: expected a folder"):
        open_blobs(url)


def test_a_bucket_without_its_driver_says_what_to_install():
    code = "import sys; sys.modules['boto3'] = None\nfrom ragproxy.state import open_blobs\nopen_blobs('s3://b/p')"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "ConfigError: RAGPROXY_FILES_URL: s3:// needs its driver" in run.stderr
    assert "pip install ragproxy[s3]" in run.stderr


def test_opening_blobs_loads_no_driver():
    code = (
        "import sys; from ragproxy.state import open_blobs; open_blobs('s3://b/p'); open_blobs('/tmp')\n"
        "print(sorted({'boto3', 'botocore'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


@pytest.fixture(params=["folder", "bucket"])
def blobs(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def leftovers(tmp_path, monkeypatch):
    """What is left in the folders where bytes wait."""
    waiting = tmp_path / "tmp"
    waiting.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(waiting))
    return lambda: [*_incoming(tmp_path), *waiting.iterdir()]


@pytest.fixture
def folder(tmp_path):
    return open_blobs(tmp_path / "files")


def _incoming(tmp_path):
    return list((tmp_path / "files" / "incoming").glob("*"))


_STUCK = """
import sys, time
from ragproxy.state import open_blobs
class Slow:
    def read(self, size):
        if getattr(self, "begun", False):
            print("writing", flush=True)
            time.sleep(60)
        self.begun = True
        return b"x" * size
open_blobs(sys.argv[1]).put(Slow(), 1 << 30)
"""

_FULL = """
import io, resource, sys
from ragproxy.errors import StorageFull
from ragproxy.state import open_blobs
resource.setrlimit(resource.RLIMIT_FSIZE, (2 << 20, 2 << 20))
blobs = open_blobs(sys.argv[1])
try:
    blobs.put(io.BytesIO(bytes(5 << 20)), 10 << 20)
except StorageFull as err:
    print("StorageFull", err.code, err.message)
print(list(blobs.all()))
"""
