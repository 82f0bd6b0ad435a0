"""kill -9 at any moment while files are fed over the API: what was acknowledged is there afterwards, once, and whole."""

import json
import random
import sqlite3
import string
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import chromadb
import pytest
import requests
import tantivy

from tests.e2e.servers import Server, migrated, ragproxy
from tests.ingestion import samples

CLIENTS = 4
LINES = ["The old clock of the village strikes noon, and the baker shuts his shop until the evening."] * 9


def test_what_was_acknowledged_survives_kill_9(tmp_path):
    _round(tmp_path, seed=0, files=40, kills=2)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1, 21))
def test_what_was_acknowledged_survives_kill_9_again_and_again(tmp_path, seed):
    _round(tmp_path, seed, files=200, kills=4)


def _round(data_dir, seed, files, kills):
    """Feed a store and kill its server so often, the last time when all is fed; then let it finish, and look."""
    chance = random.Random(seed)
    migrated(data_dir)
    with Running(data_dir) as running, ThreadPoolExecutor(CLIENTS) as pool:
        store = _post(f"{running.url}/v1/vector_stores", json={"name": "fed"})["id"]
        clients = [Client(running, store, random.Random(f"{seed} {n}"), files // CLIENTS) for n in range(CLIENTS)]
        feeding = [pool.submit(client.feed) for client in clients]
        for at in sorted(chance.randrange(files) for _ in range(kills - 1)):
            while sum(client.attached for client in clients) < at and not all(one.done() for one in feeding):
                time.sleep(0.002)
            time.sleep(chance.random() * 0.05)
            running.kill_and_start()
        for one in feeding:
            one.result()
        time.sleep(chance.random() * 0.5)
        running.kill_and_start()
        _until_idle(data_dir, running.url, store)
        notes = [note for client in clients for note in client.notes]
        assert len(notes) == files
        _check_over_http(running.url, store, notes)
        running.server.close()
        _check_the_indexes(data_dir, store, notes)
        ragproxy("doctor", "--deep", data_dir=data_dir)  # says that nothing is wrong, or fails


def _check_over_http(url, store, notes):
    listed = list(_listed(f"{url}/v1/vector_stores/{store}/files"))
    kept = {note.id: note for note in notes if note.is_in_store}
    assert Counter(file["id"] for file in listed) == Counter(list(kept))
    assert {file["status"] for file in listed} == {"completed"}
    counts = requests.get(f"{url}/v1/vector_stores/{store}", timeout=10).json()["file_counts"]
    assert counts["completed"] == counts["total"] == len(kept)
    library = {file["id"]: file for file in _listed(f"{url}/v1/files")}
    for note in notes:
        content = requests.get(f"{url}/v1/files/{note.id}/content", timeout=10)
        assert (note.id in library) is note.is_in_library
        assert content.status_code == (200 if note.is_in_library else 404)
        if note.is_in_library:
            assert content.content == note.data
        pieces = [piece["text"] for piece in _content(url, store, note)]
        assert [_times(pieces, f"{note.word} {n}.") for n in range(note.paragraphs)] == (
            [1] * note.paragraphs if note.is_in_store else [0] * note.paragraphs
        )
        found = [one for one in _found(url, store, note.word) if one["file_id"] == note.id]
        assert len(found) == len(pieces)
        assert len({one["content"][0]["text"] for one in found}) == len(found)


def _check_the_indexes(data_dir, store, notes):
    """Chroma and the words hold the same chunks, of the files that are in the store and of no other."""
    with closing(chromadb.PersistentClient(str(data_dir / "chroma"))) as client:
        found = client.get_collection(store, embedding_function=None).get(include=["metadatas"])
    assert {one["file_id"] for one in found["metadatas"]} == {note.id for note in notes if note.is_in_store}
    (folder,) = (path for path in (data_dir / "lexical" / store).iterdir())
    searcher = tantivy.Index.open(str(folder)).searcher()
    hits = searcher.search(tantivy.Query.all_query(), len(found["ids"]) + 1_000).hits
    assert sorted(searcher.doc(address)["id"][0] for _, address in hits) == sorted(found["ids"])
    assert not (folder / "writing").exists()


class Note:
    """A file of a few paragraphs, each with a word that no other file has."""

    def __init__(self, chance):
        self.word = "".join(chance.choices(string.ascii_lowercase, k=14))
        self.paragraphs = chance.choice([1, 1, 1, 2, 5])
        # not on the first line: what stands there on every page is a header to those who read PDFs
        texts = [" ".join([*LINES[:4], f"{self.word} {n}.", *LINES[4:]]) for n in range(self.paragraphs)]
        self.filename, self.data = f"{self.word}.md", "\n\n".join(texts).encode()
        if chance.random() < 0.1:
            self.filename, self.data = f"{self.word}.pdf", samples.pdf(*texts)
        self.id = ""
        self.is_in_library = self.is_in_store = False


class Client:
    """Uploads files and puts them into the store, deletes some, and repeats what was not answered."""

    def __init__(self, running, store, chance, files):
        self.notes = []
        self.attached = 0
        self._running, self._chance, self._files = running, chance, files
        self._store = f"/v1/vector_stores/{store}"
        self._session = requests.Session()

    def feed(self):
        waiting = []
        while len(self.notes) < self._files:
            note = Note(self._chance)
            self.notes.append(note)
            sent = {"files": {"file": (note.filename, note.data)}, "data": {"purpose": "assistants"}}
            note.id = self._answered("POST", "/v1/files", **sent)["id"]
            note.is_in_library = True
            waiting.append(note)
            if self._chance.random() < 0.5 or len(self.notes) == self._files:
                self._put_in(waiting)
                waiting = []
            if self._chance.random() < 0.2:
                self._take_out(self._chance.choice(self.notes))

    def _put_in(self, notes):
        notes = [note for note in notes if note.is_in_library]
        if len(notes) == 1:
            self._answered("POST", f"{self._store}/files", json={"file_id": notes[0].id})
        elif notes:
            self._answered("POST", f"{self._store}/file_batches", json={"file_ids": [note.id for note in notes]})
        for note in notes:
            note.is_in_store = True
        self.attached += len(notes)

    def _take_out(self, note):
        """Out of the library and so of the store, or of the store alone."""
        if note.is_in_store and self._chance.random() < 0.3:
            self._answered("DELETE", f"{self._store}/files/{note.id}", or_gone=True)
        else:
            self._answered("DELETE", f"/v1/files/{note.id}", or_gone=True)
            note.is_in_library = False
        note.is_in_store = False

    def _answered(self, method, path, *, or_gone=False, **sent):
        until = time.monotonic() + 60
        while True:
            try:
                answer = self._session.request(method, self._running.url + path, timeout=30, **sent)
            except requests.RequestException:
                assert time.monotonic() < until
                time.sleep(0.02)
                continue
            assert answer.ok or (or_gone and answer.status_code == 404), answer.text
            return answer.json()


class Running:
    """A server that is killed and started again, always at the same address."""

    def __init__(self, data_dir):
        self._data_dir = data_dir
        self.server = Server(data_dir, RAGPROXY_JOBS="2")
        self.url = self.server.url

    def kill_and_start(self):
        self.server.kill()
        self.server = Server(self._data_dir, RAGPROXY_JOBS="2", PORT=str(self.server.port))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.close()


def _until_idle(data_dir, url, store, seconds=60):
    """Wait until every file is indexed and what was deleted has left the index."""
    until = time.monotonic() + seconds
    removing = "SELECT count(*) FROM store_files WHERE status = 'removing'"
    while True:
        counts = requests.get(f"{url}/v1/vector_stores/{store}", timeout=10).json()["file_counts"]
        with closing(sqlite3.connect(data_dir / "ragproxy.db")) as records:
            left = records.execute(removing).fetchone()[0]
        if not counts["in_progress"] and not left:
            return
        assert time.monotonic() < until, (counts, left)
        time.sleep(0.05)


def _listed(url):
    """Every item of a list, page by page."""
    page = {"has_more": True, "last_id": None}
    while page["has_more"]:
        page = requests.get(url, params={"limit": 100, "after": page["last_id"]}, timeout=10).json()
        yield from page["data"]


def _content(url, store, note):
    answer = requests.get(f"{url}/v1/vector_stores/{store}/files/{note.id}/content", timeout=10)
    assert answer.status_code == (200 if note.is_in_store else 404)
    return answer.json()["data"] if note.is_in_store else []


def _found(url, store, word):
    return _post(f"{url}/v1/vector_stores/{store}/search", json={"query": word, "max_num_results": 50})["data"]


def _times(pieces, text):
    return sum(" ".join(piece.split()).count(text) for piece in pieces)


def _post(url, **sent):
    answer = requests.post(url, timeout=10, **sent)
    assert answer.ok, answer.text
    return json.loads(answer.content)
