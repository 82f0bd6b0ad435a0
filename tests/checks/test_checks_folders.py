"""Room, rights and file systems, on real folders; the disk's free space is told."""

import tempfile
from pathlib import Path

import pytest

from ragproxy.checks.folders import file_system, permissions, room

MIB = 1 << 20


@pytest.mark.parametrize(
    ("free", "status", "words"),
    [
        (10_000 * MIB, "ok", "10,000 MiB are free"),
        (500 * MIB, "warning", "one upload may be of 512 MiB"),
        (50 * MIB, "failed", "uploads are refused below 64"),
    ],
)
def test_room_for_what_uploads_need(scene, data_dir, free, status, words):
    data_dir.mkdir()
    told = {verdict.name: verdict for verdict in room(scene(free=lambda _: free))}
    assert (told["disk.data"].status, words in told["disk.data"].message) == (status, True)
    # what is only passing through needs no room for a whole upload, unless it goes to a bucket
    assert told["disk.temporary"].status == ("failed" if status == "failed" else "ok")


def test_what_goes_to_a_bucket_waits_among_the_temporary_files(scene):
    told = {each.name: each for each in room(scene(free=lambda _: 500 * MIB, RAGPROXY_FILES_URL="s3://bucket"))}
    assert told["disk.temporary"].status == "warning"
    assert "disk.files" not in told


def test_the_folder_of_the_files_is_looked_at_too(scene, tmp_path):
    told = {each.name: each.status for each in room(scene(RAGPROXY_FILES_URL=str(tmp_path / "bytes")))}
    assert told["disk.files"] == "ok"
    assert not (tmp_path / "bytes").exists()


def test_a_folder_that_cannot_be_written(scene, data_dir):
    data_dir.write_text("a file stands in its place")
    told = {each.name: each for each in room(scene())}
    assert told["disk.data"].status == "failed"
    assert "cannot be written: Not a directory" in told["disk.data"].message


def test_nothing_is_left_in_the_folders(scene, data_dir):
    data_dir.mkdir()
    list(room(scene()))
    assert list(data_dir.iterdir()) == []


def test_a_data_directory_that_everybody_may_read(scene):
    with tempfile.TemporaryDirectory() as folder:  # in one that everybody may enter, unlike pytest's
        data_dir = Path(folder)
        for mode, status in ((0o700, "ok"), (0o750, "ok"), (0o755, "warning"), (0o701, "warning")):
            data_dir.chmod(mode)
            (told,) = permissions(scene(RAGPROXY_DATA_DIR=folder))
            assert told.status == status, oct(mode)
        assert f"chmod 700 {folder}" in told.advice


def test_an_open_folder_in_a_closed_one_is_closed(scene, tmp_path):
    (tmp_path / "home").mkdir(mode=0o700)
    inside = tmp_path / "home" / "data"
    inside.mkdir()
    inside.chmod(0o755)
    (told,) = permissions(scene(RAGPROXY_DATA_DIR=str(inside)))
    assert told.status == "ok"


def test_no_folder_no_rights(scene):
    assert list(permissions(scene())) == []


@pytest.mark.parametrize(("kind", "status"), [("ext4", "ok"), ("nfs4", "warning"), ("cifs", "warning")])
def test_the_file_system_of_the_nearest_mount(scene, data_dir, tmp_path, kind, status):
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
        f"40 22 0:40 / {data_dir.parent!s} rw,noatime shared:1 - {kind} server:/share rw\n"
        "41 22 0:41 / /somewhere/else rw - nfs server:/other rw\n"
    )
    (told,) = file_system(scene(), mounts)
    assert (told.status, f"({kind})" in told.message) == (status, True)


def test_where_the_kernel_does_not_tell_nothing_is_said(scene, tmp_path):
    assert list(file_system(scene(), tmp_path / "absent")) == []


def test_the_real_mounts_can_be_read(scene):
    (told,) = file_system(scene())
    assert told.name == "file_system"
