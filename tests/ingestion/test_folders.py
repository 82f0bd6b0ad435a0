"""Which files a folder holds: each once, hidden ones left out, links without harm."""

import os
from pathlib import Path

import pytest

from ragproxy.ingestion import scan
from ragproxy.ingestion.folders import walk


def test_files_come_by_name_folders_after_files(tmp_path):
    write(tmp_path, "b.txt", "a/2.txt", "a/1.txt", "a/c/3.txt", "d/4.txt")
    assert names(tmp_path) == ["b.txt", "a/1.txt", "a/2.txt", "a/c/3.txt", "d/4.txt"]
    assert all(path.is_absolute() for path in scan([tmp_path]))


def test_hidden_and_built_things_are_left_out(tmp_path):
    write(
        tmp_path, ".git/config", ".env", "node_modules/x.js", "__pycache__/x.py", ".venv/x.py", "~$lettre.docx", "a.txt"
    )
    assert names(tmp_path) == ["a.txt"]


def test_a_path_given_by_name_is_taken_even_when_hidden(tmp_path):
    write(tmp_path, ".notes.txt", ".cachés/a.txt")
    assert names(tmp_path / ".notes.txt") == [".notes.txt"]
    assert names(tmp_path / ".cachés") == ["a.txt"]


def test_overlapping_folders_give_each_file_once(tmp_path):
    write(tmp_path, "a/x.txt", "y.txt")
    assert [path.name for path in scan([tmp_path / "a", tmp_path, tmp_path / "y.txt"])] == ["x.txt", "y.txt"]


def test_links_to_folders_are_not_followed_so_loops_end(tmp_path):
    write(tmp_path, "a/x.txt")
    (tmp_path / "a" / "boucle").symlink_to(tmp_path)
    (tmp_path / "lien").symlink_to(tmp_path / "a")
    assert names(tmp_path) == ["a/x.txt"]


def test_a_linked_file_is_read_once_by_its_real_path(tmp_path):
    write(tmp_path, "dedans/x.txt", "dehors/y.txt")
    (tmp_path / "dedans" / "w.txt").symlink_to(tmp_path / "dedans" / "x.txt")
    (tmp_path / "dedans" / "z.txt").symlink_to(tmp_path / "dehors" / "y.txt")
    found = list(walk([tmp_path / "dedans"]))
    assert [(file.path.relative_to(tmp_path).as_posix(), file.filename) for file in found] == [
        ("dedans/x.txt", "w.txt"),
        ("dehors/y.txt", "z.txt"),
    ]


def test_broken_links_and_missing_paths_are_given_so_that_they_are_reported(tmp_path):
    write(tmp_path, "a/x.txt")
    (tmp_path / "a" / "cassé.txt").symlink_to(tmp_path / "rien")
    (tmp_path / "a" / "boucle.txt").symlink_to(tmp_path / "a" / "boucle.txt")
    assert names(tmp_path / "a") == ["boucle.txt", "cassé.txt", "x.txt"]
    assert scan([tmp_path / "absent"]) == [tmp_path / "absent"]


def test_pipes_and_sockets_are_no_files(tmp_path):
    os.mkfifo(tmp_path / "tuyau.txt")
    write(tmp_path, "a.txt")
    assert names(tmp_path) == ["a.txt"]


def test_folders_may_nest_deeper_than_the_stack(tmp_path):
    folders = [f"{tmp_path}{'/a' * depth}" for depth in range(1, 1101)]
    for folder in folders:
        os.mkdir(folder)
    bottom = Path(folders[-1], "fond.txt")
    bottom.write_text("x")
    try:
        assert scan([tmp_path]) == [bottom]
    finally:  # here, for pytest's own way of cleaning up recurses
        bottom.unlink()
        for folder in reversed(folders):
            os.rmdir(folder)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_without_permission_is_given_so_that_it_is_reported(tmp_path):
    write(tmp_path, "fermé/x.txt", "y.txt")
    (tmp_path / "fermé").chmod(0)
    try:
        assert names(tmp_path) == ["y.txt", "fermé"]
    finally:
        (tmp_path / "fermé").chmod(0o700)


def names(*paths):
    return [found.filename for found in walk(paths)]


def write(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
