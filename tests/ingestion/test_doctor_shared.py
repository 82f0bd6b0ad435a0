"""The doctor beside a Chroma server, where others may be at work and other programs keep their collections."""

from contextlib import closing

import pytest

from ragproxy.domain import Chunk
from ragproxy.ingestion import Doctor, Sandbox
from ragproxy.retrieval import open_index
from ragproxy.state import open_state
from tests import databases
from tests.chroma import ChromaServer
from tests.ingestion.library import Clock, Library


def test_a_sound_library_has_nothing_and_other_programs_are_left_alone(library, doctor):
    library.put("a.txt", "Le chat dort.")
    library.work()
    assert library.found("chat") == ["a.txt"]
    library.index._dense._client().get_or_create_collection("vs_of_another_program", embedding_function=None)
    assert list(doctor.examine(deep=True)) == []


def test_a_machine_without_a_copy_of_the_words_is_sound(library, doctor):
    library.put("a.txt", "Le chat dort.")
    library.work()
    assert list(doctor.examine()) == []


def test_foreign_and_missing_chunks_are_mended_and_every_copy_hears_of_it(library, doctor, other):
    file_id = library.put("a.txt", "Le chat dort.")
    library.work()
    library.index.add(library.store.id, [Chunk("chk_1", "file-gone", "gone.txt", 0, "Un étranger.")])
    library.state.audit.changed(library.store.id, ["file-gone"])
    assert [one.chunk.filename for one in other.search([library.store.id], "étranger").passages] == ["gone.txt"]
    raw = library.index._dense._client().get_collection(library.store.id, embedding_function=None)
    raw.delete(where={"file_id": file_id})
    found = list(doctor.examine())
    assert {"foreign_chunks", "missing_chunks"} <= {finding.kind for finding in found}
    for _ in doctor.mend(found):
        pass
    library.work()
    assert list(doctor.examine()) == []
    assert other.search([library.store.id], "étranger").passages == ()
    assert [one.chunk.filename for one in other.search([library.store.id], "chat").passages] == ["a.txt"]


def test_a_copy_of_the_words_that_is_damaged_is_made_again(library, doctor, tmp_path):
    library.put("a.txt", "Le chat dort.")
    library.work()
    assert library.found("chat") == ["a.txt"]
    library.index.close()
    (folder,) = (path for path in (tmp_path / "here" / "lexical" / library.store.id).iterdir() if path.is_dir())
    for path in folder.iterdir():
        path.unlink()
    for _ in doctor.mend(list(doctor.examine())):
        pass
    assert library.found("chat") == ["a.txt"]
    assert list(doctor.examine()) == []


def test_the_copy_of_a_store_that_is_no_more_is_dropped(library, doctor, tmp_path):
    folder = tmp_path / "here" / "lexical" / "vs_gone" / "words"
    folder.mkdir(parents=True)
    (finding,) = doctor.examine()
    assert finding.store == "vs_gone"
    assert list(doctor.mend([finding]))
    assert not folder.exists()
    assert list(doctor.examine()) == []


@pytest.fixture
def doctor(library):
    return Doctor(library.index, library.state)


@pytest.fixture
def library(tmp_path, chroma, state):
    with closing(_index(tmp_path / "here", chroma, state)) as index, closing(Sandbox()) as sandbox:
        made = Library(state, index, sandbox, Clock())
        yield made
        index.drop(made.store.id)


@pytest.fixture
def other(tmp_path, chroma, state):
    """The index as another machine sees it."""
    with closing(_index(tmp_path / "there", chroma, state)) as index:
        yield index


@pytest.fixture
def state(tmp_path):
    url = f"sqlite:///{tmp_path}/records.db"
    databases.migrated(url)
    with closing(open_state(url, tmp_path / "files")) as state:
        yield state


@pytest.fixture(scope="module")
def chroma(tmp_path_factory):
    with ChromaServer(tmp_path_factory.mktemp("chroma")) as server:
        yield server


def _index(folder, chroma, state):
    return open_index(data_dir=folder, chroma_url=chroma.url, attributes=state.files.attributes, changes=state.changes)
