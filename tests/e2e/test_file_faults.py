"""Files attached, deleted, cancelled and expired while they are being indexed, at moments that differ with the seed."""

import hashlib
import io
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.e2e.scaled import wait_until
from tests.e2e.servers import Server, ragproxy

pytestmark = pytest.mark.sets("embedded", "scaled")

MIB = 1 << 20
SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(1, 20))]
CLOCK = "The old clock of the village strikes noon, and the baker shuts his shop until the evening. "


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("what", ["the file", "the file of the store"])
def test_files_deleted_while_they_are_indexed_leave_nothing(api, what, seed):
    chance = random.Random(f"{what} {seed}")
    store, notes = api.store(), api.notes(24, chance)
    api.attach(store, notes)
    gone = set(chance.sample(sorted(notes), 12))

    def delete(word):
        time.sleep(chance.random() * 0.4)
        path = f"/files/{notes[word]}" if what == "the file" else f"/vector_stores/{store}/files/{notes[word]}"
        assert api.delete(path).json()["deleted"]

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(delete, gone))
    api.wait(store)
    assert api.counts(store) == _counts(completed=12)
    assert set(api.listed(store)) == {notes[word] for word in notes if word not in gone}
    for word in notes:
        assert (api.found(store, word) == [notes[word]]) is (word not in gone)
        assert (api.get(f"/vector_stores/{store}/files/{notes[word]}/content").status_code == 404) is (word in gone)
        assert (api.get(f"/files/{notes[word]}").status_code == 404) is (word in gone and what == "the file")
    wait_until(lambda: api.chunks(store) == 12)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_batch_cancelled_at_any_moment_adds_up(api, seed):
    chance = random.Random(seed)
    store, notes = api.store(), api.notes(24, chance)
    batch = f"/vector_stores/{store}/file_batches/{api.attach(store, notes)}"
    time.sleep(chance.random() * 0.3)
    cancelled = api.post(f"{batch}/cancel").json()
    wait_until(lambda: not api.get(batch).json()["file_counts"]["in_progress"])
    ended = api.get(batch).json()
    counts = ended["file_counts"]
    assert counts["completed"] + counts["cancelled"] == counts["total"] == 24
    assert counts["cancelled"] == cancelled["file_counts"]["cancelled"]
    assert ended["status"] == cancelled["status"] == ("cancelled" if counts["cancelled"] else "completed")
    statuses = {file["id"]: file["status"] for file in api.get(f"{batch}/files?limit=100").json()["data"]}
    for word, file_id in notes.items():
        assert api.found(store, word) == ([file_id] if statuses[file_id] == "completed" else [])
    wait_until(lambda: api.chunks(store) == counts["completed"])


@pytest.mark.parametrize("seed", SEEDS)
def test_a_store_deleted_while_it_is_filled_is_gone_and_its_files_are_not(api, seed):
    chance = random.Random(seed)
    store, notes = api.store(), api.notes(24, chance)
    words = sorted(notes)
    statuses = set()

    def fill(some):
        for word in some:
            answer = api.post(f"/vector_stores/{store}/files", json={"file_id": notes[word]})
            statuses.add(answer.status_code)

    with ThreadPoolExecutor(3) as pool:
        filling = [pool.submit(fill, words[n::3]) for n in range(3)]
        time.sleep(chance.random() * 0.2)
        assert api.delete(f"/vector_stores/{store}").json()["deleted"]
        for one in filling:
            one.result()
    assert statuses <= {200, 404}
    assert api.get(f"/vector_stores/{store}").status_code == 404
    assert api.search(store, words[0]).status_code == 404
    other = api.store()
    api.attach(other, notes)
    api.wait(other)
    assert api.counts(other) == _counts(completed=24)
    assert api.found(other, words[0]) == [notes[words[0]]]


def test_the_same_file_attached_many_times_at_once_is_there_once(api):
    store, notes = api.store(), api.notes(1, random.Random(1))
    ((word, file_id),) = notes.items()
    assert api.attach(store, [file_id] * 3)
    start = threading.Barrier(6)

    def attach(n):
        start.wait()
        if n % 2:
            return api.post(f"/vector_stores/{store}/file_batches", json={"file_ids": [file_id, file_id]}).status_code
        return api.post(f"/vector_stores/{store}/files", json={"file_id": file_id}).status_code

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(attach, range(6))) == {200}
    api.wait(store)
    assert api.counts(store) == _counts(completed=1)
    assert api.listed(store) == [file_id]
    assert api.found(store, word) == [file_id]
    assert api.chunks(store) == 1


@pytest.mark.parametrize("seed", SEEDS)
def test_an_upload_completed_and_cancelled_at_once_ends_in_one_way(api, seed):
    data = random.Random(seed).randbytes(100_000)
    asked = {"filename": "a.bin", "purpose": "user_data", "bytes": len(data), "mime_type": "application/octet-stream"}
    upload = api.post("/uploads", json=asked).json()["id"]
    parts = [
        api.post(f"/uploads/{upload}/parts", files={"data": io.BytesIO(piece)}).json()["id"]
        for piece in (data[:60_000], data[60_000:])
    ]
    start = threading.Barrier(3)

    def end(how):
        start.wait()
        return api.post(f"/uploads/{upload}/{how}", json={"part_ids": parts} if how == "complete" else None)

    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(end, ["complete", "cancel", "complete"]))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    (won,) = (answer.json() for answer in answers if answer.ok)
    assert api.get(f"/uploads/{upload}").status_code in (404, 405)  # OpenAI has no such call
    if won["status"] == "completed":
        content = api.get(f"/files/{won['file']['id']}/content").content
        assert hashlib.sha256(content).digest() == hashlib.sha256(data).digest()
    else:
        assert won["file"] is None
    for answer in answers:
        if not answer.ok:
            assert answer.json()["error"]["code"] == f"upload_{won['status']}"


@pytest.mark.parametrize("framing", ["length", "chunks"])
def test_600_mb_are_refused_without_filling_memory_or_disk(filled, framing):
    if not isinstance(filled, Server):
        pytest.skip("looks into the memory and the folder of the embedded set")
    before, kept = _resident_kib(filled), set((filled.data_dir / "files").rglob("*"))
    answer = requests.post(
        filled.url + "/v1/files",
        data=_Big() if framing == "length" else iter(_Big()),
        headers={"Content-Type": "multipart/form-data; boundary=b"},
        timeout=60,
    )
    assert answer.status_code == 413
    error = answer.json()["error"]
    assert error["code"] == "request_too_large"
    assert "512 MiB" in error["message"]
    assert "RAGPROXY_FILE_LIMIT_MB" in error["message"]
    assert _resident_kib(filled) - before < 30 << 10
    assert {path for path in (filled.data_dir / "files").rglob("*") if path.is_file()} <= kept


@pytest.mark.soak
def test_two_thousand_files_in_one_batch_are_all_indexed(api):
    store = api.store()
    with ThreadPoolExecutor(4) as pool:
        notes = dict(pool.map(lambda n: api.note(f"number{n} {CLOCK}", f"{n}"), range(2000)))
    batch = f"/vector_stores/{store}/file_batches/{api.attach(store, notes)}"
    wait_until(lambda: api.get(batch).json()["status"] == "completed", timeout_s=600)
    assert api.get(batch).json()["file_counts"] == api.counts(store) == _counts(completed=2000)
    assert set(api.listed(store)) == set(notes.values())
    assert api.chunks(store) == 2000
    for n in (0, 777, 1999):
        assert api.found(store, f"number{n}")[0] == notes[f"{n}"]


class Api:
    """What clients do, in one line each."""

    def __init__(self, url):
        self._url = url + "/v1"
        self._local = threading.local()

    def store(self):
        return self.post("/vector_stores", json={"name": "of one test"}).json()["id"]

    def note(self, text, name):
        sent = {"files": {"file": (f"{name}.txt", text.encode())}, "data": {"purpose": "assistants"}}
        return name, self.post("/files", **sent).json()["id"]

    def notes(self, number, chance):
        """The ids of new files of one chunk, by a word that no other file has."""
        words = ["".join(chance.choices("bcdfghjklmnpqrstvwxz", k=12)) for _ in range(number)]
        return dict(self.note(f"{CLOCK * 2}{word}. {CLOCK * 3}", word) for word in words)

    def attach(self, store, files):
        ids = list(files.values()) if isinstance(files, dict) else files
        answer = self.post(f"/vector_stores/{store}/file_batches", json={"file_ids": ids})
        assert answer.ok, answer.text
        return answer.json()["id"]

    def wait(self, store):
        wait_until(lambda: not self.counts(store)["in_progress"])

    def counts(self, store):
        return self.get(f"/vector_stores/{store}").json()["file_counts"]

    def listed(self, store):
        ids, page = [], {"has_more": True, "last_id": ""}
        while page["has_more"]:
            page = self.get(f"/vector_stores/{store}/files?limit=100&after={page['last_id']}").json()
            ids += [file["id"] for file in page["data"]]
        return ids

    def search(self, store, query, **more):
        return self.post(f"/vector_stores/{store}/search", json={"query": query, "max_num_results": 50, **more})

    def found(self, store, word):
        """The ids of the files with that very word, in the order of the passages found."""
        passages = self.search(store, word).json()["data"]
        return [one["file_id"] for one in passages if word in one["content"][0]["text"]]

    def chunks(self, store):
        """How many chunks all the files of a store have, as their content shows."""
        contents = [self.get(f"/vector_stores/{store}/files/{file_id}/content") for file_id in self.listed(store)]
        return sum(len(content.json()["data"]) for content in contents)

    def get(self, path):
        return self._session.get(self._url + path, timeout=30)

    def post(self, path, **sent):
        return self._session.post(self._url + path, timeout=30, **sent)

    def delete(self, path):
        return self._session.delete(self._url + path, timeout=30)

    @property
    def _session(self):
        """One a thread."""
        if not hasattr(self._local, "session"):
            self._local.session = requests.Session()
        return self._local.session


@pytest.fixture(scope="module")
def filled(deployed, tmp_path_factory):
    """A server for these tests alone, which the doctor finds well when they are over."""
    with deployed(tmp_path_factory.mktemp("faults")) as server:
        yield server
        if not isinstance(server, Server):
            server.run("doctor")
    if isinstance(server, Server):
        ragproxy("doctor", data_dir=server.data_dir)


@pytest.fixture
def api(filled):
    return Api(filled.url)


def _counts(**known):
    counts = {"in_progress": 0, "completed": 0, "failed": 0, "cancelled": 0} | known
    return counts | {"total": sum(counts.values())}


class _Big:
    """A form with a file of 600 MB, sent piece by piece."""

    HEAD = (
        b'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nassistants\r\n'
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="big.bin"\r\n\r\n'
    )
    TAIL = b"\r\n--b--\r\n"

    def __len__(self):
        return len(self.HEAD) + 600 * MIB + len(self.TAIL)

    def __iter__(self):
        yield self.HEAD
        for _ in range(600):
            yield bytes(MIB)
        yield self.TAIL


def _resident_kib(server):
    (worker,) = server.workers
    with open(f"/proc/{worker}/status") as status:
        return int(next(line for line in status if line.startswith("VmHWM")).split()[1])
