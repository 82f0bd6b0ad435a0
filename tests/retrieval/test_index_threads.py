from concurrent.futures import ThreadPoolExecutor

from tests.retrieval.samples import chunk


def test_many_threads_add_remove_and_search(index):
    index.add("vs_a", [chunk("anchor", "ancre du navire", file="anchor")])

    def write(writer):
        for number in range(8):
            name = f"{writer}-{number}"
            index.add("vs_a", [chunk(name, f"mot{writer}x{number} ancre", file=name)])
            if number % 2:
                index.remove("vs_a", [name])

    def read(_):
        for _ in range(25):
            passages = index.search(["vs_a"], "navire").passages
            assert [passage.chunk.id for passage in passages if passage.score == 1] == ["anchor"]

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(4)))
        jobs = [threads.submit(write, writer) for writer in range(4, 8)]
        jobs += [threads.submit(read, reader) for reader in range(4)]
        for job in jobs:
            job.result(60)
    assert index.count("vs_a") == 1 + 8 * 4
    for writer in range(8):
        best = index.search(["vs_a"], f"mot{writer}x0", top_k=1).passages[0]
        assert best.chunk.id == f"{writer}-0"
        assert index.search(["vs_a"], f"mot{writer}x1", min_score=0.9).passages == ()


def test_many_threads_make_one_store_once(opened):
    index = opened()
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: index.add("vs_a", [chunk(f"c{n}", f"mot{n}", file=f"f{n}")]), range(8)))
    assert index.count("vs_a") == 8
    assert {index.search(["vs_a"], f"mot{n}", top_k=1).passages[0].chunk.id for n in range(8)} == {
        f"c{n}" for n in range(8)
    }
