"""What requests consumed: a row for each that asked a model, and the sums that administrators and budgets ask for.

The id of a row begins with that of the process that wrote it, ORIGIN characters long: so the sums of what one process
has recorded can be told from those of the others.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from ragproxy.domain import DIMENSIONS, Dimension, Latency, UsageFilter, UsageSums
from ragproxy.state.db import LONGEST_NAME, Database, batches_of, storable
from ragproxy.state.tables import keys, usage

ORIGIN = 16  # characters
DAY_S, HOUR_S = 86_400, 3600
PERCENTILES = (50, 95, 99)
_LARGEST = 2**63 - 1

_ALL = UsageFilter()
_DAY = usage.c.created // DAY_S
_COLUMNS: dict[Dimension, sa.ColumnElement[Any]] = {
    "day": _DAY,
    "hour": usage.c.created // HOUR_S,
    "key": usage.c.caller,
    "model": usage.c.model,
    "upstream": usage.c.upstream,
    "agent": usage.c.agent,
    "owner": usage.c.owner,
}


@dataclass(slots=True)
class UsageRow:
    """What one request consumed, all its calls together; `cost` is None when nobody knows it.

    Nobody changes one; it is not frozen for the reason that Delta is not.
    """

    id: str
    request_id: str
    created: int  # epoch seconds of its end
    owner: str
    caller: str | None
    route: str
    model: str  # as asked
    agent: str | None = None
    upstream: str | None = None  # `<upstream>/<id>` of who answered
    prompt: int = 0
    cached: int = 0
    completion: int = 0
    reasoning: int = 0
    estimated: bool = False
    cost: float | None = None  # US dollars
    ms: float = 0.0
    status: int = 200
    hit: bool = False


@dataclass(frozen=True, slots=True)
class Total:
    """How many requests, and the US dollars they are known to have cost."""

    requests: int = 0
    usd: float = 0.0


class Usage:
    """The rows of every request."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def add(self, rows: Sequence[UsageRow]) -> None:
        """Keep the rows; those whose ids are there already stay as they are."""
        insert: Any = sqlite.insert(usage) if self._database.is_sqlite else postgresql.insert(usage)
        statement = insert.on_conflict_do_nothing(index_elements=["id"])
        values = [_fit(row) for row in rows]
        if values:
            with self._database.writing() as connection:
                # many rows for one statement, and not one statement of many rows, which is compiled anew each time
                connection.execute(statement, values)

    def sums(self, by: Sequence[Dimension], which: UsageFilter = _ALL, *, limit: int | None = None) -> list[UsageSums]:
        """The sums by those dimensions: by day and hour, then the dearest first; at most `limit` of them."""
        columns = [_COLUMNS[name].label(f"by_{name}") for name in by]
        usd = sa.func.coalesce(sa.func.sum(usage.c.cost), 0.0).label("usd")
        requests = sa.func.count().label("requests")
        query = sa.select(
            *columns,
            requests,
            _number(usage.c.status >= 400).label("failed"),
            _number(usage.c.hit).label("hits"),
            *(_sum(column).label(column.name) for column in _TOKENS),
            _number(usage.c.estimated).label("estimated"),
            usd,
            _number(usage.c.cost.is_(None)).label("unpriced"),
            sa.func.coalesce(sa.func.avg(usage.c.ms), 0.0).label("ms"),
        ).where(*_conditions(which))
        # no rows at all make no sum
        query = query.group_by(*(column.name for column in columns)) if columns else query.having(requests > 0)
        times = _times(by)
        # the rest of the order makes it the same at every call
        order: list[Any] = [
            *times,
            usd.desc(),
            requests.desc(),
            *(sa.asc(column.name).nulls_last() for column in columns),
        ]
        with self._database.reading(long=True) as connection:
            rows = list(connection.execute(query.order_by(*order).limit(limit)))
        named = self._names(row.by_key for row in rows) if "key" in by else {}
        return [_sums(row, named) for row in rows]

    def latency(self, by: Sequence[Dimension], which: UsageFilter = _ALL, *, limit: int | None = None) -> list[Latency]:
        """How long requests took that did not fail, by those dimensions: by day and hour, then the most requests first.

        The percentiles are those of the nearest rank, the same on both databases.
        """
        columns = [_COLUMNS[name].label(f"by_{name}") for name in by]
        alike = columns or None
        ranked = sa.select(
            *columns,
            usage.c.ms,
            sa.func.row_number().over(partition_by=alike, order_by=usage.c.ms).label("rank"),
            sa.func.count().over(partition_by=alike).label("requests"),
        ).where(*_conditions(which), usage.c.status < 400)
        rows = ranked.subquery()
        names = [rows.c[column.name] for column in columns]
        figures = (
            sa.func.max(sa.case((rows.c.rank == (rows.c.requests * percent + 99) // 100, rows.c.ms))).label(
                f"p{percent}"
            )
            for percent in PERCENTILES
        )
        query = sa.select(*names, rows.c.requests, *figures).group_by(*names, rows.c.requests)
        order = [*_times(by), rows.c.requests.desc(), *(sa.asc(name).nulls_last() for name in names)]
        with self._database.reading(long=True) as connection:
            found = list(connection.execute(query.order_by(*order).limit(limit)))
        named = self._names(row.by_key for row in found) if "key" in by else {}
        return [
            Latency(int(row.requests), float(row.p50), float(row.p95), float(row.p99), **_by(row, named))
            for row in found
        ]

    def every(self, by: Sequence[Dimension], which: UsageFilter = _ALL) -> Iterator[UsageSums]:
        """All the sums, a day after the other when they are by day: nothing is held between two days."""
        if "day" not in by:
            yield from self.sums(by, which)
            return
        ends = sa.select(sa.func.min(_DAY), sa.func.max(_DAY)).where(*_conditions(which))
        with self._database.reading() as connection:
            first, last = connection.execute(ends).one()
        if first is None:
            return
        for day in range(first, last + 1):
            begin, end = day * DAY_S, (day + 1) * DAY_S
            since = begin if which.since is None else max(begin, which.since)
            until = end if which.until is None else min(end, which.until)
            yield from self.sums(by, replace(which, since=since, until=until))

    def by_origin(self, column: Literal["caller", "agent"], value: str, since: int) -> Mapping[str, Total]:
        """What a caller has consumed since then, or all callers at an agent, by the process that recorded it."""
        if not storable(value):
            return {}
        origin = sa.func.substr(usage.c.id, 1, ORIGIN)
        query = (
            sa.select(origin, sa.func.count(), sa.func.coalesce(sa.func.sum(usage.c.cost), 0.0))
            .where(usage.c[column] == value, usage.c.created >= since)
            .group_by(origin)
        )
        with self._database.reading() as connection:
            return {name: Total(int(number), float(usd)) for name, number, usd in connection.execute(query)}

    def drop(self, older_than_s: float) -> int:
        """Forget the rows of more than so many seconds ago; how many that were."""
        old = usage.c.created < int(self._clock() - older_than_s)
        with self._database.reading() as connection:
            if connection.scalar(sa.select(usage.c.id).where(old).limit(1)) is None:
                return 0  # nearly always: nobody has to wait for a writer that has nothing to do
        with self._database.writing() as connection:
            return connection.execute(sa.delete(usage).where(old)).rowcount

    def _names(self, ids: Iterator[str | None]) -> dict[str, str]:
        wanted = sorted({id for id in ids if id is not None})
        named: dict[str, str] = {}
        with self._database.reading() as connection:
            for batch in batches_of(wanted):
                rows = connection.execute(sa.select(keys.c.id, keys.c.name).where(keys.c.id.in_(batch)))
                named.update({row.id: row.name for row in rows})
        return named


_NAMES = tuple(field.name for field in fields(UsageRow))
_TOKENS = (usage.c.prompt, usage.c.cached, usage.c.completion, usage.c.reasoning)


def _fit(row: UsageRow) -> dict[str, Any]:
    """The row as both databases can hold it: names are strangers' words, and numbers an upstream's."""
    return {name: _fitting(getattr(row, name)) for name in _NAMES}


def _fitting(value: Any) -> Any:
    if isinstance(value, str):
        clipped = value[:LONGEST_NAME]
        return clipped if storable(clipped) else _cleaned(clipped)
    if isinstance(value, int) and not isinstance(value, bool):
        return max(0, min(value, _LARGEST))
    return value


def _cleaned(text: str) -> str:
    return text.encode("utf-8", "replace").decode().replace("\0", "?")


def _conditions(which: UsageFilter) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if which.since is not None:
        conditions.append(usage.c.created >= which.since)
    if which.until is not None:
        conditions.append(usage.c.created < which.until)
    wanted = ((usage.c.caller, which.key), (usage.c.model, which.model))
    for column, value in (*wanted, (usage.c.agent, which.agent), (usage.c.owner, which.owner)):
        if value is not None:
            conditions.append(column == value if storable(value) else sa.false())
    return conditions


def _number(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    """How many rows are so."""
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)


def _sum(column: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(column), 0)


def _times(by: Sequence[Dimension]) -> list[Any]:
    """The columns of time among the dimensions, in the order of which sums come."""
    return [sa.asc(f"by_{name}") for name in ("day", "hour") if name in by]


def _by(row: sa.Row, named: Mapping[str, str]) -> dict[str, Any]:
    """What the rows behind this one are alike in."""
    found = row._mapping
    by: dict[str, Any] = {name: found.get(f"by_{name}") for name in DIMENSIONS}
    for name, seconds in (("day", DAY_S), ("hour", HOUR_S)):
        if by[name] is not None:
            by[name] = int(by[name]) * seconds
    return by | {"key_name": named.get(by["key"])}


def _sums(row: sa.Row, named: Mapping[str, str]) -> UsageSums:
    return UsageSums(
        requests=int(row.requests),
        failed=int(row.failed),
        hits=int(row.hits),
        prompt=int(row.prompt),
        cached=int(row.cached),
        completion=int(row.completion),
        reasoning=int(row.reasoning),
        estimated=int(row.estimated),
        usd=float(row.usd),
        unpriced=int(row.unpriced),
        ms=float(row.ms),
        **_by(row, named),
    )
