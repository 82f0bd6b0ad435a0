"""What kind of thing a question asks for, and whether a unit holds one: a date, a number, a command, a name.

By the question's own words in English, French, Spanish, German, Italian and Portuguese, whatever the language: "come"
is how in Italian and a verb in English, which costs nothing, for a kind only ever adds to a score.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ragproxy.backends.units import Unit


def _asks(*phrases: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(phrases)})\b")


_FRENCH_WHICH = r"quel(?:le)?s?(?: est| sont)?(?: l[ae]s?| l['’])? ?"
_DATE = _asks(
    r"when|(?:what|which) (?:year|date|day|month|century|decade|time)",
    _FRENCH_WHICH + r"(?:année|date|jour|mois|siècle|époque|décennie|période)|quand",
    r"cuándo|(?:qué|cuál) (?:año|fecha|día|mes|siglo)",
    r"wann|welche[msnr]? (?:jahr|datum|tag|monat|jahrhundert)",
    r"quando|(?:che|quale) (?:anno|data|giorno|mese|secolo)|(?:que|qual) (?:ano|dia|mês|século)",
)
_NUMBER = _asks(
    r"how (?:many|much|old|long|far|tall|large|big|often|high|deep|fast|wide|heavy)",
    r"(?:what|which)(?: is the)? (?:number|percent|percentage|age|size|amount|price|cost|population|limit|port|rate)",
    r"(?:what|which)(?: is the)? (?:distance|length|height|width|speed|temperature|maximum|minimum)",
    _FRENCH_WHICH + r"(?:âge|nombre|taille|superficie|population|pourcentage|distance|durée|montant|proportion|prix)",
    _FRENCH_WHICH + r"(?:coût|limite|hauteur|vitesse|altitude|longueur|température|port|délai)|combien",
    r"cuánt[oa]s?|wie (?:viele?|alt|lange?|hoch|groß|weit|oft|schnell|tief)|quant[oaei]s?",
)
_COMMAND = _asks(
    r"how (?:do|does|can|could|should|would|to)|(?:what|which) command",
    r"comment|quelle commande|cómo|qué comando",
    r"wie (?:kann|können|mache|muss|wird|soll)|welcher befehl|come|quale comando|como|qual comando",
)
_NAME = _asks(
    r"who|whom|whose|where|(?:what|which) (?:city|country|team|person|company|state|place|man|woman|name)",
    _FRENCH_WHICH + r"(?:ville|pays|personne|homme|femme|lieu|nom|auteure?|région|roi|entreprise)|qui|où",
    r"quién(?:es)?|dónde|wer|wen|wem|wo|woher|wohin|chi|dove|quem|onde",
)

_YEAR = re.compile(r"\b(?:1\d{3}|20\d\d)\b")
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"\w+")
# A capital that no full stop explains, an elided article before it or not: "de Paris", "d'Italie".
_CAPITALISED = re.compile(r"(?<=[^.!?…]\s)[«\"“(]?\s?(?:[dlDL]['’])?([^\W\d_a-zß-öø-ÿ][\w-]+)")


def holds(question: str) -> Callable[[Unit], float]:
    """The test for the kind of thing `question` asks for: 0 (no, or it asks for nothing we know) to 1 (yes)."""
    question = question.lower()
    if _DATE.search(question):
        return _holds_a_date
    if _NUMBER.search(question):
        return lambda unit: float(bool(_DIGIT.search(unit.text)))
    if _COMMAND.search(question):
        return lambda unit: float(unit.code)
    if _NAME.search(question):
        known = frozenset(_WORD.findall(question))
        return lambda unit: float(any(match[1].lower() not in known for match in _CAPITALISED.finditer(unit.text)))
    return lambda unit: 0.0


def _holds_a_date(unit: Unit) -> float:
    if _YEAR.search(unit.text):
        return 1.0
    return 0.6 if _DIGIT.search(unit.text) else 0.0
