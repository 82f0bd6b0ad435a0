"""The report's words, in English and in French."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Language = Literal["en", "fr"]

_METRICS_EN = {
    "ndcg_10": "nDCG@10",
    "recall_5": "recall@5",
    "recall_10": "recall@10",
    "mrr_10": "MRR@10",
    "shown": "right passages shown to the model",
    "contained": "expected answer contained",
    "f1": "F1 of words",
    "admitted_wrongly": "admissions where an answer exists",
    "admitted_rightly": "admissions where none exists",
    "citation_precision": "citation precision",
    "citation_recall": "answers that cite a right passage",
    "uncited": "answers without a citation",
    "invalid_markers": "markers to nothing, per answer",
    "retrieval_p50": "retrieval, p50",
    "retrieval_p95": "retrieval, p95",
    "first_p50": "first piece of text, p50",
    "first_p95": "first piece of text, p95",
    "total_p50": "whole answer, p50",
    "total_p95": "whole answer, p95",
}
_METRICS_FR = {
    "ndcg_10": "nDCG@10",
    "recall_5": "rappel à 5",
    "recall_10": "rappel à 10",
    "mrr_10": "MRR@10",
    "shown": "bons passages montrés au modèle",
    "contained": "réponse attendue contenue",
    "f1": "F1 des mots",
    "admitted_wrongly": "aveux alors qu’une réponse existe",
    "admitted_rightly": "aveux quand il n’y en a pas",
    "citation_precision": "précision des citations",
    "citation_recall": "réponses citant un bon passage",
    "uncited": "réponses sans citation",
    "invalid_markers": "renvois dans le vide, par réponse",
    "retrieval_p50": "recherche, p50",
    "retrieval_p95": "recherche, p95",
    "first_p50": "premier texte, p50",
    "first_p95": "premier texte, p95",
    "total_p50": "réponse entière, p50",
    "total_p95": "réponse entière, p95",
}
METRICS: dict[Language, Mapping[str, str]] = {"en": _METRICS_EN, "fr": _METRICS_FR}

_EN = {
    "title": "Evaluation of {name}",
    "asked": "{n} questions",
    "asked_one": "1 question",
    "failed": "{n} failed",
    "usual": "usual settings",
    "retrieval": "Retrieval",
    "answers": "Answers",
    "citations": "Citations",
    "latency": "Latency",
    "figures": "Figures",
    "metric": "Figure",
    "value": "Value",
    "interval": "95% interval",
    "questions": "Questions",
    "difference": "Difference",
    "verdict": "Verdict",
    "better": "better",
    "worse": "worse",
    "unclear": "not told apart",
    "lower": "lower is better",
    "plots": "Plots",
    "shares": "Quality, with 95% intervals",
    "ranks": "Rank of the first right passage",
    "beyond": "11+",
    "nowhere": "none",
    "retrieval_ms": "Retrieval, in milliseconds",
    "first_ms": "First piece of text, in milliseconds",
    "total_ms": "Whole answer, in milliseconds",
    "worst": "Questions that went worst",
    "no_worst": "No question went wrong.",
    "expected": "Expected",
    "unanswerable": "The documents do not tell; an admission is right.",
    "files": "Files that hold it",
    "quotes": "A right passage says",
    "given": "Answer given",
    "not_asked": "No model was asked.",
    "failure": "Failed",
    "passages": "Passages found",
    "right": "right",
    "cited": "cited",
    "score": "score",
    "page": "page",
    "rank": "rank {n}",
    "not_found": "right passage not found",
    "few": "With fewer than 20 questions, intervals are too narrow to be trusted.",
    "note_interval": "An interval holds what the figure would be, 95 times out of 100, with other questions of the "
    "same kind. “Not told apart” means that chance alone could make such a difference. Of twenty figures compared, "
    "one may be told apart by chance.",
    "note_apart": "The two were asked one after the other: their times also differ by what the machine did meanwhile.",
    "note_nothing": "No row of the questions says what is expected.",
    "decimal": ".",
    "thousands": ",",
}
_FR = {
    "title": "Évaluation de {name}",
    "asked": "{n} questions",
    "asked_one": "1 question",
    "failed": "{n} en échec",
    "usual": "réglages habituels",
    "retrieval": "Recherche",
    "answers": "Réponses",
    "citations": "Citations",
    "latency": "Temps de réponse",
    "figures": "Mesures",
    "metric": "Mesure",
    "value": "Valeur",
    "interval": "Intervalle à 95 %",
    "questions": "Questions",
    "difference": "Différence",
    "verdict": "Verdict",
    "better": "mieux",
    "worse": "moins bien",
    "unclear": "non départagés",
    "lower": "le plus bas est le mieux",
    "plots": "Graphiques",
    "shares": "Qualité, avec les intervalles à 95 %",
    "ranks": "Rang du premier bon passage",
    "beyond": "11+",
    "nowhere": "aucun",
    "retrieval_ms": "Recherche, en millisecondes",
    "first_ms": "Premier texte, en millisecondes",
    "total_ms": "Réponse entière, en millisecondes",
    "worst": "Les questions les moins réussies",
    "no_worst": "Aucune question n’a mal tourné.",
    "expected": "Attendu",
    "unanswerable": "Les documents ne le disent pas ; l’avouer est juste.",
    "files": "Fichiers qui la contiennent",
    "quotes": "Un bon passage dit",
    "given": "Réponse donnée",
    "not_asked": "Aucun modèle n’a été interrogé.",
    "failure": "Échec",
    "passages": "Passages trouvés",
    "right": "bon",
    "cited": "cité",
    "score": "score",
    "page": "page",
    "rank": "rang {n}",
    "not_found": "bon passage non trouvé",
    "few": "Avec moins de 20 questions, les intervalles sont trop étroits pour être fiables.",
    "note_interval": "Un intervalle contient, 95 fois sur 100, ce que serait la mesure avec d’autres questions du "
    "même genre. « Non départagés » veut dire que le hasard seul peut produire une telle différence. Sur vingt mesures "
    "comparées, une peut paraître différente par hasard.",
    "note_apart": "Les deux ont été interrogés l’un après l’autre : leurs temps diffèrent aussi par ce que la machine "
    "faisait alors.",
    "note_nothing": "Aucune ligne des questions ne dit ce qui est attendu.",
    "decimal": ",",
    "thousands": "\u202f",
}
PHRASES: dict[Language, Mapping[str, str]] = {"en": _EN, "fr": _FR}


def language(locale: str | None) -> Language:
    """The report's language for a locale such as fr_FR.UTF-8."""
    return "fr" if (locale or "").lower().startswith("fr") else "en"


def number(value: float, unit: str, lang: Language, *, signed: bool = False) -> str:
    """A figure as it is read: shares with three decimals, milliseconds with one below 100."""
    decimals = {"share": 3, "number": 2, "ms": 1 if abs(value) < 100 else 0}[unit]
    text = f"{value:{'+' if signed else ''},.{decimals}f}"
    if not float(text.replace(",", "")):
        text = text.lstrip("+-")
    words = PHRASES[lang]
    text = text.replace(",", "\0").replace(".", words["decimal"]).replace("\0", words["thousands"])
    return f"{text}\u00a0ms" if unit == "ms" else text
