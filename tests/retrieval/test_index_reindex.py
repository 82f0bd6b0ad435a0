import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from ragproxy.errors import EmbedderMismatch, UpstreamUnavailable
from ragproxy.retrieval.collection import PAGE
from tests.retrieval.samples import ANIMALS_AND_TRADES, BREAD, CARS, CATS, GatedEmbedder, MeaningEmbedder, chunk


def test_a_reindex_changes_the_embedder_and_keeps_the_chunks(opened):
    opened().add("vs_a", ANIMALS_AND_TRADES)
    index = opened(embedder=MeaningEmbedder())
    with pytest.raises(EmbedderMismatch):
        index.add("vs_a", [CATS])
    index.reindex("vs_a")
    assert index.embedder_of("vs_a") == "meanings"
    assert index.chunks("vs_a", CATS.file_id) == [CATS]
    assert found(index, "automobile") == "cars"
    index.add("vs_a", [chunk("more", "félin")])
    assert index.count("vs_a") == 4


def test_progress_counts_chunks(index):
    index.add("vs_a", [chunk(f"c{number}", f"mot{number}") for number in range(PAGE + 10)])
    seen = []
    index.reindex("vs_a", progress=lambda done, total: seen.append((done, total)))
    assert seen == [(PAGE, PAGE + 10), (PAGE + 10, PAGE + 10)]


def test_a_store_whose_chunks_are_all_gone_takes_a_new_embedder(opened):
    index = opened()
    index.add("vs_a", [CATS])
    index.remove("vs_a", [CATS.file_id])
    index = opened(embedder=MeaningEmbedder())
    index.reindex("vs_a")
    index.add("vs_a", [CARS])
    assert index.embedder_of("vs_a") == "meanings"


def test_an_embedder_that_fails_leaves_the_old_index(opened):
    opened().add("vs_a", ANIMALS_AND_TRADES)
    embedder = MeaningEmbedder()
    embedder.failing = True
    index = opened(embedder=embedder)
    with pytest.raises(UpstreamUnavailable):
        index.reindex("vs_a")
    assert index.embedder_of("vs_a") == "hash-384"
    assert found(index, "chat") == "cats"
    embedder.failing = False
    index.reindex("vs_a")
    assert index.embedder_of("vs_a") == "meanings"


def test_the_old_index_answers_and_additions_wait_until_the_new_one_is_whole(opened):
    opened().add("vs_a", ANIMALS_AND_TRADES)
    embedder = GatedEmbedder()
    index = opened(embedder=embedder)
    embedder.close()
    with ThreadPoolExecutor(3) as threads:
        reindexing = threads.submit(index.reindex, "vs_a")
        assert embedder.waiting.wait(10)
        assert index.embedder_of("vs_a") == "hash-384"
        assert index.chunks("vs_a", CATS.file_id) == [CATS]
        assert found(index, "chat") == "cats"  # by words: the vectors are still the old embedder's
        removing = threads.submit(index.remove, "vs_a", [BREAD.file_id])
        assert not removing.done()
        embedder.open()
        reindexing.result(20)
        removing.result(20)
    assert index.embedder_of("vs_a") == "gated"
    assert index.chunk_ids("vs_a", BREAD.file_id) == set()
    assert found(index, "automobile") == "cars"


def test_searches_never_fail_while_collections_change_places(opened):
    index = opened()
    index.add("vs_a", ANIMALS_AND_TRADES)
    over = threading.Event()

    def search():
        answers = set()
        while not over.is_set():
            answers.add(found(index, "chat"))
        return answers

    with ThreadPoolExecutor(2) as threads:
        searching = [threads.submit(search) for _ in range(2)]
        try:
            for _ in range(6):
                index.reindex("vs_a")
        finally:
            over.set()
        assert [answers.result(20) for answers in searching] == [{"cats"}] * 2


def found(index, query):
    passages = index.search(["vs_a"], query, top_k=1).passages
    return passages[0].chunk.id if passages else None
