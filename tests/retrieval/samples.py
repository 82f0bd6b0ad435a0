"""Chunks and embedders to test retrieval with."""

import threading

import numpy as np

from ragproxy.domain import Chunk
from ragproxy.errors import UpstreamUnavailable


def chunk(id, text, *, file="file-1", position=0, page=None, heading=""):
    """A chunk whose file is named after its id."""
    return Chunk(id, file, f"{file}.txt", position, text, page=page, heading=heading)


CATS = chunk("cats", "Le chat dort sur le canapé toute la journée.", file="file-cats")
CARS = chunk("cars", "La voiture roule sur la route nationale.", file="file-cars")
BREAD = chunk("bread", "The baker sells fresh bread every morning.", file="file-bread")
ANIMALS_AND_TRADES = [CATS, CARS, BREAD]


class MeaningEmbedder:
    """An Embedder that knows a few synonyms: each meaning is an axis, and all unknown words share one."""

    MEANINGS = ({"chat", "félin", "cat"}, {"voiture", "automobile", "car"}, {"bread", "pain", "baguette"})

    def __init__(self, name="meanings", dimensions=8):
        self.name = name
        self.dimensions = dimensions
        self.failing = False
        self.texts = []

    def embed(self, texts):
        if self.failing:
            raise UpstreamUnavailable("The embedder is down")
        self.texts.extend(texts)
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().replace(".", " ").split():
                axes = [axis for axis, words in enumerate(self.MEANINGS) if word in words]
                row[axes[0] if axes else -1] += 10 if axes else 0.1
            row /= np.linalg.norm(row) or 1
        return rows


class GatedEmbedder(MeaningEmbedder):
    """Waits inside `embed` once `closed`, until `open`: the middle of a long job can be looked at."""

    def __init__(self, name="gated"):
        super().__init__(name)
        self.waiting = threading.Event()
        self._gate = threading.Event()
        self._gate.set()

    def close(self):
        self._gate.clear()

    def open(self):
        self._gate.set()

    def embed(self, texts):
        if not self._gate.is_set():
            self.waiting.set()
            assert self._gate.wait(20)
        return super().embed(texts)
