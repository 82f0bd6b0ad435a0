"""Answers and sources for the tests of wire."""

from ragproxy.domain import Answer, Citation, Source


def answer(*deltas, **options):
    return Answer(**{"id": "chatcmpl-1", "created": 1731628800, "model": "ragproxy", "deltas": iter(deltas), **options})


def source(index=1, **options):
    given = {
        "index": index,
        "file_id": f"file-{index}",
        "filename": f"guide-{index}.pdf",
        "chunk_id": f"chunk-{index}",
        "page": 3,
        "score": 0.876543,
        "quote": "Opening hours: 9 to 5.",
        "url": f"http://localhost/files/file-{index}",
    }
    return Source(**{**given, **options})


def citation(start, end, index=1):
    return Citation(source(index), start, end)


SOURCE_JSON = {
    "index": 1,
    "file_id": "file-1",
    "filename": "guide-1.pdf",
    "chunk_id": "chunk-1",
    "page": 3,
    "score": 0.8765,
    "quote": "Opening hours: 9 to 5.",
    "cited": False,
}

ANNOTATION_JSON = {
    "type": "url_citation",
    "url_citation": {
        "url": "http://localhost/files/file-1",
        "title": "guide-1.pdf, p. 3",
        "start_index": 5,
        "end_index": 8,
    },
}
