"""What a crash, another version or a missing folder leaves, the next open repairs."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import tantivy

from ragproxy.retrieval import HashEmbedder
from ragproxy.retrieval.dense import Dense
from tests.retrieval.samples import ANIMALS_AND_TRADES, BREAD, CARS, CATS, MeaningEmbedder, chunk


def test_a_missing_lexical_index_is_rebuilt(opened, lexical_folder):
    opened().add("vs_a", ANIMALS_AND_TRADES)
    for path in sorted(lexical_folder().rglob("*"), reverse=True):
        path.unlink()
    lexical_folder().rmdir()
    assert found(opened(), "chat") == ["cats"]
    assert (lexical_folder() / "made.json").exists()


def test_an_index_of_another_analyser_is_rebuilt(opened, lexical_folder):
    opened().add("vs_a", ANIMALS_AND_TRADES)
    (lexical_folder() / "made.json").write_text(json.dumps({"analysis": "0", "layout": "1"}))
    assert found(opened(), "chat") == ["cats"]
    assert json.loads((lexical_folder() / "made.json").read_text())["analysis"] != "0"


def test_a_damaged_index_is_rebuilt(opened, lexical_folder):
    opened().add("vs_a", ANIMALS_AND_TRADES)
    (lexical_folder() / "meta.json").write_text("{")
    assert found(opened(), "chat") == ["cats"]


def test_an_index_that_healthy_is_not_rebuilt(opened, lexical_folder, caplog):
    opened().add("vs_a", ANIMALS_AND_TRADES)
    made = (lexical_folder() / "made.json").stat().st_ino
    assert found(opened(), "chat") == ["cats"]
    assert (lexical_folder() / "made.json").stat().st_ino == made
    assert "rebuilding" not in caplog.text


def test_chunks_that_only_chroma_got_are_found(opened, tmp_path):
    opened().add("vs_a", [CATS]), opened().close()
    with_chroma(tmp_path, lambda collection: collection.upsert([CARS], HashEmbedder().embed([CARS.text])))
    assert found(opened(), "voiture") == ["cars"]


def test_chunks_that_only_chroma_lost_are_not_found(opened, tmp_path):
    opened().add("vs_a", ANIMALS_AND_TRADES), opened().close()
    with_chroma(tmp_path, lambda collection: collection.delete(["bread"]))
    index = opened()
    assert found(index, "bread") == []
    assert found(index, "chat") == ["cats"]


def test_a_write_that_died_between_the_two_is_repaired_even_when_counts_agree(opened, tmp_path, lexical_folder):
    opened().add("vs_a", [chunk("one", "zymurgie")]), opened().close()
    replaced = chunk("one", "apiculture")
    with_chroma(tmp_path, lambda collection: collection.upsert([replaced], HashEmbedder().embed([replaced.text])))
    (lexical_folder() / "writing").touch()
    index = opened()
    assert found(index, "apiculture") == ["one"]
    assert found(index, "zymurgie") == []
    assert not (lexical_folder() / "writing").exists()


def test_a_write_that_fails_half_way_is_repaired_in_the_same_process(index, lexical_folder):
    index.add("vs_a", [CATS])
    intruder = tantivy.Index.open(str(lexical_folder())).writer(15_000_000, 1)  # holds tantivy's own lock
    with pytest.raises(ValueError, match="LockBusy"):
        index.add("vs_a", [CARS])
    del intruder
    assert found(index, "voiture") == ["cars"]  # Chroma had it
    index.add("vs_a", [BREAD])
    assert found(index, "bread") == ["bread"]
    assert found(index, "chat") == ["cats"]


def test_folders_of_former_collections_are_swept(opened, lexical_folder, tmp_path):
    opened().add("vs_a", [CATS])
    for name in ("11111111-dead", "22222222-dead.building"):
        (tmp_path / "lexical" / "vs_a" / name).mkdir()
    assert found(opened(), "chat") == ["cats"]
    assert [path.name for path in (tmp_path / "lexical" / "vs_a").iterdir()] == [lexical_folder().name]


def test_a_reindex_cut_while_filling_leaves_the_old_one(opened, tmp_path):
    opened(embedder=MeaningEmbedder("old")).add("vs_a", ANIMALS_AND_TRADES), opened().close()
    dense = Dense(tmp_path / "chroma")
    dense.begin("vs_a", "new", 8).upsert([CATS], MeaningEmbedder().embed([CATS.text]))
    dense.close()
    index = opened()
    assert index.embedder_of("vs_a") == "old"
    assert index.count("vs_a") == 3
    assert found(index, "voiture") == ["cars"]
    assert collections(tmp_path, opened) == ["vs_a"]


def test_a_reindex_cut_between_the_names_is_finished(opened, tmp_path):
    opened(embedder=MeaningEmbedder("old")).add("vs_a", [CATS]), opened().close()
    dense = Dense(tmp_path / "chroma")
    fresh = dense.begin("vs_a", "meanings", 8)
    fresh.upsert([CATS], MeaningEmbedder().embed([CATS.text]))
    fresh.raw.modify(metadata={**fresh.raw.metadata, "whole": True})
    dense.find("vs_a").raw.modify(name="vs_a.old")
    dense.close()
    index = opened(embedder=MeaningEmbedder())
    assert index.embedder_of("vs_a") == "meanings"
    assert found(index, "félin") == ["cats"]
    assert collections(tmp_path, opened) == ["vs_a"]


@pytest.mark.parametrize("seconds", [0.3, 0.9])
def test_what_was_acknowledged_survives_kill_9(opened, tmp_path, seconds):
    writer = subprocess.Popen(
        [sys.executable, "-u", "-c", WRITER, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
    )
    acknowledged = [writer.stdout.readline()]  # it has begun
    killer = subprocess.Popen(["sh", "-c", f"sleep {seconds}; kill -9 {writer.pid}"])
    acknowledged += writer.stdout.readlines()
    killer.wait()
    assert writer.wait() == -signal.SIGKILL
    index = opened()
    for line in acknowledged:
        number = int(line)
        assert found(index, f"zymurgie{number}x")[0] == f"c{number}", number
    index.add("vs_a", [chunk("after", "apiculture")])
    assert found(index, "apiculture")[0] == "after"


WRITER = """
import itertools, sys
from pathlib import Path
from ragproxy.retrieval import open_index
from tests.retrieval.samples import chunk
index = open_index(data_dir=Path(sys.argv[1]), attributes=lambda store: {})
for number in itertools.count():
    index.add("vs_a", [chunk(f"c{number}", f"mot zymurgie{number}x", file=f"f{number}")])
    print(number)
"""


def found(index, query):
    return [passage.chunk.id for passage in index.search(["vs_a"], query, min_score=0.1).passages]


def with_chroma(tmp_path, act):
    """Do something to the store behind the index's back, as a process that died half-way would have."""
    dense = Dense(tmp_path / "chroma")
    act(dense.find("vs_a"))
    dense.close()


def collections(tmp_path, opened):
    opened().close()
    dense = Dense(tmp_path / "chroma")
    names = sorted(collection.name for collection in dense._client().list_collections())
    dense.close()
    return names


@pytest.fixture
def lexical_folder(tmp_path):
    def folder():
        (only,) = (path for path in (tmp_path / "lexical" / "vs_a").iterdir() if "dead" not in path.name)
        return only

    return folder
