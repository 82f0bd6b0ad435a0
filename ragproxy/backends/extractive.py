"""The built-in model `extractive`: answers with the documents' own sentences, without any language model."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ragproxy.backends.selection import Pick, Selector
from ragproxy.domain import ChatRequest, Delta, Grounding, Usage
from ragproxy.errors import UnsupportedParameter
from ragproxy.tokens import truncate

ABSTAIN_BELOW = 0.45  # of Grounding.coverage: keeps 86-94 % of answerable questions, rejects 84-98 % of foreign ones
WORDS_A_DELTA = 4

_NOT_IN_DOCUMENTS = {
    "en": "The documents do not contain the answer to this question.",
    "fr": "Les documents ne contiennent pas la réponse à cette question.",
    "es": "Los documentos no contienen la respuesta a esta pregunta.",
    "de": "Die Dokumente enthalten keine Antwort auf diese Frage.",
    "it": "I documenti non contengono la risposta a questa domanda.",
    "pt": "Os documentos não contêm a resposta a esta pergunta.",
}
_DOCUMENTS_ONLY = {
    "en": "This model only answers from documents: ask an agent, or set OPENAI_BASE_URL to let a language model write.",
    "fr": "Ce modèle ne répond qu’à partir de documents : interrogez un agent, ou réglez OPENAI_BASE_URL pour faire "
    "écrire un modèle de langage.",
    "es": "Este modelo solo responde a partir de documentos: pregunte a un agente, o defina OPENAI_BASE_URL para que "
    "escriba un modelo de lenguaje.",
    "de": "Dieses Modell antwortet nur aus Dokumenten: Fragen Sie einen Agenten, oder lassen Sie mit OPENAI_BASE_URL "
    "ein Sprachmodell schreiben.",
    "it": "Questo modello risponde solo a partire dai documenti: interroga un agente, o imposta OPENAI_BASE_URL per "
    "far scrivere un modello linguistico.",
    "pt": "Este modelo só responde a partir de documentos: pergunte a um agente, ou defina OPENAI_BASE_URL para que um "
    "modelo de linguagem escreva.",
}

# What we can honour of the parameters that ask for more than text; every other parameter is accepted, and those that
# steer sampling (temperature, seed, penalties) change nothing: the answer is always the same.
_HONOURED: Mapping[str, Callable[[Any], bool]] = {
    "tools": lambda value: False,
    "tool_choice": lambda value: value in ("none", "auto"),
    "functions": lambda value: False,
    "function_call": lambda value: value in ("none", "auto"),
    "response_format": lambda value: isinstance(value, Mapping) and value.get("type", "text") == "text",
    "logprobs": lambda value: False,
    "top_logprobs": lambda value: False,
    "logit_bias": lambda value: False,
    "modalities": lambda value: isinstance(value, list | tuple) and list(value) == ["text"],
    "audio": lambda value: False,
    "web_search_options": lambda value: False,
}
_CALLS = {"tools": "tool_choice", "functions": "function_call"}  # may stay when the other says "none"

_GROUP = re.compile(rf"\s*(?:\S+\s*){{1,{WORDS_A_DELTA}}}")


class Extractive:
    """A ChatModel that quotes one to three sentences of `request.grounding`, each followed by its ` [n]` marker.

    It says in `request.lang` that the documents do not contain the answer when the grounding's coverage is under
    `abstain_below`. `terms`, `grams` and `split` are those of the index, `count` counts tokens, `language` tells the
    language of a text, so that documents in several answer each asker in theirs; `sentences` fixes the number of
    sentences, None lets their scores decide.
    """

    def __init__(
        self,
        *,
        terms: Callable[[str], list[str]],
        grams: Callable[[str], list[str]],
        split: Callable[[str], list[str]],
        count: Callable[[str], int],
        language: Callable[[str], str | None] = lambda text: None,
        sentences: int | None = None,
        abstain_below: float = ABSTAIN_BELOW,
    ) -> None:
        self._selector = Selector(terms=terms, grams=grams, split=split, language=language)
        self._count = count
        self._sentences = sentences
        self._abstain_below = abstain_below

    def chat(self, request: ChatRequest) -> Iterator[Delta]:
        """As `ChatModel.chat`; ends early when the request is cancelled. UnsupportedParameter before the first delta.

        Streamed, a choice comes a few words at a time and the usage by itself; else one delta a choice.
        """
        _refuse(request.params)
        text, finish_reason = self._within_limits(self.answer(request.grounding, request.lang), request)
        usage = self._usage(request, text)
        deltas = _streamed if request.stream else _whole
        for number, delta in enumerate(deltas(text, finish_reason, request.n, usage)):
            if number and request.cancel.cancelled:
                return
            yield delta

    def answer(self, grounding: Grounding | None, lang: str | None = None) -> str:
        """The whole answer, before `max_tokens` and `stop`."""
        if grounding is None:
            return _in_language(_DOCUMENTS_ONLY, lang)
        picks = [] if self.abstains(grounding) else self._selector.pick(grounding, self._sentences, _code(lang))
        return _presented(picks) if picks else _in_language(_NOT_IN_DOCUMENTS, lang)

    def abstains(self, grounding: Grounding) -> bool:
        """Whether the answer will be that the documents do not contain it."""
        return not grounding.passages or grounding.coverage < self._abstain_below

    def _within_limits(self, text: str, request: ChatRequest) -> tuple[str, str]:
        """The text cut before the first stop sequence, then to the token limit; with its finish_reason."""
        ends = [end for stop in request.stop if stop and (end := text.find(stop)) >= 0]
        text = text[: min(ends)] if ends else text
        if request.max_tokens is None:
            return text, "stop"
        short = truncate(text, request.max_tokens, self._count)
        return short, "stop" if short == text else "length"

    def _usage(self, request: ChatRequest, text: str) -> Usage:
        read = [message.text for message in request.messages]
        read += [passage.chunk.text for passage in request.grounding.passages] if request.grounding else []
        prompt = sum(self._count(part) for part in read)
        completion = self._count(text) * request.n
        return Usage(prompt=prompt, completion=completion, total=prompt + completion)


def _refuse(params: Mapping[str, Any]) -> None:
    for name, honours in _HONOURED.items():
        value = params.get(name)
        if not value or honours(value) or params.get(_CALLS.get(name, "")) == "none":
            continue
        raise UnsupportedParameter(
            f"The built-in model 'extractive' does not support '{name}' as given: leave it out, or set OPENAI_BASE_URL "
            "to have a language model answer",
            param=name,
        )


def _in_language(texts: Mapping[str, str], lang: str | None) -> str:
    return texts.get(_code(lang) or "en", texts["en"])


def _code(lang: str | None) -> str | None:
    """The language alone of "fr-CA" or "FR"."""
    return re.split("[-_]", lang.strip().lower())[0] if lang else None


def _presented(picks: Collection[Pick]) -> str:
    """The picks with their markers: on one line, or in paragraphs when a list or a block of code is among them."""
    paragraphs = any("\n" in pick.text for pick in picks)
    marked = [f"{pick.text}{_gap(pick.text)}[{pick.source}]" for pick in picks]
    return ("\n\n" if paragraphs else " ").join(marked)


def _gap(text: str) -> str:
    """Between a unit and its marker, which would undo a closing fence if it stood on the same line."""
    return "\n" if text.endswith("```") else " "


def _whole(text: str, finish_reason: str, n: int, usage: Usage) -> Iterator[Delta]:
    for index in range(n):
        delta = Delta(index=index, content=text, finish_reason=finish_reason)
        yield replace(delta, usage=usage) if index == n - 1 else delta


def _streamed(text: str, finish_reason: str, n: int, usage: Usage) -> Iterator[Delta]:
    for index in range(n):
        for group in _GROUP.findall(text):
            yield Delta(index=index, content=group)
        yield Delta(index=index, finish_reason=finish_reason)
    yield Delta(index=None, usage=usage)
