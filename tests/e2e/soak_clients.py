"""Clients by the hundred on one event loop: each asks, hangs up or stays, and judges what it got.

`Crowd.findings` says in words what no client should have seen; `Crowd.ended` counts how it went.
"""

import asyncio
import random
import re
import socket
import struct
import time
from collections import Counter

from tests.e2e import soak_upstream as bad
from tests.e2e.soak_questions import OTHERS, STREAMS, ending

LONGEST_S = 60.0  # of any answer: the slowest that is well takes a quarter of it
_SLOW = {"pieces": 10, "every_ms": 300}
_RESET = struct.pack("ii", 1, 0)


class HungUp(Exception):
    """We did."""


class Crowd:
    """Clients of the server at `port`, `streams` of them always in a stream, `others` busy with all the rest."""

    def __init__(self, port, seed=0):
        self.findings = []
        self.ended = Counter()  # by how
        self.streaming = self.hits = 0  # of the cache
        self._port = port
        self._chance = random.Random(seed)
        self._count = 0

    async def keep_asking(self, streams, others, seconds):
        """Until `seconds` have passed, and each has the end of its last answer."""
        until = time.monotonic() + seconds
        asking = [self._client(STREAMS, until) for _ in range(streams)] + [
            self._client(OTHERS, until) for _ in range(others)
        ]
        await asyncio.gather(*asking)

    async def all_at_once(self, number):
        """So many good streams that all stand at the same time; each is to be whole."""
        asks = [self.ask(STREAMS[n % 2], "none", **_SLOW, connection=Connection(self._port)) for n in range(number)]
        await asyncio.gather(*asks)

    async def each_once(self):
        """Every kind of question, answered well."""
        for ask in (*STREAMS, *OTHERS):
            await self.ask(ask, "none", pieces=3, every_ms=10, connection=Connection(self._port))

    async def _client(self, asks, until):
        chance, connection = self._chance, Connection(self._port)
        await asyncio.sleep(chance.random() * 3)
        while time.monotonic() < until:
            ask = chance.choice(asks)
            fault = "none" if chance.random() < 0.4 else chance.choice(ask.faults)
            leaves_s = chance.choice([0.02, 0.2, 1.0, 3.0]) * chance.random() if chance.random() < 0.25 else None
            speed = {"pieces": chance.randint(5, 25), "every_ms": chance.randint(50, 400)}
            await self.ask(ask, fault, connection=connection, leaves_s=leaves_s, **speed)
            if chance.random() < 0.3:
                connection.close()
            if asks is OTHERS:
                await asyncio.sleep(chance.random() * 0.5)
        connection.close()

    async def ask(self, ask, fault, *, pieces, every_ms, connection, leaves_s=None):
        """One question and its answer, judged; with `leaves_s` the client hangs up after so many seconds.

        Of those that hang up, a few do so in the middle of their question.
        """
        self._count += 1
        # the server remembers words it has seen, up to a limit beyond any soak, so there are not too many of them
        word, at = f"w{self._count % 2000}", self._chance.randint(1, pieces - 1)
        if ask.kind == "cached":  # to be asked for again
            number = self._chance.randrange(8)
            word, pieces, every_ms, at = f"c{number}", 5 + number, 100, 2
        wanted = f"word={word} pieces={pieces} every_ms={every_ms} fault={fault} at={at}"
        said = f"{ask.kind}, {wanted}"
        self.streaming += ask.streams
        try:
            async with asyncio.timeout(LONGEST_S):
                answer = await connection.ask(self._all_or_some(ask.request(wanted), leaves_s), leaves_s)
        except HungUp:
            how = "hung up"
        except TimeoutError:
            how = "never"
            self.findings.append(f"{said}: no end in {LONGEST_S} s")
        except (OSError, asyncio.IncompleteReadError, ValueError) as err:
            how = "no answer"
            self.findings.append(f"{said}: no answer: {err!r}")
        else:
            how = self._judged(ask, fault, said, answer, "".join(f"{word}-{number} " for number in range(pieces)))
        finally:
            self.streaming -= ask.streams
        if how != "whole":
            connection.close()
        self.ended[how] += 1

    def _all_or_some(self, request, leaves_s):
        if leaves_s is None or self._chance.random() < 0.8:
            return request
        return request[: self._chance.randrange(1, len(request))]

    def _judged(self, ask, fault, said, answer, text):
        try:
            how = ending(ask, answer, text)
        except (AssertionError, ValueError, KeyError, TypeError) as err:
            self.findings.append(f"{said}: {err!r}: status {answer.status}, ... {answer.body[-300:]!r}")
            return "wrong"
        # a kept connection may close in the upstream's face: nobody knows then whether it was at work, so 503
        raced = how == "refused" and answer.status == 503 and b"closed the connection" in answer.body
        if how not in ask.may_end(fault) and not raced:
            self.findings.append(f"{said}: {how}: status {answer.status}, ... {answer.body[-300:]!r}")
        self.hits += answer.headers.get("x-cache") == "hit"
        return "raced" if raced and fault in bad.GOOD else how


class Answer:
    """What arrived; `whole` when the transfer ended as its framing says."""

    def __init__(self, status, headers):
        self.status, self.headers = status, headers
        self.body, self.whole = b"", False


class Connection:
    """To the server, kept for the next question."""

    def __init__(self, port):
        self._port = port
        self._reads = self._writes = None

    async def ask(self, request, leaves_s=None):
        """The answer. HungUp when it is not whole after `leaves_s`; OSError and its like without an answer."""
        try:
            async with asyncio.timeout(leaves_s):
                return await self._ask(request)
        except TimeoutError:
            if leaves_s is None:
                raise
            self.close(hard=random.random() < 0.5)
            raise HungUp from None

    def close(self, *, hard=False):
        if self._writes is not None:
            if hard:
                self._writes.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            self._writes.transport.abort() if hard else self._writes.close()
        self._reads = self._writes = None

    async def _ask(self, request):
        if self._writes is None or self._reads.at_eof():
            self.close()
            self._reads, self._writes = await asyncio.open_connection("127.0.0.1", self._port)
        self._writes.write(request)
        head = (await self._reads.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        answer = Answer(int(head[0].split()[1]), headers)
        try:
            await self._read_body(answer)
            answer.whole = True
        except (OSError, asyncio.IncompleteReadError):
            pass
        if headers.get("connection", "").lower() == "close":
            self.close()
        return answer

    async def _read_body(self, answer):
        if "content-length" in answer.headers:
            answer.body = await self._reads.readexactly(int(answer.headers["content-length"]))
            return
        while True:
            line = await self._reads.readuntil(b"\r\n")
            assert re.fullmatch(rb"[0-9a-fA-F]+\r\n", line), line
            data = await self._reads.readexactly(int(line, 16) + 2)
            if line == b"0\r\n":
                return
            answer.body += data[:-2]
