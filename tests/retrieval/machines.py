"""Machines that share a Chroma server and the records: each has a folder of its own, its processes share it."""

from ragproxy.domain import StoredFile
from ragproxy.retrieval import open_index

OWNER = "ann"


class Machines:
    """Opens indexes as processes of named machines would, and notes in the records what they have done."""

    def __init__(self, url, folder, state):
        self.url = url
        self.folder = folder
        self.state = state
        self._indexes = []
        self._stores = []

    def store(self, name="notes"):
        self._stores.append(self.state.stores.create(name, owner=OWNER).id)
        return self._stores[-1]

    def open(self, name, **given):
        """The index of a process on the machine of that name."""
        index = open_index(
            data_dir=self.folder / name,
            chroma_url=self.url,
            attributes=self.state.files.attributes,
            **({"changes": self.state.changes} | given),
        )
        self._indexes.append(index)
        return index

    def add(self, index, store_id, chunks):
        """Index the chunks, then say so, as a worker does."""
        index.add(store_id, chunks)
        by_file = {}
        for chunk in chunks:
            by_file.setdefault(chunk.file_id, []).append(chunk)
        self.state.files.save(*(_row(store_id, file_id, held) for file_id, held in by_file.items()))

    def remove(self, index, store_id, file_ids):
        index.remove(store_id, file_ids)
        self.state.files.delete(store_id, file_ids)

    def close(self):
        index = self.open("last")
        for store_id in self._stores:
            index.drop(store_id)  # the server is that of other tests too, and a new index copies its first stores
        for index in self._indexes:
            index.close()


def _row(store_id, file_id, chunks):
    return StoredFile(
        id=file_id,
        store_id=store_id,
        owner=OWNER,
        filename=chunks[0].filename,
        source=f"/{file_id}",
        sha256="0" * 64,
        size=1,
        chunks=len(chunks),
        attributes={},
        created=1_700_000_000,
    )
