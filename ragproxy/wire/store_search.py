"""The search of a vector store: the question, and the passages found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from marshmallow import EXCLUDE, Schema, fields, post_load

from ragproxy.domain import Filter, Passage
from ragproxy.wire.fields import Flag, Number, Text, Whole, counted
from ragproxy.wire.filters import FilterField
from ragproxy.wire.validation import at, wrong_type, wrong_value

MAX_QUERIES = 32
MAX_QUERY = 10_000  # characters: longer ones are documents, and each of their words would be looked up
MAX_RESULTS, DEFAULT_RESULTS = 50, 10
RANKERS = ("none", "auto", "default-2024-11-15")


class Queries(fields.Field):
    """A query, or several of them; loaded as a tuple, each once."""

    def __init__(self) -> None:
        one = {"type": "string", "minLength": 1, "maxLength": MAX_QUERY}
        several = {"type": "array", "items": one, "minItems": 1, "maxItems": MAX_QUERIES}
        super().__init__(required=True, metadata={"oneOf": [one, several]})

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> tuple[str, ...]:
        if type(value) is str:
            return (_checked(value),)
        if type(value) is not list:
            raise at(wrong_type("a string or an array of strings", value))
        counted(value, MAX_QUERIES, 1)
        return tuple(dict.fromkeys(_checked(each, number) for number, each in enumerate(value)))


def _checked(query: Any, *path: int) -> str:
    if type(query) is not str:
        raise at(wrong_type("a string", query), *path)
    if not query:
        raise at(wrong_value("expected at least one character", "empty_string"), *path)
    if len(query) > MAX_QUERY:
        text = f"expected at most {MAX_QUERY} characters, but got {len(query)}"
        raise at(wrong_value(text, "string_above_max_length"), *path)
    return query


class RankingSchema(Schema):
    """`ranking_options`, loaded as the lowest score wanted. There is one ranker here, whatever its name."""

    class Meta:
        unknown = EXCLUDE

    ranker = Text(choices=RANKERS)
    score_threshold = Number(0, 1)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> float:
        """The lowest score."""
        return data.get("score_threshold") or 0.0


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What to look for in a store; passages scored under `min_score` (0..1) are left out."""

    queries: tuple[str, ...]
    max_results: int = DEFAULT_RESULTS
    filters: Filter | None = None
    min_score: float = 0.0
    rewrite: bool = False


class SearchRequestSchema(Schema):
    """POST /vector_stores/{id}/search. Unknown keys are ignored."""

    class Meta:
        unknown = EXCLUDE

    query = Queries()
    max_num_results = Whole(1, MAX_RESULTS, description=f"{DEFAULT_RESULTS} by default")
    filters = FilterField()
    ranking_options = fields.Nested(RankingSchema, allow_none=True)
    rewrite_query = Flag(description="true: the model may put the query into words that are found better")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> SearchRequest:
        """The request; null means the default, as absence does."""
        return SearchRequest(
            queries=data["query"],
            max_results=data.get("max_num_results") or DEFAULT_RESULTS,
            filters=data.get("filters"),
            min_score=data.get("ranking_options") or 0.0,
            rewrite=bool(data.get("rewrite_query")),
        )


SEARCH_REQUEST = SearchRequestSchema()


def search_json(queries: Sequence[str], passages: Iterable[Passage]) -> dict[str, Any]:
    """OpenAI's page of results, in the order given, for the queries as they were searched. There is no second page."""
    return {
        "object": "vector_store.search_results.page",
        "search_query": list(queries),
        "data": [_result_json(passage) for passage in passages],
        "has_more": False,
        "next_page": None,
    }


def _result_json(passage: Passage) -> dict[str, Any]:
    page = {} if passage.chunk.page is None else {"page": passage.chunk.page}  # ours, where there are pages
    return {
        "file_id": passage.chunk.file_id,
        "filename": passage.chunk.filename,
        "score": round(passage.score, 4),
        "attributes": dict(passage.attributes),
        "content": [{"type": "text", "text": passage.chunk.text}],
        **page,
    }
