"""Tokens within a moving window: reserved when a request comes in, settled to what it consumed when it has ended.

What was consumed is counted by the sixtieth of the window (by the second, of a minute) in which its request ended, and
forgotten when the whole of that sixtieth has left the window: nothing is forgotten too early, and a count is at most
61 numbers, however many tokens or requests. What is reserved counts until it is settled. Should nobody do that, for
its process has died, it is forgotten HOLD_S seconds after it was reserved; reservations are summed by when that is.

The clocks of the processes that share a count have to agree.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

STEPS = 60  # of a window
HOLD_S = 300.0
SOON_S = 5.0  # to wait when only requests that are still going on can give back what is wanted
_COARSE = 10  # steps between the moments when reservations are forgotten
_SWEEP = 4096  # calls

_READ = """
local function read(key, slot, steps)
  local used, oldest, consumed = 0, -1, {}
  local fields = redis.call('HGETALL', key)
  for i = 1, #fields, 2 do
    local kind, at = string.sub(fields[i], 1, 1), tonumber(string.sub(fields[i], 2))
    if (kind == 'c' and at < slot - steps) or (kind == 'r' and at <= slot) then
      redis.call('HDEL', key, fields[i])
    else
      used = used + tonumber(fields[i + 1])
      if kind == 'c' then
        consumed[#consumed + 1] = {at, tonumber(fields[i + 1])}
        if oldest < 0 or at < oldest then oldest = at end
      end
    end
  end
  return used, oldest, consumed
end
local slot, steps, kept_s, till = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3], ARGV[4]
"""
_RESERVE = f"""{_READ}
local fits, answer = 1, {{}}
for k, key in ipairs(KEYS) do
  local limit, amount = tonumber(ARGV[3 + 2 * k]), tonumber(ARGV[4 + 2 * k])
  local used, oldest, consumed = read(key, slot, steps)
  local free = slot
  if used + amount > limit then
    fits, free = 0, -1
    table.sort(consumed, function(one, other) return one[1] < other[1] end)
    local left = used
    for _, each in ipairs(consumed) do
      left = left - each[2]
      if left + amount <= limit then free = each[1] break end
    end
  end
  answer[#answer + 1] = {{used, oldest, free, used + amount <= limit and 1 or 0}}
end
if fits == 1 then
  for k, key in ipairs(KEYS) do
    redis.call('HINCRBY', key, 'r' .. till, ARGV[4 + 2 * k])
    redis.call('EXPIRE', key, kept_s)
    answer[k][1] = answer[k][1] + tonumber(ARGV[4 + 2 * k])
  end
end
return {{fits, answer}}
"""
_SETTLE = f"""{_READ}
local consumed, answer = tonumber(ARGV[5]), {{}}
for k, key in ipairs(KEYS) do
  local amount = tonumber(ARGV[5 + k])
  read(key, slot, steps)
  if amount > 0 and redis.call('HINCRBY', key, 'r' .. till, -amount) <= 0 then
    redis.call('HDEL', key, 'r' .. till)
  end
  if consumed > 0 then
    redis.call('HINCRBY', key, 'c' .. ARGV[1], consumed)
    redis.call('EXPIRE', key, kept_s)
  end
  local used, oldest = read(key, slot, steps)
  answer[#answer + 1] = {{used, oldest, slot, 1}}
end
return answer
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Tokens to be reserved from the count of that key, as far as it may go."""

    key: str
    limit: int
    amount: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What a count comes to, reservations included.

    `reset_s` seconds until the oldest that counts is forgotten, 0 when nothing does; `wait_s` until there is room for
    what was wanted, 0 when there is.
    """

    used: int
    reset_s: float
    wait_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Reserved:
    """Whether everything wanted was reserved, and what the counts come to. `till` is to be handed back to `settle`."""

    done: bool
    till: int
    readings: tuple[Reading, ...]


class Windows(Protocol):
    """The counts of tokens, by their keys."""

    def reserve(self, wanted: Sequence[Wanted]) -> Reserved:
        """Reserve all that is wanted, or nothing of it."""
        ...

    def settle(self, held: Sequence[Wanted], till: int, consumed: int) -> tuple[Reading, ...]:
        """Give back what was held, and count what was consumed in each of the keys. Once for each reservation.

        Of nothing held and nothing consumed, it only reads.
        """
        ...


class _Steps:
    """The window cut into steps, which are numbered since the epoch."""

    def __init__(self, window_s: float, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._window_s = window_s
        self._step_s = window_s / STEPS
        self._hold = math.ceil(HOLD_S / self._step_s)

    def now(self) -> float:
        return self._clock() / self._step_s

    def till(self, now: float) -> int:
        return math.ceil((math.floor(now) + self._hold) / _COARSE) * _COARSE

    def reading(self, now: float, used: int, oldest: int, free: int, fits: bool) -> Reading:
        """The slots as seconds; -1 is none."""
        reset_s = self._left_s(oldest, now) if oldest >= 0 else self._window_s if used else 0.0
        if fits:
            return Reading(used, reset_s)
        return Reading(used, reset_s, self._left_s(free, now) if free >= 0 else SOON_S)

    def _left_s(self, slot: int, now: float) -> float:
        return max(0.0, (slot + STEPS + 1 - now) * self._step_s)


@dataclass(slots=True)
class _Count:
    """The tokens of one key: consumed by the step they were, reserved by the step in which they are forgotten."""

    consumed: dict[int, int] = field(default_factory=dict)
    reserved: dict[int, int] = field(default_factory=dict)

    def used(self, slot: int) -> int:
        """Forget what is over, and sum up the rest."""
        for at in [at for at in self.consumed if at < slot - STEPS]:
            del self.consumed[at]
        for at in [at for at in self.reserved if at <= slot]:
            del self.reserved[at]
        return sum(self.consumed.values()) + sum(self.reserved.values())

    def oldest(self) -> int:
        return min(self.consumed, default=-1)

    def free(self, too_many: int) -> int:
        """The step that is to be forgotten before `too_many` tokens of the sum are; -1 when that does not do."""
        for at in sorted(self.consumed):
            too_many -= self.consumed[at]
            if too_many <= 0:
                return at
        return -1


class MemoryWindows:
    """The counts of this process alone."""

    def __init__(self, *, window_s: float = 60.0, clock: Callable[[], float] = time.time) -> None:
        self._steps = _Steps(window_s, clock)
        self._lock = threading.Lock()
        self._counts: dict[str, _Count] = {}
        self._calls = 0

    def __len__(self) -> int:
        return len(self._counts)

    def reserve(self, wanted: Sequence[Wanted]) -> Reserved:
        """As the port."""
        with self._lock:
            now = self._steps.now()
            slot, till = math.floor(now), self._steps.till(now)
            self._sweep(slot)
            counts = [self._counts.setdefault(each.key, _Count()) for each in wanted]
            sums = [count.used(slot) for count in counts]
            fits = [used + each.amount <= each.limit for used, each in zip(sums, wanted, strict=True)]
            done = all(fits)
            readings = []
            for used, count, each, fit in zip(sums, counts, wanted, fits, strict=True):
                if done:
                    count.reserved[till] = count.reserved.get(till, 0) + each.amount
                    used += each.amount
                free = slot if fit else count.free(used + each.amount - each.limit)
                readings.append(self._steps.reading(now, used, count.oldest(), free, fit))
            return Reserved(done, till, tuple(readings))

    def settle(self, held: Sequence[Wanted], till: int, consumed: int) -> tuple[Reading, ...]:
        """As the port."""
        with self._lock:
            now = self._steps.now()
            slot = math.floor(now)
            for each in held:
                count = self._counts.setdefault(each.key, _Count())
                if each.amount and till in count.reserved:
                    count.reserved[till] -= each.amount
                    if count.reserved[till] <= 0:
                        del count.reserved[till]
                if consumed:
                    count.consumed[slot] = count.consumed.get(slot, 0) + consumed
            counts = [self._counts[each.key] for each in held]
            return tuple(self._steps.reading(now, count.used(slot), count.oldest(), slot, True) for count in counts)

    def _sweep(self, slot: int) -> None:
        """Now and then, drop the counts of those who come no more."""
        self._calls += 1
        if self._calls % _SWEEP == 0:
            self._counts = {key: count for key, count in self._counts.items() if count.used(slot)}


class RedisWindows:
    """The counts of all processes, in Redis; whatever its client raises comes through."""

    def __init__(
        self, client: Any, *, prefix: str = "", window_s: float = 60.0, clock: Callable[[], float] = time.time
    ) -> None:
        self._steps = _Steps(window_s, clock)
        self._prefix = prefix
        self._reserve = client.register_script(_RESERVE)
        self._settle = client.register_script(_SETTLE)
        self._kept_s = math.ceil(HOLD_S + 2 * window_s)

    def reserve(self, wanted: Sequence[Wanted]) -> Reserved:
        """As the port."""
        now = self._steps.now()
        till = self._steps.till(now)
        numbers = [number for each in wanted for number in (each.limit, each.amount)]
        done, found = self._reserve(keys=self._keys(wanted), args=[*self._given(now, till), *numbers])
        return Reserved(bool(done), till, self._readings(found, now))

    def settle(self, held: Sequence[Wanted], till: int, consumed: int) -> tuple[Reading, ...]:
        """As the port."""
        now = self._steps.now()
        amounts = [each.amount for each in held]
        found = self._settle(keys=self._keys(held), args=[*self._given(now, till), consumed, *amounts])
        return self._readings(found, now)

    def _keys(self, wanted: Sequence[Wanted]) -> list[str]:
        return [self._prefix + each.key for each in wanted]

    def _given(self, now: float, till: int) -> list[int]:
        return [math.floor(now), STEPS, self._kept_s, till]

    def _readings(self, found: Sequence[Sequence[int]], now: float) -> tuple[Reading, ...]:
        return tuple(self._steps.reading(now, used, oldest, free, bool(fits)) for used, oldest, free, fits in found)
