"""A vector store as clients see it: what they do and what they find, in one line each."""

from __future__ import annotations

import hashlib
import io
import time

from ragproxy.domain import File
from ragproxy.ingestion import Indexer
from ragproxy.state import new_id

OWNER = "zoé"


class Clock:
    """The time, until somebody moves it: `clock.now += 60`."""

    def __init__(self):
        self.now = time.time()

    def __call__(self):
        return self.now


class Library:
    """What clients do, in one line each, and what they see of it."""

    def __init__(self, state, index, sandbox, clock, store=None):
        self.state, self.index, self.sandbox, self.clock = state, index, sandbox, clock
        self.store = store or state.stores.create("notes", owner=OWNER)

    def indexer(self, load=None, *, worker="test", lease_s=120.0):
        load = load or self.sandbox.load
        return Indexer(self.index, self.state, load, worker=worker, lease_s=lease_s, clock=self.clock)

    def work(self, indexer=None):
        return (indexer or self.indexer()).work(lambda: False)

    def upload(self, filename, data, *, expires=None, purpose="assistants"):
        """The id of a file of the library."""
        data = data if isinstance(data, bytes) else data.encode()
        sha256, size = self.state.blobs.put(io.BytesIO(data), 1 << 30)
        assert sha256 == hashlib.sha256(data).hexdigest()
        file = File(new_id("file-"), OWNER, filename, purpose, sha256, size, int(self.clock()), expires)
        self.state.library.create(file)
        return file.id

    def attach(self, *file_ids, store=None, chunking=None, batch_id=None):
        store = store or self.store
        self.state.files.attach(store.id, file_ids, owner=OWNER, chunking=chunking, batch_id=batch_id)

    def put(self, filename, data, **options):
        """Upload and attach."""
        file_id = self.upload(filename, data)
        self.attach(file_id, **options)
        return file_id

    def get(self, file_id, store=None):
        return self.state.files.get((store or self.store).id, file_id)

    def status(self, file_id, store=None):
        return self.get(file_id, store).status

    def counts(self, store=None):
        return self.state.stores.get((store or self.store).id, owner=OWNER).counts

    def chunks(self, file_id, store=None):
        """The texts of a file in the index."""
        return [piece.text for piece in self.index.chunks((store or self.store).id, file_id)]

    def found(self, question, store=None):
        """The names of the files that a search finds."""
        passages = self.index.search([(store or self.store).id], question).passages
        return [passage.chunk.filename for passage in passages]
