"""Where sentences end, in French and English, by rule: no model, linear time, the text is never altered.

A full stop followed by a lower-case word ends nothing ("« Quoi ? » dit-il", "env. trois"); abbreviations, initials,
decimals and list numbers end nothing either. A blank line or a list bullet always ends a sentence, for titles and
items carry no full stop.
"""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Titles before a name, with their capital ("10 m." and "10 mm." are measures), and what introduces an example.
_TITLES = _words("M MM Mr Mrs Ms Mme Mmes Mlle Mlles Dr Drs Pr Mgr St Ste Gén Capt Lt Sgt Rev Hon Gov Sen Messrs Vve")
_INTRODUCE = _words("cf e.g i.e eg ie p.ex vs viz c.-à-d")
# Abbreviations only before a number: "art. 5", "No. 7", "12 janv. 2024"; else ordinary words ("the answer is no.").
_BEFORE_NUMBER = _words("""
    n no nos nr p pp art al fig figs vol chap ch sec sect par tab eq éq app ann tome t col ligne l alinéa tél tel fax
    réf ref ver env approx ca janv févr fév avr juil sept oct nov déc jan feb mar apr jun jul aug sep dec
""")
# Abbreviations that may end a sentence: they do when the next word looks like the beginning of one.
_EITHER = _words("""
    prof me col gal cap ex inc ltd co corp bros jr sr min max hab av bd boul dept dép éd ed eds trad coll dir resp env
    approx est al
""")
_STARTERS = _words("""
    le la les un une des du il elle ils elles on nous vous je tu ce cet cette ces ça cela ceci son sa ses leur leurs
    notre votre mon ma mes en dans sur pour par avec sans si mais et donc car quand lorsque comme qui que quoi où
    pourquoi comment combien quel quelle quels quelles après avant depuis pendant selon ainsi alors puis enfin
    toutefois cependant the an this that these those it he she they we you his her its their our in on at for with
    without if but and so because when while as who what where why how which after before since during then however
    there
""")
_OPENERS = "\"'«“‘‹([{*_¿¡–—-"

# Lookbehinds and possessive quantifiers keep the search linear on "......" and on pages of blanks.
_END = re.compile(
    r"(?<![.!?…])[.!?…]++"  # "?", "...", "?!"
    r"(?:[\"'”’)\]}*_»]|[ \u00a0\u202f]»|\[\d{1,3}\])*+(?=\s|\Z)"  # and what closes: « Oui. », .[1], .**
    r"|[。！？]++"
    r"|\n(?=[^\S\n]*+\n)"  # a blank line
    r"|\n(?=[^\S\n]*+(?:[-*•·‣◦▪–—]|\d{1,3}[.)])[^\S\n])"  # a list item
)
_NEXT_WORD = re.compile(rf"[\s{re.escape(_OPENERS)}]*+(\w*)")
_LAST_WORD = re.compile(r"[^\s\"'’«“‘(\[]*\Z")
_DOTTED = re.compile(r"(?:[^\W\d_]\.-?)+[^\W\d_]\Z")  # U.S, J.-C, a.m
_LIST_NUMBER = re.compile(r"[(\[]?(?:\d{1,3}(?:\.\d{1,3})*|[^\W\d_]|[ivxIVX]{1,4})\Z")


def split(text: str) -> list[str]:
    """The sentences of `text` in order, without the blanks around them."""
    return [text[start:end] for start, end in spans(text)]


def spans(text: str) -> list[tuple[int, int]]:
    """Start and end of every sentence, in code points; between two spans there is nothing but blanks."""
    found: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(text):
        if _ends_sentence(text, start, match):
            _add(found, text, start, match.end())
            start = match.end()
    _add(found, text, start, len(text))
    return found


def _add(found: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        found.append((start, end))


def _ends_sentence(text: str, start: int, match: re.Match[str]) -> bool:
    mark = match[0]
    if mark[0] not in ".!?…":
        return True  # blank line, list item, ideographic stop
    following = _NEXT_WORD.match(text, match.end())
    word = following[1] if following else ""
    if word[:1].islower():
        return False
    if mark[0] != "." or mark.startswith(".."):
        return True
    return not _abbreviates(text, start, match.start(), word)


def _abbreviates(text: str, start: int, stop: int, following: str) -> bool:
    """Whether the full stop at `stop` belongs to the word before it. `following` is the next word."""
    before = text[max(start, stop - 24) : stop].lstrip()
    if _LIST_NUMBER.match(before):
        return stop - start <= 24  # "1. Introduction": a sentence so far made of its number alone
    last = _LAST_WORD.search(before)
    word = last[0] if last else ""
    key = word.casefold()
    if word in _TITLES or key in _INTRODUCE or (key in _BEFORE_NUMBER and following[:1].isdigit()):
        return True
    initial = word[-1:].isalpha() and (len(word) == 1 or word[-2] == "-")  # J. Dupont, J.-P. Sartre, a. point
    may_go_on = initial or key in _EITHER or _DOTTED.match(word) is not None
    return may_go_on and following.casefold() not in _STARTERS
