"""Machines that share PostgreSQL, Redis, Chroma and S3: what one does the others know, and whoever dies is replaced."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import openai
import pytest
import sqlalchemy as sa

from tests.e2e.scaled import client, wait_until

pytestmark = pytest.mark.sets("scaled")

POOL = "La piscine municipale ouvre à sept heures."


def test_what_is_completed_is_found_on_every_machine_at_once(one, other, store):
    for number in range(8):
        word = f"zymurgie{number}x"
        _upload(one, store, f"{number}.txt", f"Le mot {word}.")
        for machine in (other, one):
            assert _first(machine, store, word) == f"{number}.txt"


def test_what_was_taken_out_is_found_on_no_machine(one, other, store):
    files = [_upload(one, store, f"{number}.txt", POOL) for number in range(3)]
    assert _names(other, store, "piscine") == {"0.txt", "1.txt", "2.txt"}
    one.vector_stores.files.delete(files[0], vector_store_id=store)
    assert _names(other, store, "piscine") == _names(one, store, "piscine") == {"1.txt", "2.txt"}
    one.files.delete(files[1])
    assert _names(other, store, "piscine") == _names(one, store, "piscine") == {"2.txt"}


def test_a_machine_that_comes_later_finds_all_of_it(library, one, store):
    _upload(one, store, "pool.txt", POOL)
    found = library.run("search", "piscine", "--store", _name(one, store))
    assert "pool.txt" in found.stdout


def test_a_worker_that_is_killed_is_replaced_by_the_others(library, one, store):
    victim = library.worker("victim")
    batch = _feed(one, store, 40)
    _wait_for_some(one, store, batch)
    victim.kill()
    victim.wait()
    victim.stdout.close()
    _two_minutes_later(library, one)
    _check_whole(one, store, batch, 40)


def test_a_chroma_that_is_killed_and_comes_back_costs_nothing(library, services, one, other, store):
    _upload(one, store, "pool.txt", POOL)
    batch = _feed(one, store, 40)
    _wait_for_some(one, store, batch)
    services.chroma.kill()
    try:
        for machine in (one, other):
            with pytest.raises(openai.InternalServerError) as caught:
                machine.vector_stores.search(store, query="piscine")
            assert caught.value.status_code == 503
            assert "Chroma server" in caught.value.message
        waiting = one.files.create(file=("later.txt", b"Later."), purpose="assistants")  # goes on without it
        one.vector_stores.files.create(store, file_id=waiting.id)
    finally:
        services.chroma.start()
    assert _names(other, store, "piscine") == {"pool.txt"}
    _two_minutes_later(library, one)
    _check_whole(one, store, batch, 40)
    wait_until(lambda: one.vector_stores.files.retrieve(waiting.id, vector_store_id=store).status == "completed")


def test_connections_to_redis_that_break_cost_nothing(services, one, other, store):
    _upload(one, store, "before.txt", POOL)
    for number in range(3):
        services.hang_up_on_redis_clients()
        _upload(other, store, f"{number}.txt", POOL)
    assert _names(one, store, "piscine") == {"before.txt", "0.txt", "1.txt", "2.txt"}


def test_a_reindex_under_load_has_no_gap_and_loses_nothing(library, one, other, store):
    _feed_and_wait(one, store, 45)
    over = threading.Event()
    answers = []

    def search(machine):
        while not over.is_set():
            answers.append(_first(machine, store, "zymurgie7x"))

    with ThreadPoolExecutor(2) as threads:
        searching = [threads.submit(search, machine) for machine in (one, other)]
        try:
            reindexing = ThreadPoolExecutor(1).submit(library.run, "reindex", _name(one, store))
            batch = _feed(other, store, 20, start=100)
            reindexing.result(60)
        finally:
            over.set()
        for thread in searching:
            thread.result()
    assert set(answers) == {"7.txt"}
    assert len(answers) > 5
    _check_whole(other, store, batch, 20, start=100)
    for machine in (one, other):
        assert _first(machine, store, "zymurgie42x") == "42.txt"


# ---- what they do ----


def _feed(ai, store, number, start=0):
    """A batch of small files, each with a word of its own."""
    with ThreadPoolExecutor(4) as threads:
        ids = list(
            threads.map(lambda n: _create(ai, f"{n}.txt", f"Le mot zymurgie{n}x."), range(start, start + number))
        )
    return ai.vector_stores.file_batches.create(store, file_ids=ids).id


def _feed_and_wait(ai, store, number):
    batch = _feed(ai, store, number)
    _check_whole(ai, store, batch, number)


def _create(ai, name, text):
    return ai.files.create(file=(name, text.encode()), purpose="assistants").id


def _upload(ai, store, name, text):
    file_id = _create(ai, name, text)
    ai.vector_stores.files.create(store, file_id=file_id)
    wait_until(lambda: ai.vector_stores.files.retrieve(file_id, vector_store_id=store).status == "completed")
    return file_id


def _wait_for_some(ai, store, batch):
    wait_until(lambda: ai.vector_stores.file_batches.retrieve(batch, vector_store_id=store).file_counts.completed > 0)


def _check_whole(ai, store, batch, number, start=0):
    """The batch ends, every file of it well, and is found."""
    wait_until(
        lambda: ai.vector_stores.file_batches.retrieve(batch, vector_store_id=store).file_counts.completed == number
    )
    for each in range(start, start + number, 7):
        assert _first(ai, store, f"zymurgie{each}x") == f"{each}.txt"


def _two_minutes_later(library, ai):
    """Let every lease run out, and ring."""
    time.sleep(1)  # whoever lives is not in the middle of anything for longer
    address = sa.make_url(library.variables["DATABASE_URL"])
    engine = sa.create_engine(address)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE store_files SET lease_until = 0 WHERE lease_until > 0"))
    engine.dispose()
    other = ai.vector_stores.create(name="bell", file_ids=[_create(ai, "bell.txt", "Ding.")])
    wait_until(lambda: ai.vector_stores.retrieve(other.id).file_counts.completed == 1)
    ai.vector_stores.delete(other.id)


def _first(ai, store, query):
    return next((found.filename for found in ai.vector_stores.search(store, query=query)), None)


def _names(ai, store, query):
    return {found.filename for found in ai.vector_stores.search(store, query=query)}


def _name(ai, store):
    return ai.vector_stores.retrieve(store).name


@pytest.fixture
def one(library):
    """A client of the first machine alone."""
    with client(library.servers[0]) as ai:
        yield ai


@pytest.fixture
def other(library):
    """A client of the second."""
    with client(library.servers[1]) as ai:
        yield ai


@pytest.fixture
def store(one, request):
    made = one.vector_stores.create(name=request.node.name)
    yield made.id
    one.vector_stores.delete(made.id)
