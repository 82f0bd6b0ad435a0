"""What is searched for: the last user turn of a conversation, made to stand alone, or a search's own queries.

A model that is asked to help is asked in one short call, and nothing it does makes a query worse than it was.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ragproxy.answering.opening import closing
from ragproxy.domain import Cancel, ChatModel, ChatRequest, Message, Tally
from ragproxy.errors import RagproxyError
from ragproxy.retrieval import terms

TURNS = 6  # messages shown to the model that rewrites, the last user turn included
LONGEST_QUERY = 4000  # code points searched for; a pasted document keeps its two ends, where its question is
_LONGEST_TURN = 1000
_LONGEST_REWRITE = 500
_LONGEST_SEARCH = 1000  # code points of a query that is rewritten; a longer one is a document, and says enough
_TOKENS = 100  # of a rewritten query
_MOST_CARRIED = 12  # words of earlier turns

_ASK = """\
Rewrite the last user message below as one question that can be understood without the conversation: replace pronouns \
and fill in what it leaves out. Keep its language and as many of its words as you can. If it stands alone already, \
repeat it. Reply with the question and nothing else; do not answer it.

{conversation}"""

_ASK_SEARCHES = """\
Rewrite each numbered question below as a query for a search engine that looks for its words in documents. Keep the \
words that say what is looked for, in their language; leave out greetings and everything else around them; correct \
misspellings. Do not answer anything. Reply with one numbered query a line, and nothing else.

{queries}"""

_THINKING = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL)
_BEGINS_LEANING = re.compile(
    r"\W*(?:and|but|also|so|then|or|what about|how about|what if|yes|no|ok|okay|sure|please"
    r"|et|mais|ou|puis|alors|aussi|sinon|qu'en est-il|oui|non|d'accord"
    r"|y|pero|entonces|sí|und|aber|oder|ja|nein|e|ma|però|sì|mas|então|sim)\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"(?<![\w-])(?:it(?! (?:possible|necessary|allowed|mandatory|true))|its|they|them|their|theirs|he|him|his|she|her"
    r"|hers|this|that|these|those|there|ones?|elles?|ils|lui|leurs?|eux|cela|ça|ceci|ceux|celles?|celui|son|sa|ses|en"
    r"|y(?! a\b| a-)|ellos?|ellas?|eso|esto|sus?|er|sie|ihn|ihr|deren|dessen|essa|isso|lei|loro|ele|ela)(?!\w)"
    r"|-(?:elles?|ils)\b",
    re.IGNORECASE,
)
_DEFINES = re.compile(
    r"\W*(?:(?:what|who) (?:is|are|was|were) (?!the )|what's (?!the )|qu'est-ce qu|c'est quoi|qui (?:est|était|sont) )",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"\W*(\d{1,2})\s*[.):]\s*(.+)")
_WORD = re.compile(r"\w{2,}(?:-\w+)*|\d|[^\W\x00-\x7f]")  # no l of "l'offre"


def question(messages: Sequence[Message]) -> str:
    """The text of the last user turn that has any; without one, of the last message that has any; else empty."""
    for role in ("user", None):
        for message in reversed(messages):
            if role in (None, message.role) and message.text.strip():
                return clipped(message.text.strip(), LONGEST_QUERY)
    return ""


def rewritten(messages: Sequence[Message], model: ChatModel, request: ChatRequest) -> str:
    """The question made to stand alone by `model`, in one short call made for `request`.

    The question itself when nothing comes before it, when the call fails, or when its reply cannot be a query.
    """
    raw = question(messages)
    turns = _turns(messages)
    if len(turns) < 2:
        return raw
    try:
        reply = said(model, _asking(turns[-TURNS:], request))
    except RagproxyError:
        return raw  # a worse query is better than no answer
    return _sound(reply, raw)


def searches(queries: Sequence[str], model: ChatModel, name: str, cancel: Cancel, tally: Tally) -> tuple[str, ...]:
    """The queries as `model`, whose name is `name`, would type them into a search box, all in one short call.

    A query stays as it is when it is very long, when the call fails, or when its reply cannot be a query.
    """
    asked = {number: " ".join(query.split()) for number, query in enumerate(queries, start=1)}
    asked = {number: query for number, query in asked.items() if query and len(query) <= _LONGEST_SEARCH}
    if not asked:
        return tuple(queries)
    lines = "\n".join(f"{number}. {query}" for number, query in asked.items())
    params = {"max_tokens": _TOKENS * len(asked), "temperature": 0}
    ask = Message("user", _ASK_SEARCHES.format(queries=lines))
    try:
        reply = said(model, ChatRequest(model=name, messages=(ask,), params=params, cancel=cancel, tally=tally))
    except RagproxyError:
        return tuple(queries)
    numbered = map(_NUMBERED.match, without_thinking(reply).splitlines())
    replies = {int(line[1]): line[2] for line in numbered if line}
    if len(queries) == 1:
        replies.setdefault(1, reply)  # many leave the number out when there is but one
    return tuple(
        _sound(replies.get(number, ""), query) if number in asked else query
        for number, query in enumerate(queries, start=1)
    )


def carried_over(messages: Sequence[Message]) -> str:
    """The question with the words of earlier user turns added when it leans on them: no model needed.

    It leans on them when it is short and begins like a sequel ("And in winter?") or holds a pronoun ("Who founded
    it?"), or has at most one word of its own, unless it asks what that is. Earlier turns are completed in the same
    way first, so that a chain of such questions works.
    """
    asked = [message.text.strip() for message in messages if message.role == "user" and message.text.strip()]
    if not asked:
        return question(messages)
    query = clipped(asked[-TURNS:][0], LONGEST_QUERY)
    for turn in asked[-TURNS:][1:]:
        turn = clipped(turn, LONGEST_QUERY)
        query = _joined(turn, query) if _leans(turn) else turn
    return query


def _leans(turn: str) -> bool:
    turn = turn.replace("’", "'")
    own = len({term for term in terms(turn) if len(term) > 1 or not term.isascii()})  # not the t of "a-t-il"
    if own > 4:
        return False
    if _BEGINS_LEANING.match(turn) or (own <= 3 and _PRONOUN.search(turn)):
        return True
    return own == 0 or (own == 1 and not _DEFINES.match(turn))


def _joined(turn: str, earlier: str) -> str:
    known = set(terms(turn))
    carried: list[str] = []
    for word in _WORD.findall(earlier):
        new = set(terms(word)) - known
        if new and len(carried) < _MOST_CARRIED:
            carried.append(word)
            known |= new
    return " ".join([turn, *carried])


def _turns(messages: Sequence[Message]) -> list[Message]:
    """User and assistant turns that say something, up to the last user turn."""
    turns = [message for message in messages if message.role in ("user", "assistant") and message.text.strip()]
    while turns and turns[-1].role != "user":
        turns.pop()
    return turns


def _asking(turns: Sequence[Message], request: ChatRequest) -> ChatRequest:
    lines = (f"{turn.role.capitalize()}: {clipped(turn.text.strip(), _LONGEST_TURN)}" for turn in turns)
    # the newer models refuse the older name of the limit, the older servers do not know the newer one
    limit = "max_completion_tokens" if "max_completion_tokens" in request.params else "max_tokens"
    params: Mapping[str, Any] = {limit: _TOKENS, "temperature": 0}
    ask = Message("user", _ASK.format(conversation="\n\n".join(lines)))
    return ChatRequest(
        model=request.model,
        messages=(ask,),
        params=params,
        headers=request.headers,
        cancel=request.cancel,
        tally=request.tally,
    )


def said(model: ChatModel, request: ChatRequest) -> str:
    """All that the model replies. Errors as of `ChatModel.chat`."""
    with closing(model.chat(request)) as deltas:
        return "".join(delta.content or "" for delta in deltas if delta.index == 0)


def _sound(reply: str, raw: str) -> str:
    """The model's reply as a query; `raw` when it cannot be one.

    A reply that has no term in common with the raw query has drifted: the query's own words are added to it.
    """
    reply = " ".join(without_thinking(reply).split()).strip("\"'“”«» ")
    if not reply or len(reply) > max(_LONGEST_REWRITE, len(raw) + 200):
        return raw
    return reply if set(terms(reply)) & set(terms(raw)) else f"{reply} {raw}"


def without_thinking(reply: str) -> str:
    """A model's reply without the thoughts that some put before it."""
    return _THINKING.sub(" ", reply)


def clipped(text: str, longest: int) -> str:
    """The text, or its two ends when it is longer than so many code points."""
    if len(text) <= longest:
        return text
    return f"{text[: longest // 2]} {text[-longest // 2 + 1 :]}"
