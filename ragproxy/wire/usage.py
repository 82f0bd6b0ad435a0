"""What requests consumed, as administrators ask for it and see it: JSON, or CSV for spreadsheets. Ours alone."""

from __future__ import annotations

import csv
import io
import re
import time
from calendar import timegm
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from marshmallow import EXCLUDE, Schema, fields, post_load, pre_load

from ragproxy.domain import DIMENSIONS, Dimension, Latency, UsageFilter, UsageSums
from ragproxy.wire.fields import Identifier, Text, unquoted
from ragproxy.wire.paging import Limit
from ragproxy.wire.validation import at, shown, wrong_type, wrong_value

DAY_S, HOUR_S = 86_400, 3600
USUAL_DAYS = 30
NO_DIMENSION = "none"
MOST_BUCKETS, USUAL_BUCKETS = 10_000, 1_000
_LAST_S = 253_402_300_799  # the end of the year 9999
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # what makes a spreadsheet reckon
COUNTED = (
    "requests",
    "failed_requests",
    "cached_requests",
    "prompt_tokens",
    "cached_tokens",
    "completion_tokens",
    "reasoning_tokens",
    "estimated_requests",
)
_NUMBERS = (*COUNTED, "cost_usd", "unpriced_requests", "mean_ms")


@dataclass(frozen=True, slots=True)
class UsageQuery:
    """Which requests are summed up, from when to when, and by what."""

    by: tuple[Dimension, ...]
    which: UsageFilter
    limit: int | None = None
    csv: bool = False


class Dimensions(fields.Field):
    """Names of dimensions, separated by commas."""

    def __init__(self) -> None:
        about = f"Sums by these, separated by commas: {', '.join(DIMENSIONS)}; `day` by default, `none` for one sum"
        super().__init__(metadata={"type": "string", "description": about})

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> tuple[Dimension, ...]:
        if type(value) is not str:
            raise at(wrong_type("a string", value))
        names = [name.strip() for name in value.split(",") if name.strip()]
        if names == [NO_DIMENSION]:
            return ()
        for name in names:
            if name not in DIMENSIONS:
                raise at(wrong_value(f"{shown(name)} is not one of {', '.join(DIMENSIONS)}"))
        return cast("tuple[Dimension, ...]", tuple(name for name in DIMENSIONS if name in names))


class Moment(fields.Field):
    """Epoch seconds, or a date such as 2026-11-01, by UTC: with `ends`, its last moment."""

    def __init__(self, name: str, *, ends: bool = False, description: str) -> None:
        super().__init__(data_key=name, metadata={"type": "string", "description": description})
        self.ends = ends

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        number = unquoted(value)
        if type(number) is int and 0 <= number <= _LAST_S:
            return number
        if type(value) is str and _DATE.fullmatch(value):
            try:
                start = timegm(time.strptime(value, "%Y-%m-%d"))
            except ValueError:
                pass
            else:
                if 0 <= start <= _LAST_S:
                    return start + DAY_S if self.ends else start
        raise at(wrong_value(f"expected a date such as 2026-11-01, or epoch seconds, but got {shown(str(value))}"))


class UsageQuerySchema(Schema):
    """GET /admin/usage and /admin/latency."""

    class Meta:
        unknown = EXCLUDE

    group_by = Dimensions()
    from_ = Moment("from", description=f"The first day, or epoch seconds; {USUAL_DAYS} days before the end by default")
    to = Moment("to", ends=True, description="The last day, or the epoch seconds of the end; now by default")
    key = Identifier(description="Requests of this key or person alone, by id")
    model = Identifier(description="Requests that named this model alone")
    agent = Identifier(description="Requests that this agent answered alone")
    owner = Identifier(description="Requests of this project alone")
    limit = Limit(1, MOST_BUCKETS, description=f"Sums at most; {USUAL_BUCKETS} by default, all in CSV")
    format = Text(choices=("json", "csv"), description="csv: for a spreadsheet; `Accept: text/csv` asks for it too")

    @pre_load
    def drop_empty(self, data: Any, **_: Any) -> Any:
        """The arguments that have a value."""
        return {key: data[key] for key in data if data[key] != ""} if isinstance(data, Mapping) else data

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> UsageQuery:
        """The query."""
        until = data.get("to")
        if until is None:
            until = int(time.time()) + 1
        since = data.get("from_")
        if since is None:
            since = max(0, (until - 1) // DAY_S - USUAL_DAYS + 1) * DAY_S
        if since >= until:
            raise at(wrong_value("expected a time before 'to'"), "from")
        return UsageQuery(
            data.get("group_by", ("day",)),
            UsageFilter(since, until, data.get("key"), data.get("model"), data.get("agent"), data.get("owner")),
            data.get("limit"),
            data.get("format") == "csv",
        )


USAGE_QUERY = UsageQuerySchema()
LATENCY_QUERY = UsageQuerySchema(exclude=("format",))


def usage_json(sums: Iterable[UsageSums], asked: UsageQuery, has_more: bool) -> dict[str, Any]:
    """A list of buckets. Those that are not by day have the whole time asked for."""
    return {"object": "list", "data": [bucket_json(each, asked) for each in sums], "has_more": has_more}


def bucket_json(sums: UsageSums, asked: UsageQuery) -> dict[str, Any]:
    """One bucket. A name is null when it was not asked for, or when the requests have none."""
    return {"object": "usage.bucket", **_alike(sums, asked), **_numbers(sums)}


def latency_json(found: Iterable[Latency], asked: UsageQuery, has_more: bool) -> dict[str, Any]:
    """A list of buckets as `usage_json` makes them, of how long requests took."""
    data = [
        {
            "object": "latency.bucket",
            **_alike(each, asked),
            "requests": each.requests,
            "p50_ms": round(each.p50, 1),
            "p95_ms": round(each.p95, 1),
            "p99_ms": round(each.p99, 1),
        }
        for each in found
    ]
    return {"object": "list", "data": data, "has_more": has_more}


def usage_csv(sums: Iterable[UsageSums], by: Iterable[Dimension]) -> Iterator[bytes]:
    """A table with a head, in pieces; days and hours are dates. No cell can be a formula."""
    by = tuple(by)
    names = [name for each in by for name in (("key", "key_name") if each == "key" else (each,))]
    yield _row([*names, *_NUMBERS])
    for each in sums:
        cells = [_dated(name, getattr(each, name)) for name in names]
        yield _row([*cells, *_numbers(each).values()])


def _alike(sums: UsageSums | Latency, asked: UsageQuery) -> dict[str, Any]:
    """What the requests of a bucket are alike in."""
    start, end = asked.which.since, asked.which.until
    if sums.hour is not None:
        start, end = sums.hour, sums.hour + HOUR_S
    elif sums.day is not None:
        start, end = sums.day, sums.day + DAY_S
    return {
        "start_time": start,
        "end_time": end,
        "key": sums.key,
        "key_name": sums.key_name,
        "model": sums.model,
        "upstream": sums.upstream,
        "agent": sums.agent,
        "owner": sums.owner,
    }


def _numbers(sums: UsageSums) -> dict[str, int | float]:
    figures = (
        sums.requests,
        sums.failed,
        sums.hits,
        sums.prompt,
        sums.cached,
        sums.completion,
        sums.reasoning,
        sums.estimated,
        round(sums.usd, 10),
        sums.unpriced,
        round(sums.ms, 1),
    )
    return dict(zip(_NUMBERS, figures, strict=True))


def _row(cells: list[Any]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(
        [f"{cell:.10f}".rstrip("0").rstrip(".") if isinstance(cell, float) else cell for cell in cells]
    )
    return line.getvalue().encode()


def _dated(name: str, value: Any) -> str:
    """A day or an hour as a date, anything else as a name."""
    form = {"day": "%Y-%m-%d", "hour": "%Y-%m-%dT%H:%MZ"}.get(name)
    return _cell(value) if form is None or value is None else time.strftime(form, time.gmtime(value))


def _cell(text: str | None) -> str:
    """The text so that a spreadsheet takes it for one: models and keys are called as strangers like."""
    text = text or ""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
