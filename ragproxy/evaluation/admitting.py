"""Whether an answer is the admission that the documents do not tell."""

from __future__ import annotations

import re
from functools import cache

from ragproxy.backends import Extractive
from ragproxy.domain import Grounding
from ragproxy.evaluation.citing import without_markers
from ragproxy.retrieval import grams, sentences, terms
from ragproxy.tokens import estimate

_LANGUAGES = ("en", "fr", "es", "de", "it", "pt")  # that the built-in model admits it in

_SAYS_SO = re.compile(
    r"""
    \b(?:do|does|did)(?:\ not|n't)\ (?:\w+\ ){0,2}?(?:contain|mention|say|state|specify|provide|include|answer|tell)\b
    | \b(?:is|are|was|were)(?:\ not|n't)\ (?:\w+\ ){0,2}?(?:mentioned|stated|specified|provided|given|found|answered
        |available|included|contained)\b
    | \bno\ (?:\w+\ )?(?:information|mention|answer|passage|passages)\b
    | \bi\ (?:do\ not|don't|cannot|can't|could\ not|couldn't)\ (?:know|answer|find)\b
    | \b(?:could\ not|couldn't|cannot|can't|unable\ to)\ (?:be\ )?(?:find|found|answer|answered|determine)\b
    | \bne\ (?:contien(?:t|nent)|mentionn(?:e|ent)|précis(?:e|ent)|di(?:t|sent)|indiqu(?:e|ent)|fourni(?:t|ssent)
        |répond(?:ent)?|permet(?:tent)?|donn(?:e|ent)|figure(?:nt)?)\b(?:\ \w+)?\ (?:pas|rien|aucun)
    | \b(?:n'est|ne\ sont|n'a|n'y\ a)\ (?:pas|aucun)
    | \baucun(?:e)?\ (?:\w+\ )?(?:information|mention|réponse|passage|document|élément)
    | \bje\ ne\ (?:sais|trouve|peux|connais)\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ABOUT = re.compile(
    r"\b(?:documents?|passages?|sources?|context|contexte|information|informations|réponse|answer|texts?|textes?"
    r"|know|sais|find|trouve|extraits?|excerpts?|files?|fichiers?)\b",
    re.IGNORECASE,
)


def admits(answer: str) -> bool:
    """Whether it says, in its first sentence, that the answer is not in the documents.

    The built-in model's words are known exactly, in its six languages; of other models, the usual phrases in English
    and French are recognised.
    """
    text = " ".join(without_markers(answer).replace("’", "'").split())
    if not text:
        return False
    if text.startswith(_ours()):
        return True
    first = next(iter(sentences.split(text)), text)
    return bool(_SAYS_SO.search(first) and _ABOUT.search(first))


@cache
def _ours() -> tuple[str, ...]:
    model = Extractive(terms=terms, grams=grams, split=sentences.split, count=estimate)
    return tuple(model.answer(Grounding(""), lang).replace("’", "'") for lang in _LANGUAGES)
