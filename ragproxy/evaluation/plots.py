"""The report's plots as inline SVG: coloured by the page's own variables, so that they follow its theme."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

_WIDTH = 720
_LEFT = 276  # where the plot begins, right of its labels
_RIGHT = _WIDTH - 64  # where it ends, left of the figures
_DOTS = 400  # of one strip: more could not be told apart
_SEED = 1
_LEAST_MS = 0.01  # shorter times stand where it does


@dataclass(frozen=True, slots=True)
class Bar:
    """A share from 0 to 1 with its interval, and how it is written."""

    value: float
    low: float
    high: float
    shown: str


@dataclass(frozen=True, slots=True)
class Strip:
    """Times of one kind: a dot each, and two ticks."""

    label: str
    values: Sequence[float]
    p50: float
    p95: float


def bars(title: str, rows: Sequence[tuple[str, Sequence[Bar]]], decimal: str = ".") -> Markup:
    """Horizontal bars, one for each series in every row, with their intervals; the axis is from 0 to 1.

    `decimal` is the sign between units and tenths.
    """
    thick, gap = (16, 14) if len(rows[0][1]) == 1 else (13, 16)
    parts: list[Markup] = []
    y = 8.0
    for label, series in rows:
        height = thick * len(series)
        parts.append(_text(_LEFT - 12, y + height / 2 + 4, label, "end"))
        for number, bar in enumerate(series):
            parts += _bar(bar, y + number * thick, thick - 3, number)
        y += height + gap
    ticks = ((share, _across(share), f"{share:g}".replace(".", decimal)) for share in (0, 0.25, 0.5, 0.75, 1))
    return _svg(title, y + 18, [*_grid(ticks, y), *parts])


def columns(title: str, labels: Sequence[str], series: Sequence[Sequence[int]]) -> Markup:
    """Columns of counts, those of several series side by side."""
    height, left, top = 190.0, 16.0, 22.0
    most = max(1, *(count for counts in series for count in counts))
    place = (_WIDTH - 2 * left) / len(labels)
    wide = min(34.0, (place - 8) / len(series))
    parts = [Markup('<line class="axis" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(left, _WIDTH - left, height, height)]
    for at, label in enumerate(labels):
        middle = left + place * (at + 0.5)
        parts.append(_text(middle, height + 18, label, "middle"))
        for number, counts in enumerate(series):
            x = middle + (number - len(series) / 2) * wide
            tall = (height - top) * counts[at] / most
            if counts[at]:
                parts.append(_rect(x + 1, height - tall, wide - 2, tall, number, f"{label}: {counts[at]}"))
                parts.append(_text(x + wide / 2, height - tall - 5, str(counts[at]), "middle", "small"))
    return _svg(title, height + 28, parts)


def strips(title: str, groups: Sequence[Sequence[Strip]]) -> Markup:
    """Times on one logarithmic axis of milliseconds, a strip each; p50 and p95 are marked. A group has all series."""
    every = [value for group in groups for strip in group for value in strip.values]
    low, high = _decade(min(every), -1), _decade(max(every), 1)
    tall, gap = 26.0, 14.0
    parts: list[Markup] = []
    y = 10.0
    for group in groups:
        for number, strip in enumerate(group):
            if number == 0:
                parts.append(_text(_LEFT - 12, y + tall * len(group) / 2 + 4, strip.label, "end"))
            parts += _strip(strip, y + number * tall, tall - 6, number, low, high)
        y += tall * len(group) + gap
    ticks = ((tick, _log(tick, low, high), f"{tick:g}") for tick in _ticks(low, high))
    return _svg(title, y + 18, [*_grid(ticks, y), *parts])


def _bar(bar: Bar, y: float, tall: float, number: int) -> Iterator[Markup]:
    end = _across(bar.value)
    yield _rect(_LEFT, y, max(1.0, end - _LEFT), tall, number, bar.shown)
    low, high, middle = _across(bar.low), _across(bar.high), y + tall / 2
    if high - low > 1:
        yield Markup('<path class="whisker" d="M{0:.1f} {2:.1f}v6m0-3H{1:.1f}m0-3v6"/>').format(low, high, middle - 3)
    yield _text(_RIGHT + 12, middle + 4, bar.shown, "start", "small")


def _strip(strip: Strip, y: float, tall: float, number: int, low: float, high: float) -> Iterator[Markup]:
    chance = random.Random(_SEED)
    values = strip.values if len(strip.values) <= _DOTS else chance.sample(list(strip.values), _DOTS)
    for value in values:
        x, at = _log(value, low, high), y + 3 + chance.random() * (tall - 6)
        yield Markup('<circle class="s{}" cx="{:.1f}" cy="{:.1f}" r="2.6"/>').format(number, x, at)
    for name, value in (("p50", strip.p50), ("p95", strip.p95)):
        x = _log(value, low, high)
        yield Markup('<path class="tick" d="M{:.1f} {:.1f}v{:.1f}"><title>{}: {:.1f} ms</title></path>').format(
            x, y, tall, name, value
        )


def _across(share: float) -> float:
    return _LEFT + (_RIGHT - _LEFT) * min(1.0, max(0.0, share))


def _log(value: float, low: float, high: float) -> float:
    share = math.log(max(value, low) / low) / math.log(high / low)
    return _LEFT + (_RIGHT - _LEFT) * min(1.0, share)


def _decade(value: float, way: int) -> float:
    """The next 1, 2 or 5 with its zeros, below (-1) or above (1)."""
    value = max(value, _LEAST_MS)
    power = 10.0 ** math.floor(math.log10(value))
    steps = [power * step for step in (0.5, 1, 2, 5, 10, 20)]
    return min(step for step in steps if step > value) if way > 0 else max(step for step in steps if step < value)


def _ticks(low: float, high: float) -> Iterator[float]:
    """Every 1, 2 and 5 of a short axis; of a long one, the powers of ten alone."""
    steps = (1, 2, 5) if high / low <= 500 else (1,)
    for exponent in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1):
        for step in steps:
            tick = step * 10.0**exponent
            if low * 0.999 <= tick <= high * 1.001:
                yield tick


def _grid(ticks: Iterable[tuple[float, float, str]], bottom: float) -> Iterator[Markup]:
    for _, x, label in ticks:
        yield Markup('<line class="grid" x1="{0:.1f}" x2="{0:.1f}" y1="2" y2="{1:.1f}"/>').format(x, bottom)
        yield _text(x, bottom + 15, label, "middle", "small")


def _rect(x: float, y: float, wide: float, tall: float, number: int, told: str) -> Markup:
    return Markup(
        '<rect class="s{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="2"><title>{}</title></rect>'
    ).format(number, x, y, wide, tall, told)


def _text(x: float, y: float, text: str, anchor: str, kind: str = "") -> Markup:
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(kind, x, y, anchor, text)


def _svg(title: str, height: float, parts: Iterable[Markup]) -> Markup:
    head = Markup('<svg role="img" aria-label="{0}" viewBox="0 0 {1} {2:.0f}">').format(escape(title), _WIDTH, height)
    return head + Markup("").join(parts) + Markup("</svg>")
