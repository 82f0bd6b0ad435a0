"""client.vector_stores of the official client against a real server, its helpers included, and answers from it all."""

import io

import openai
import pytest

pytestmark = pytest.mark.sets("embedded", "scaled")

POOL = "La piscine municipale ouvre à sept heures et ferme à vingt heures. L'entrée coûte quatre euros."
LIBRARY = "La bibliothèque prête cinq livres pour trois semaines. Elle ferme le lundi."
TOWER = "The Eiffel Tower is 330 metres tall. It was finished in 1889."


def test_a_file_is_uploaded_and_waited_for(ai, store):
    file = ai.vector_stores.files.upload_and_poll(
        vector_store_id=store.id,
        file=("piscine.txt", POOL.encode()),
        attributes={"kind": "sport"},
        chunking_strategy={"type": "static", "static": {"max_chunk_size_tokens": 200, "chunk_overlap_tokens": 20}},
    )
    assert (file.status, file.last_error, file.attributes) == ("completed", None, {"kind": "sport"})
    assert file.chunking_strategy.static.max_chunk_size_tokens == 200
    assert [piece.text for piece in ai.vector_stores.files.content(file.id, vector_store_id=store.id)] == [POOL]
    counted = ai.vector_stores.retrieve(store.id)
    assert (counted.status, counted.file_counts.completed) == ("completed", 1)
    assert counted.usage_bytes == len(POOL.encode())


def test_many_files_are_uploaded_and_waited_for(ai, store):
    batch = ai.vector_stores.file_batches.upload_and_poll(
        vector_store_id=store.id,
        files=[(f"{number}.txt", f"The town hall has {number} rooms.".encode()) for number in range(30)],
    )
    assert (batch.status, batch.file_counts.completed, batch.file_counts.total) == ("completed", 30, 30)
    files = list(ai.vector_stores.file_batches.list_files(batch.id, vector_store_id=store.id, limit=7))
    assert len({file.id for file in files}) == 30
    assert ai.vector_stores.file_batches.retrieve(batch.id, vector_store_id=store.id) == batch


def test_a_bad_file_fails_and_the_others_do_not(ai, store):
    batch = ai.vector_stores.file_batches.upload_and_poll(
        vector_store_id=store.id, files=[("good.txt", b"Good."), ("bad.pdf", b"%PDF-1.7 nonsense")]
    )
    assert (batch.status, batch.file_counts.completed, batch.file_counts.failed) == ("completed", 1, 1)
    (failed,) = ai.vector_stores.files.list(store.id, filter="failed")
    assert failed.last_error.code == "invalid_file"


def test_files_with_attributes_of_their_own_are_put_in_and_searched(ai, store):
    ids = [
        ai.files.create(file=(name, text.encode()), purpose="assistants").id
        for name, text in (("piscine.txt", POOL), ("bibliothèque.txt", LIBRARY), ("tower.txt", TOWER))
    ]
    files = [{"file_id": file_id, "attributes": {"lang": lang}} for file_id, lang in zip(ids, "ffe", strict=True)]
    batch = ai.vector_stores.file_batches.create(store.id, files=files)
    batch = ai.vector_stores.file_batches.poll(batch.id, vector_store_id=store.id)
    assert batch.status == "completed"
    page = ai.vector_stores.search(store.id, query="À quelle heure ouvre la piscine ?")
    best = page.data[0]
    assert (best.file_id, best.filename, best.content[0].text) == (ids[0], "piscine.txt", POOL)
    assert 0 < best.score <= 1
    asked = "Eiffel Tower, piscine, bibliothèque"
    for lang, expected in (("f", set(ids[:2])), ("e", {ids[2]}), ("x", set())):
        found = ai.vector_stores.search(store.id, query=asked, filters={"type": "eq", "key": "lang", "value": lang})
        assert {one.file_id for one in found} == expected
    changed = ai.vector_stores.files.update(ids[2], vector_store_id=store.id, attributes={"lang": "x"})
    assert changed.attributes == {"lang": "x"}
    found = ai.vector_stores.search(store.id, query=asked, filters={"type": "eq", "key": "lang", "value": "x"})
    assert [one.file_id for one in found] == [ids[2]]
    both = ai.vector_stores.search(store.id, query=["piscine", "Eiffel"], max_num_results=2, rewrite_query=True)
    assert {one.file_id for one in both} == {ids[0], ids[2]}
    strict = ai.vector_stores.search(store.id, query="piscine xylophone", ranking_options={"score_threshold": 0.99})
    assert list(strict) == []


def test_a_file_is_put_in_taken_out_and_stays_in_the_library(ai, store):
    file = ai.files.create(file=("tower.txt", TOWER.encode()), purpose="assistants")
    attached = ai.vector_stores.files.create_and_poll(file.id, vector_store_id=store.id)
    assert attached.status == "completed"
    assert ai.vector_stores.files.retrieve(file.id, vector_store_id=store.id) == attached
    assert ai.vector_stores.files.delete(file.id, vector_store_id=store.id).deleted
    assert list(ai.vector_stores.search(store.id, query="Eiffel Tower")) == []
    assert list(ai.vector_stores.files.list(store.id)) == []
    assert ai.files.retrieve(file.id) == file


def test_a_deleted_file_is_found_no_more(ai, store):
    file = ai.vector_stores.files.upload_and_poll(vector_store_id=store.id, file=("tower.txt", TOWER.encode()))
    assert len(ai.vector_stores.search(store.id, query="Eiffel Tower").data) == 1
    ai.files.delete(file.id)
    assert list(ai.vector_stores.search(store.id, query="Eiffel Tower")) == []


def test_a_batch_is_cancelled_at_any_moment(ai, store):
    ids = [ai.files.create(file=(f"{number}.txt", TOWER.encode()), purpose="assistants").id for number in range(20)]
    batch = ai.vector_stores.file_batches.create(store.id, file_ids=ids)
    ai.vector_stores.file_batches.cancel(batch.id, vector_store_id=store.id)
    ended = ai.vector_stores.file_batches.poll(batch.id, vector_store_id=store.id)
    counts = ended.file_counts
    assert counts.in_progress == 0
    assert counts.completed + counts.cancelled == counts.total == 20
    assert ended.status == ("cancelled" if counts.cancelled else "completed")


def test_a_store_is_made_changed_listed_and_deleted(ai):
    file = ai.files.create(file=io.BytesIO(TOWER.encode()), purpose="assistants")
    store = ai.vector_stores.create(
        name="Été", file_ids=[file.id], metadata={"a": "b"}, expires_after={"anchor": "last_active_at", "days": 7}
    )
    assert (store.name, store.metadata, store.expires_after.days) == ("Été", {"a": "b"}, 7)
    assert ai.vector_stores.update(store.id, name="Hiver").name == "Hiver"
    assert store.id in [one.id for one in ai.vector_stores.list(limit=1)]
    assert ai.vector_stores.delete(store.id).deleted
    with pytest.raises(openai.NotFoundError, match=store.id):
        ai.vector_stores.retrieve(store.id)
    assert store.id not in [one.id for one in ai.vector_stores.list()]


@pytest.mark.parametrize("by", ["id", "name"])
def test_a_chat_is_answered_from_the_uploaded_document(ai, town, by):
    answer = _ask(ai, f"rag/{getattr(town, by)}", "Combien coûte l'entrée de la piscine ?")
    assert "quatre euros" in answer.choices[0].message.content
    assert answer.sources[0]["filename"] == "piscine.txt"


def test_a_chat_is_answered_from_the_files_it_names_alone(ai, town):
    by_name = {_name(ai, file.id): file.id for file in ai.vector_stores.files.list(town.id)}
    question = "Combien coûte l'entrée de la piscine ?"
    answer = _ask(ai, f"rag/{town.id}", question, files=[by_name["piscine.txt"]])
    assert "quatre euros" in answer.choices[0].message.content
    assert {source["file_id"] for source in answer.sources} == {by_name["piscine.txt"]}
    other = _ask(ai, f"rag/{town.id}", question, files=[by_name["bibliothèque.txt"]])
    assert "quatre euros" not in other.choices[0].message.content
    assert {source["file_id"] for source in other.sources} <= {by_name["bibliothèque.txt"]}


@pytest.fixture(scope="module")
def town(ai):
    """A store with two documents in it."""
    store = ai.vector_stores.create(name="ville")
    ai.vector_stores.file_batches.upload_and_poll(
        vector_store_id=store.id, files=[("piscine.txt", POOL.encode()), ("bibliothèque.txt", LIBRARY.encode())]
    )
    return store


@pytest.fixture
def store(ai):
    store = ai.vector_stores.create(name="of one test")
    yield store
    ai.vector_stores.delete(store.id)


@pytest.fixture(scope="module")
def ai(reader):
    return reader


def _name(ai, file_id):
    return ai.files.retrieve(file_id).filename


def _ask(ai, model, text, **rag):
    return ai.chat.completions.create(model=model, messages=[{"role": "user", "content": text}], extra_body=rag)
