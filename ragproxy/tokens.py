"""The one estimate of token counts that everybody shares.

tiktoken counts exactly when it is installed and its vocabulary is already on disk (`TIKTOKEN_CACHE_DIR`, the library's
own variable); nothing is ever downloaded. Otherwise a rule of thumb: see `estimate`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

_VOCABULARY = "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken"
_PIECE = re.compile(r"[^\W\d_]+|\d{1,3}|\s*[^\w\s]+|_+", re.UNICODE)


def estimate(text: str) -> int:
    """Tokens by rule of thumb: a short word or a run of punctuation is one, a long word one every six letters.

    Letters beyond Latin count one each (Chinese, Japanese) and accented words a little more, as o200k does.
    """
    total = 0
    for piece in _PIECE.findall(text):
        wide = sum(ch > "\u024f" for ch in piece)
        total += wide + (len(piece) - wide + 5) // 6
    return total


def counter(vocabularies: Path | None = None) -> tuple[str, Callable[[str], int]]:
    """The best counter there is here, and its name: ("o200k_base", exact) or ("estimate", rule of thumb)."""
    # tiktoken names its cache after the vocabulary's address; asking for it when absent would download
    if vocabularies and (vocabularies / hashlib.sha1(_VOCABULARY.encode()).hexdigest()).is_file():
        try:
            import tiktoken
        except ImportError:
            return "estimate", estimate
        encoding = tiktoken.get_encoding("o200k_base")
        return "o200k_base", lambda text: len(encoding.encode(text, disallowed_special=()))
    return "estimate", estimate


def truncate(text: str, budget: int, count: Callable[[str], int] = estimate) -> str:
    """The longest beginning of `text` that counts at most `budget` tokens."""
    if count(text) <= budget:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if count(text[:middle]) <= budget else (low, middle - 1)
    return text[:low]
