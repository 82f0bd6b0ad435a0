"""The data directory's folder, and room on its disk."""

import errno

import pytest

from ragproxy.disk import check_room, data_folder, is_full, room
from ragproxy.errors import StorageFull, UpstreamUnavailable

EVER = 1 << 62


def test_a_new_data_folder_is_its_owners_alone_and_an_old_one_stays_as_it_is(tmp_path):
    data_folder(tmp_path / "new" / "data")
    assert (tmp_path / "new" / "data").stat().st_mode & 0o777 == 0o700
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o750)
    data_folder(tmp_path / "shared")
    assert (tmp_path / "shared").stat().st_mode & 0o777 == 0o750


def test_little_room_is_said_with_how_much_is_kept(tmp_path):
    with pytest.raises(StorageFull, match=r"Less than 4,398,046,511,104 MiB are free .* delete files"):
        check_room(tmp_path, EVER)


def test_there_is_room_where_there_is(tmp_path):
    check_room(tmp_path, 1)


def test_a_folder_that_is_not_there_yet_will_be_where_its_parent_is(tmp_path):
    check_room(tmp_path / "not" / "yet", 1)
    with pytest.raises(StorageFull):
        check_room(tmp_path / "not" / "yet", EVER)


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        StorageFull("none"),
        ValueError("An IO error occurred: 'No space left on device (os error 28)'"),
        UpstreamUnavailable("The embedded Chroma failed: (code: 13) database or disk is full"),
    ],
)
def test_a_full_disk_is_known_by_its_code_or_its_words_at_any_depth(error):
    assert is_full(error)
    with pytest.raises(StorageFull, match="no room left"), room():
        raise KeyError("on the way") from error


def test_other_errors_are_left_as_they_are():
    for error in (OSError(errno.EACCES, "Permission denied"), ValueError("a space is left")):
        assert not is_full(error)
        with pytest.raises(type(error)), room():
            raise error


def test_who_says_it_already_is_not_said_again():
    with pytest.raises(StorageFull, match=r"^exactly so$"), room():
        raise StorageFull("exactly so")
