"""Text to what the lexical index counts: stems for meaning, letter groups for spelling.

French and English are analysed alike, with no guess at the language: the elisions and stop words of both are removed,
words are stemmed as French and then as English, and accents are folded last (folding before would blind the French
stemmer). Measured on five question sets, this beats a stemmer per detected language.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import cache, lru_cache

import Stemmer

VERSION = (
    "1"  # stored with every index; raise it with any change that alters the output, and indexes rebuild themselves
)

GRAM = 4  # letters of a gram
LONGEST_WORD = 64  # letters kept of a word: what is longer is base64 or a rule of dashes

_FRENCH = (
    "au aux avec ce ces cet cette comme comment combien dans de des donc du elle elles en es est et eux il ils je la "
    "le les leur leurs lui ma mais me mes mon ne nos notre nous on ont ou où par pas peut peux pour pourquoi puis qu "
    "quand que quel quelle quelles quels qui quoi sa sans se ses si son sont sous sur t ta te tes toi ton tu un une "
    "vos votre vous y à été être"
)
_ENGLISH = (
    "a am an and are as at be but by can could did do does for from had has have how i if in into is it its me my no "
    "not of on or our shall should such that the their then there these they this to us was we were what when where "
    "which who whom whose why will with would you your"
)
_STOP = frozenset((_FRENCH + " " + _ENGLISH).split())

_ELISION = re.compile(r"\b(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)['’ʼ](?=\w)|['’ʼ](?:s|t|re|ve|ll|d|m)\b")
_WORD = re.compile(r"[^\W_]+")
_INVISIBLE = dict.fromkeys((0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))  # soft hyphen, zero-width spaces and joiners
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})  # the two that Unicode does not take apart
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")  # Chinese and Japanese


def terms(text: str) -> list[str]:
    """The stems of a text in reading order, repeats kept, stop words left out.

    Runs of Chinese or Japanese, which are written without spaces, become pairs of characters.
    """
    found: list[str] = []
    for word in _words(text):
        if word in _STOP:
            continue
        if word.isascii() or not _UNSPACED.search(word):
            found.append(_stem(word[:LONGEST_WORD]))
        else:
            found.extend(_pairs(word))
    return found


def grams(text: str) -> list[str]:
    """Every group of four letters of the folded words, stop words included; `_` stands for the space between words.

    They run across words: measured 0.1 to 0.3 nDCG points better than inside each word, and 1 better than on stems.
    """
    words = _words(text)
    if not words:
        return []
    line = f"_{_fold('_'.join(words))}_"
    return [line[start : start + GRAM] for start in range(max(1, len(line) - GRAM + 1))]


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text).translate(_INVISIBLE).lower()
    return _WORD.findall(_ELISION.sub(" ", plain))


def _fold(text: str) -> str:
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", text.translate(_LIGATURES))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _pairs(word: str) -> list[str]:
    return [word[start : start + 2] for start in range(max(1, len(word) - 1))]


@lru_cache(maxsize=200_000)
def _stem(word: str) -> str:
    french, english, lock = _stemmers()
    with lock:  # a stemmer keeps its word in a buffer of its own
        stemmed: str = english.stemWord(french.stemWord(word))
    return _fold(stemmed)


@cache
def _stemmers() -> tuple[Stemmer.Stemmer, Stemmer.Stemmer, threading.Lock]:
    # maxCacheSize 0: _stem is the cache
    return Stemmer.Stemmer("french", 0), Stemmer.Stemmer("english", 0), threading.Lock()
