import logging
import threading

import pytest

from ragproxy.domain import Comparison, Compound, Grounding
from ragproxy.errors import EmbedderMismatch, UnknownStore, UpstreamUnavailable
from ragproxy.retrieval import open_index
from tests.retrieval.samples import ANIMALS_AND_TRADES, BREAD, CARS, CATS, MeaningEmbedder, chunk

# ---- adding and removing ----


def test_what_is_added_is_found_with_its_file_and_store(index, attributes):
    attributes["vs_a"] = {CATS.file_id: {"lang": "fr"}}
    index.add("vs_a", ANIMALS_AND_TRADES)
    best = index.search(["vs_a"], "Où dort le chat ?").passages[0]
    assert (best.chunk, best.store_id, best.attributes) == (CATS, "vs_a", {"lang": "fr"})


def test_adding_twice_changes_nothing(index):
    index.add("vs_a", ANIMALS_AND_TRADES)
    index.add("vs_a", ANIMALS_AND_TRADES)
    assert index.count("vs_a") == 3
    assert [passage.chunk for passage in index.search(["vs_a"], "chat").passages] == [CATS]


def test_the_same_id_twice_in_one_call_is_the_last(index):
    index.add("vs_a", [chunk("same", "un chat"), chunk("same", "un chien")])
    assert index.count("vs_a") == 1
    assert found(index, "chien") == ["same"]


def test_adding_nothing_makes_no_store(index):
    index.add("vs_a", [])
    assert index.embedder_of("vs_a") is None


def test_a_replaced_chunk_is_found_by_its_new_text_alone(index):
    index.add("vs_a", [chunk("one", "zymurgie")])
    index.add("vs_a", [chunk("one", "apiculture")])
    assert found(index, "zymurgie") == []
    assert found(index, "apiculture") == ["one"]


def test_a_file_can_be_read_back_and_removed(index):
    first, second = chunk("a1", "premier", file="a"), chunk("a2", "second", file="a", position=1)
    index.add("vs_a", [second, first, BREAD])
    assert index.chunks("vs_a", "a") == [first, second]
    assert index.chunk_ids("vs_a", "a") == {"a1", "a2"}
    index.remove("vs_a", ["a", "nobody"])
    assert index.chunks("vs_a", "a") == []
    assert found(index, "premier second", min_score=0.1) == []
    assert index.count("vs_a") == 1


def test_keep_removes_the_other_chunks_of_that_file_only(index):
    index.add("vs_a", [chunk("old", "ancien", file="a"), chunk("new", "nouveau", file="a"), BREAD])
    index.keep("vs_a", "a", ["new", "unknown"])
    assert index.chunk_ids("vs_a", "a") == {"new"}
    assert found(index, "ancien") == []
    assert index.count("vs_a") == 2


def test_a_dropped_store_is_empty_and_can_begin_again(index, tmp_path):
    index.add("vs_a", ANIMALS_AND_TRADES)
    index.add("vs_b", [BREAD])
    index.drop("vs_a")
    index.drop("vs_a")
    assert index.count("vs_a") == 0
    assert found(index, "chat") == []
    assert not (tmp_path / "lexical" / "vs_a").exists()
    assert index.count("vs_b") == 1
    index.add("vs_a", [CARS])
    assert found(index, "voiture") == ["cars"]


def test_a_store_without_chunks_answers_emptily(index):
    assert index.search(["vs_none"], "chat").passages == ()
    assert index.count("vs_none") == 0
    assert index.chunks("vs_none", "f") == []
    assert index.chunk_ids("vs_none", "f") == set()
    assert index.embedder_of("vs_none") is None
    index.remove("vs_none", ["f"])
    index.keep("vs_none", "f", [])
    index.reindex("vs_none")


def test_an_impossible_id_is_an_unknown_store(index, tmp_path):
    for act in (
        lambda: index.search(["../x"], "chat"),
        lambda: index.add("../x", [CATS]),
        lambda: index.drop("../x"),
    ):
        with pytest.raises(UnknownStore):
            act()
    assert not (tmp_path / "x").exists()


def test_what_was_added_is_there_for_the_next_process(opened):
    opened().add("vs_a", ANIMALS_AND_TRADES)
    assert found(opened(), "chat") == ["cats"]


# ---- searching ----


def test_the_heading_finds_the_chunk(index):
    index.add("vs_a", [chunk("one", "Il dure deux ans.", heading="Titre de séjour"), chunk("two", "Il dure deux ans.")])
    (best, *_) = index.search(["vs_a"], "titre de séjour").passages
    assert best.chunk.id == "one"
    assert best.score == 1


def test_a_score_is_the_share_of_the_query_that_the_passage_holds(index):
    index.add("vs_a", ANIMALS_AND_TRADES)
    whole = index.search(["vs_a"], "le chat dort")
    half = index.search(["vs_a"], "le chat et la zymurgie")
    foreign = index.search(["vs_a"], "zymurgie baltique")
    assert whole.coverage == whole.passages[0].score == 1
    assert 0 < half.coverage < 0.5  # the unknown word weighs more than the known one
    assert foreign.coverage == 0
    assert set(half.weights) == {"chat", "zymurg"}
    assert half.weights["zymurg"] > half.weights["chat"] > 0


def test_scores_and_weights_are_of_all_the_stores_together(index):
    index.add("vs_a", ANIMALS_AND_TRADES)
    index.add("vs_b", [chunk("b1", "Le chat ronronne", file="b")])
    one = index.search(["vs_a"], "chat")
    both = index.search(["vs_a", "vs_b", "vs_a"], "chat")
    assert {passage.chunk.id for passage in both.passages} == {"cats", "b1"}
    assert {passage.store_id for passage in both.passages} == {"vs_a", "vs_b"}
    assert both.weights["chat"] < one.weights["chat"]


def test_the_store_that_has_the_word_that_matters_comes_first(index):
    filler = [chunk(f"f{number}", f"La question numéro {number} du dossier", file="f") for number in range(30)]
    index.add("vs_big", [*filler, chunk("answer", "La question de la prescription du dossier", file="f")])
    index.add("vs_small", [chunk("near", "question du dossier", file="g")])
    best = index.search(["vs_small", "vs_big"], "La question de la prescription").passages[0]
    assert best.chunk.id == "answer"


def test_top_k_is_the_most_there_may_be(index):
    index.add("vs_a", [chunk(f"c{number}", f"chat numéro {number}") for number in range(9)])
    assert len(index.search(["vs_a"], "chat").passages) == 6
    assert len(index.search(["vs_a"], "chat", top_k=2).passages) == 2
    assert len(index.search(["vs_a"], "chat", top_k=100).passages) == 9
    assert index.search(["vs_a"], "chat", top_k=0) == Grounding("chat")


def test_only_those_that_score_enough(index):
    index.add("vs_a", [chunk("half", "chat " * 20), chunk("whole", "un chat dans un long texte qui parle du canapé")])
    assert set(found(index, "chat canapé")) == {"half", "whole"}
    assert found(index, "chat canapé", min_score=0.9) == ["whole"]
    # the first in rank scores too little, yet one place is there for the second
    assert found(index, "chat canapé", min_score=0.9, top_k=1) == ["whole"]
    assert found(index, "chat zymurgie", min_score=0.9) == []


def test_only_the_files_asked_for(index):
    index.add("vs_a", [CATS, chunk("tiger", "Le grand chat dort", file="file-tiger")])
    assert found(index, "chat dort", files=["file-tiger"]) == ["tiger"]
    assert found(index, "chat dort", files=[]) == []
    assert found(index, "chat dort", files=["nobody"]) == []


def test_only_the_files_whose_attributes_pass(index, attributes):
    attributes["vs_a"] = {CATS.file_id: {"lang": "fr", "year": 2024}, "file-tiger": {"lang": "fr", "year": 1999}}
    index.add(
        "vs_a", [CATS, chunk("tiger", "Le grand chat dort", file="file-tiger"), chunk("lost", "un chat", file="x")]
    )
    recent = Comparison("year", "gte", 2000)
    french = Comparison("lang", "eq", "fr")
    assert found(index, "chat", filters=recent) == ["cats"]
    assert set(found(index, "chat", filters=french)) == {"cats", "tiger"}
    assert found(index, "chat", filters=french, files=["file-tiger", "x"]) == ["tiger"]
    assert found(index, "chat", filters=Compound("and", (french, Comparison("year", "eq", 1)))) == []


def test_filters_look_at_each_store_s_own_attributes(index, attributes):
    attributes.update({"vs_a": {"f": {"public": True}}, "vs_b": {"f": {"public": False}}})
    index.add("vs_a", [chunk("a", "un chat", file="f")])
    index.add("vs_b", [chunk("b", "un chat", file="f")])
    passages = index.search(["vs_a", "vs_b"], "chat", filters=Comparison("public", "eq", True)).passages
    assert [passage.chunk.id for passage in passages] == ["a"]


@pytest.mark.parametrize("query", ["", "  \n", "?!…", "\x00", "🙂", "\ud800"])
def test_a_query_without_words_finds_nothing(index, query):
    index.add("vs_a", ANIMALS_AND_TRADES)
    assert index.search(["vs_a"], query) == Grounding(query)


def test_a_query_of_stop_words_is_searched_by_its_letters_and_covers_little(index):
    index.add("vs_a", ANIMALS_AND_TRADES)
    grounding = index.search(["vs_a"], "qui est sur le")
    assert grounding.weights == {}
    assert 0 <= grounding.coverage < 0.45


def test_no_store_no_passage(index):
    assert index.search([], "chat") == Grounding("chat", weights={"chat": pytest.approx(5.3, abs=0.1)})


def test_an_endless_query_is_answered(index):
    index.add("vs_a", ANIMALS_AND_TRADES)
    begins = index.search(["vs_a"], "chat " + "bla " * 500_000)
    ends = index.search(["vs_a"], "bla " * 500_000 + "chat")
    assert begins.passages[0].chunk == ends.passages[0].chunk == CATS
    assert begins.query.startswith("chat bla")


def test_odd_texts_are_indexed_and_found(index):
    index.add("vs_a", [chunk("nul", "pain\x00beurre"), chunk("half", "sur\ud800rogate"), chunk("none", "🙂")])
    assert found(index, "beurre") == ["nul"]
    assert index.count("vs_a") == 3


# ---- embedders ----


def test_meaning_finds_what_no_word_does(opened):
    index = opened(embedder=MeaningEmbedder())
    index.add("vs_a", ANIMALS_AND_TRADES)
    best = index.search(["vs_a"], "automobile").passages[0]
    assert best.chunk == CARS
    assert 0.3 < best.score <= 0.4  # 0.4 of the cosine, nothing of the words
    assert index.search(["vs_a"], "félin", files=[BREAD.file_id]).passages[0].chunk == BREAD


def test_the_weight_moves_the_score_from_words_to_meaning(opened):
    index = opened(embedder=MeaningEmbedder(), dense_weight=1.0)
    index.add("vs_a", ANIMALS_AND_TRADES)
    assert index.search(["vs_a"], "automobile").passages[0].score > 0.9
    assert opened(embedder=MeaningEmbedder(), dense_weight=0.0).search(["vs_a"], "automobile").passages[0].score == 0


def test_without_an_embedder_the_vectors_do_not_rank(index):
    index.add("vs_a", ANIMALS_AND_TRADES)
    assert index.embedder_of("vs_a") == "hash-384"
    assert found(index, "automobile") == []


def test_an_embedder_that_fails_costs_a_search_its_meaning_only(opened, caplog):
    embedder = MeaningEmbedder()
    index = opened(embedder=embedder)
    index.add("vs_a", ANIMALS_AND_TRADES)
    embedder.failing = True
    assert found(index, "chat") == ["cats"]
    assert "The embedder is down" in caplog.text
    assert "chat" not in caplog.text  # a query is nobody's business


def test_an_embedder_that_fails_fails_an_addition(opened):
    embedder = MeaningEmbedder()
    index = opened(embedder=embedder)
    embedder.failing = True
    with pytest.raises(UpstreamUnavailable):
        index.add("vs_a", [CATS])
    assert index.count("vs_a") == 0


def test_another_embedder_cannot_add(opened):
    opened().add("vs_a", [CATS])
    other = MeaningEmbedder("other-model")
    with pytest.raises(EmbedderMismatch, match=r"hash-384.*other-model.*ragproxy reindex vs_a"):
        opened(embedder=other).add("vs_a", [CARS])
    assert other.texts == []  # no vector was paid for


def test_the_same_name_with_other_dimensions_cannot_add(opened):
    opened(embedder=MeaningEmbedder("m", 8)).add("vs_a", [CATS])
    with pytest.raises(EmbedderMismatch, match="8 dimensions, not 9"):
        opened(embedder=MeaningEmbedder("m", 9)).add("vs_a", [CARS])


@pytest.mark.parametrize("other", [MeaningEmbedder("other"), MeaningEmbedder("meanings", 9)])
def test_another_embedder_searches_by_words_and_says_so_once(opened, caplog, other):
    opened(embedder=MeaningEmbedder()).add("vs_a", ANIMALS_AND_TRADES)
    index = opened(embedder=other)
    with caplog.at_level(logging.WARNING):
        assert found(index, "chat") == found(index, "chat") == ["cats"]
    assert found(index, "automobile") == []
    assert caplog.text.count("ragproxy reindex vs_a") == 1


def test_stores_by_different_embedders_are_searched_together(opened):
    opened().add("vs_old", [chunk("old", "Le chat de la maison", file="o")])
    index = opened(embedder=MeaningEmbedder())
    index.add("vs_new", ANIMALS_AND_TRADES)
    passages = index.search(["vs_old", "vs_new"], "chat maison").passages
    assert {"old", "cats"} <= {passage.chunk.id for passage in passages}
    assert passages[0].chunk.id == "old"


# ---- the whole ----


def test_opening_touches_nothing(tmp_path):
    def attributes(store_id):
        raise AssertionError("not before a search")

    before = threading.active_count()
    index = open_index(data_dir=tmp_path / "data", attributes=attributes)
    index.close()
    assert not (tmp_path / "data").exists()
    assert threading.active_count() == before


def test_it_can_be_warmed_pinged_and_used_after_close(index):
    index.warm()
    index.add("vs_a", [CATS])
    index.close()
    index.warm()
    index.ping()
    assert found(index, "chat") == ["cats"]


def found(index, query, **how):
    return [passage.chunk.id for passage in index.search(["vs_a"], query, **how).passages]
