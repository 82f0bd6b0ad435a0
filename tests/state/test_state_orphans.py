"""Bytes that no row needs, on both databases."""

import io
import os

import pytest

from ragproxy.domain import File
from ragproxy.errors import ConfigError
from ragproxy.state import open_state


def test_only_old_bytes_that_no_row_needs_are_dropped(state, put, tmp_path):
    files = [put(f"file {n}".encode()) for n in range(3)]
    part, orphan, young = put(b"part"), put(b"orphan"), put(b"young", old=False)
    for n, sha256 in enumerate(files):
        state.library.create(File(f"file-{n}", "ann", "a.txt", "assistants", sha256, 6, 1))
    upload = state.uploads.create(owner="ann", filename="a", purpose="vision", mime_type="a/b", size=4)
    state.uploads.add_part(upload.id, part, 4)

    assert state.drop_orphans(3600) == 1
    assert set(state.blobs.all()) == {*files, part, young}
    assert orphan not in set(state.blobs.all())

    state.library.delete("file-0", owner="ann")
    state.uploads.cancel(upload.id)
    assert state.drop_orphans(3600) == 2
    assert set(state.blobs.all()) == {*files[1:], young}
    assert state.drop_orphans(0) == 1
    assert set(state.blobs.all()) == {*files[1:]}


def test_bytes_of_two_files_stay_for_the_other(state, put):
    sha256 = put(b"both")
    for owner in ("ann", "bob"):
        state.library.create(File("file-1", owner, "a.txt", "assistants", sha256, 4, 1))
    state.library.delete("file-1", owner="ann")
    assert state.drop_orphans(3600) == 0
    state.library.delete("file-1", owner="bob")
    assert state.drop_orphans(3600) == 1


def test_more_than_a_statement_takes_are_looked_up(state, put):
    for n in range(1100):
        put(b"%d" % n)
    kept = put(b"kept")
    state.library.create(File("file-1", "ann", "a.txt", "assistants", kept, 4, 1))
    assert state.drop_orphans(3600) == 1100
    assert list(state.blobs.all()) == [kept]


def test_a_state_without_a_place_for_bytes_says_so(database_url):
    state = open_state(database_url)
    with pytest.raises(ConfigError, match="RAGPROXY_FILES_URL"):
        state.blobs.put(io.BytesIO(b""), 1)
    state.close()


@pytest.fixture
def put(state, tmp_path):
    """Keeps bytes, as if two hours ago; their digest."""

    def keep(data, old=True):
        sha256, _ = state.blobs.put(io.BytesIO(data), 100)
        if old:
            os.utime(tmp_path / "blobs" / sha256[:2] / sha256, (1, 1))
        return sha256

    return keep
