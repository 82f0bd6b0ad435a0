"""Ids of what is made here, with OpenAI's prefixes."""

from __future__ import annotations

import secrets
import time


def new_id(prefix: str) -> str:
    """A new id such as `file-...`, of 32 hexadecimal digits: the microsecond, then chance.

    Lists are ordered by second of creation and then id, so things made in one second are still listed as they came.
    """
    return f"{prefix}{time.time_ns() // 1000:016x}{secrets.token_hex(8)}"
