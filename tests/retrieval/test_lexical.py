import json

import pytest

from ragproxy.retrieval.bm25 import Query
from ragproxy.retrieval.lexical import Lexical, build, is_sound
from tests.retrieval.samples import ANIMALS_AND_TRADES, BREAD, CARS, CATS, chunk


def test_the_chunk_that_shares_most_comes_first(lexical):
    assert ids(lexical, "Où dort le chat ?")[0] == "cats"
    assert ids(lexical, "fresh breads") == ["bread"]


def test_scores_are_between_0_and_1_and_fall(lexical):
    scores = [hit.score for hit in lexical.search(Query.of("chat route bread la"), 10).hits]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score < 1 for score in scores)


def test_a_hit_tells_its_words_without_another_analysis(lexical):
    (hit,) = lexical.search(Query.of("voiture"), 1).hits
    assert {"voitur", "rout", "national"} >= hit.words & {"voitur", "rout", "national"} != set()
    assert "chat" not in hit.words


def test_spelling_mistakes_are_found_by_their_letters(lexical):
    assert ids(lexical, "canappé")[0] == "cats"
    assert ids(lexical, "boulangre bakker")[0] == "bread"


def test_statistics_count_chunks_by_word(lexical):
    ranking = lexical.search(Query.of("chat zymurgie sur"), 5)
    assert ranking.statistics.count == 3
    assert dict(ranking.statistics.words) == {"chat": 1, "zymurg": 0}


def test_what_shares_nothing_is_not_found(lexical):
    assert ids(lexical, "zzzz") == []
    assert ids(lexical, "") == []


def test_only_the_files_asked_for(lexical):
    assert ids(lexical, "la", files={CARS.file_id}) == ["cars"]
    assert ids(lexical, "chat", files={"nobody"}) == []


def test_so_many_files_that_they_are_filtered_afterwards(folder):
    chunks = [chunk(f"c{number}", f"chat numéro {number}", file=f"f{number}") for number in range(1_500)]
    build(folder, [chunks])
    lexical = Lexical(folder)
    nobody = {f"nobody{number}" for number in range(5_000)}
    odd = {one.file_id for one in chunks if int(one.id[1:]) % 2}
    found = ids(lexical, "chat", files=odd | nobody, limit=20)
    assert len(found) == 20
    assert all(int(id[1:]) % 2 for id in found)
    # the only one that may be found stands behind as many hits as are looked through
    assert ids(lexical, "chat", files={"f1499"} | nobody, limit=20) == ["c1499"]


def test_named_chunks_are_scored_even_at_0(lexical):
    hits = {hit.chunk_id: hit.score for hit in lexical.score(Query.of("chat"), ["cats", "bread", "nobody"])}
    assert set(hits) == {"cats", "bread"}
    assert hits["cats"] == pytest.approx(lexical.search(Query.of("chat"), 1).hits[0].score)
    assert hits["bread"] == 0
    assert lexical.score(Query.of("chat"), []) == ()


def test_an_update_is_seen_at_once_and_replaces_by_id(lexical):
    lexical.update([chunk("cats", "Le chien aboie.", file="file-cats"), chunk("new", "Un chien")], without=["bread"])
    assert set(ids(lexical, "chien")) == {"cats", "new"}
    assert ids(lexical, "bread") == []
    assert "cats" not in ids(lexical, "canapé")
    assert lexical.count == 3


def test_a_very_long_query_is_answered(lexical):
    assert ids(lexical, "chat " + " ".join(f"mot{number}" for number in range(5_000)))[0] == "cats"


def test_odd_chunks_are_indexed(folder):
    build(folder, [[chunk("empty", ""), chunk("nul", "a\x00b"), chunk("emoji", "🙂"), chunk("huge", "x" * 200_000)]])
    assert Lexical(folder).count == 4
    assert is_sound(folder, 4)


def test_an_index_is_sound_only_for_its_count(folder):
    build(folder, [ANIMALS_AND_TRADES])
    assert is_sound(folder, 3)
    assert not is_sound(folder, 2)


def test_an_absent_index_is_not_sound(folder):
    assert not is_sound(folder, 0)


def test_an_index_of_another_analyser_is_not_sound(folder):
    build(folder, [ANIMALS_AND_TRADES])
    made = json.loads((folder / "made.json").read_text())
    (folder / "made.json").write_text(json.dumps({**made, "analysis": "0"}))
    assert not is_sound(folder, 3)


@pytest.mark.parametrize("name", ["made.json", "meta.json"])
def test_a_damaged_index_is_not_sound(folder, name):
    build(folder, [ANIMALS_AND_TRADES])
    (folder / name).write_bytes(b"\xff\x00")
    assert not is_sound(folder, 3)


def test_a_write_that_breaks_off_leaves_its_mark(folder):
    build(folder, [ANIMALS_AND_TRADES])
    lexical = Lexical(folder)
    with lexical.writing():
        assert not is_sound(folder, 3)
    assert is_sound(folder, 3)
    with pytest.raises(ZeroDivisionError), lexical.writing():
        raise ZeroDivisionError
    assert not is_sound(folder, 3)
    build(folder, [ANIMALS_AND_TRADES])
    assert is_sound(folder, 3)


def test_a_build_that_breaks_off_leaves_the_old_index(folder):
    build(folder, [[CATS]])

    def pages():
        yield [CARS]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        build(folder, pages())
    assert is_sound(folder, 1)
    assert ids(Lexical(folder), "chat") == ["cats"]
    build(folder, [[BREAD, CARS]])  # over the leftovers
    assert is_sound(folder, 2)


def test_what_another_process_committed_is_seen_after_a_reload(folder):
    build(folder, [ANIMALS_AND_TRADES])
    here, there = Lexical(folder), Lexical(folder)
    there.update([chunk("new", "zymurgie")])
    assert ids(here, "zymurgie") == []
    here.reload()
    assert ids(here, "zymurgie") == ["new"]


def test_a_folder_that_another_process_deleted_cannot_be_reloaded(folder):
    build(folder, [ANIMALS_AND_TRADES])
    here = Lexical(folder)
    folder.rename(folder.with_name("gone"))
    assert ids(here, "chat") == ["cats"]  # what is open can be read
    with pytest.raises((OSError, ValueError)):
        here.reload()


def test_an_alignment_adds_and_removes_in_one_commit(lexical):
    def pages():
        yield [chunk("new", "zymurgie")]
        assert ids(lexical, "chat") == ["cats"]
        assert ids(lexical, "zymurgie") == []
        yield [chunk("more", "apiculture")]

    lexical.align(pages(), without={"cats"})
    assert lexical.ids() == {"cars", "bread", "new", "more"}
    assert ids(lexical, "chat") == []
    assert ids(lexical, "apiculture")[0] == "more"


def test_an_alignment_that_breaks_off_changes_nothing_and_locks_nobody_out(lexical):
    def pages():
        yield [chunk("new", "zymurgie")]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as kept:
        lexical.align(pages(), without={"cats"})
    assert lexical.ids() == {"cats", "cars", "bread"}
    lexical.update([chunk("after", "apiculture")])
    assert ids(lexical, "apiculture")[0] == "after"
    del kept


def test_ids_are_told_by_file(lexical):
    assert lexical.ids([CARS.file_id, BREAD.file_id, "file-none"]) == {"cars", "bread"}
    assert lexical.ids([]) == set()


def ids(lexical, text, *, files=None, limit=10):
    return [hit.chunk_id for hit in lexical.search(Query.of(text), limit, files).hits]


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "lexical"


@pytest.fixture
def lexical(folder):
    build(folder, [ANIMALS_AND_TRADES])
    return Lexical(folder)
