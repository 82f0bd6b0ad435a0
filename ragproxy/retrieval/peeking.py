"""A look at an embedded Chroma that another process has open: which embedder made a store's vectors, and how many.

Opening it a second time would not be safe. Its own database is SQLite, which is read here for a moment and never
written; what has no lock but that one is not looked at.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

_FILE = "chroma.sqlite3"
_OFTEN = 10_000  # SQLite's steps between two looks at the clock
_EMBEDDERS = """
SELECT c.name, m.str_value FROM collections AS c
JOIN collection_metadata AS m ON m.collection_id = c.id AND m.key = 'embedder'
"""
_CHUNKS = """
SELECT c.name, count(e.id) FROM collections AS c
JOIN segments AS s ON s.collection = c.id AND s.scope = 'METADATA'
LEFT JOIN embeddings AS e ON e.segment_id = s.id GROUP BY c.name
"""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What one store has in Chroma."""

    embedder: str
    chunks: int


def peek(folder: Path, timeout_s: float) -> Mapping[str, Glimpse] | None:
    """What each store has in the Chroma of this folder, by id; None when that cannot be seen within the time.

    It cannot either when a later Chroma keeps its records otherwise.
    """
    path = folder / _FILE
    if not path.is_file():
        return {}
    until = time.monotonic() + timeout_s
    try:
        address = f"{path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=timeout_s)) as records:
            records.set_progress_handler(lambda: time.monotonic() > until, _OFTEN)
            embedders = dict(records.execute(_EMBEDDERS).fetchall())
            chunks = dict(records.execute(_CHUNKS).fetchall())
    except sqlite3.Error:
        return None
    return {name: Glimpse(str(embedder), chunks.get(name, 0)) for name, embedder in embedders.items()}
