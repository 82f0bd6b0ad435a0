"""`ragproxy search` and `ragproxy ask`: the documents from the command line."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

import click

from ragproxy.cli.chatting import MODEL, answered, learn
from ragproxy.cli.context import CALLER, excerpt, opened, place, printable
from ragproxy.cli.remote import Remote, connect, remote_options
from ragproxy.cli.sending import find_store
from ragproxy.domain import ChatRequest
from ragproxy.errors import InvalidRequest
from ragproxy.services import Services
from ragproxy.settings import from_env
from ragproxy.wire.chat_request import CHAT_REQUEST
from ragproxy.wire.sources import source_json
from ragproxy.wire.store_search import SEARCH_REQUEST, SearchRequest, search_json
from ragproxy.wire.validation import load

Piece = tuple[str, Sequence[Mapping[str, Any]] | None]  # of an answer: its text, and the sources when they are known


@click.command()
@click.argument("query")
@click.option("--store", default="default", show_default=True, help="Vector store to search, by name or id.")
@click.option("--top-k", type=click.IntRange(1, 50), default=5, show_default=True, help="How many passages to show.")
@remote_options
@click.pass_obj
def search(
    environ: Mapping[str, str], query: str, store: str, top_k: int, url: str | None, api_key: str | None
) -> None:
    """Show the passages that fit best. Each comes with its score, from 0 to 1."""
    settings = from_env(environ)
    body = {"query": query, "max_num_results": top_k}
    remote = connect(settings, url, api_key)
    if remote is None:
        with opened(settings) as services:
            name, found = _searched(services, store, body)
    else:
        with remote:
            target = find_store(remote, store)
            name = target["name"]
            found = remote.post(f"/v1/vector_stores/{target['id']}/search", body)
    if not found["data"]:
        click.echo(f"Nothing found in '{printable(name)}'.")
    for rank, passage in enumerate(found["data"], start=1):
        click.echo(f"{rank}. {passage['score']:.2f}  {place(passage['filename'], passage.get('page'))}")
        click.echo(f"   {excerpt(passage['content'][0]['text'])}")


@click.command()
@click.argument("question")
@click.option("--store", help="Vector store to answer from, by name or id; the agent's own when absent.")
@click.option("--model", default=MODEL, show_default=True, help="Agent or model, as `model` in a request.")
@click.option("--lang", help="Language of the answer, such as fr; the question's when absent.")
@remote_options
@click.pass_obj
def ask(
    environ: Mapping[str, str],
    question: str,
    store: str | None,
    model: str,
    lang: str | None,
    url: str | None,
    api_key: str | None,
) -> None:
    """Answer a question from the documents. The sources come after the answer."""
    settings = from_env(environ)
    body = {"model": model, "messages": [{"role": "user", "content": question}], "stream": True, "lang": lang}
    body["rag"] = {"stores": [store]} if store else None
    remote = connect(settings, url, api_key)
    if remote is None:
        request: ChatRequest = load(CHAT_REQUEST, body)
        with opened(settings) as services:
            learn(services, model)
            with closing(_recorded(services, request)) as pieces:
                sources = _say(pieces)
    else:
        with remote:
            sources = _say(_streamed(remote, body))
    _list(sources)


def _searched(services: Services, store: str, body: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The name of the store, and what a server would answer."""
    asked: SearchRequest = load(SEARCH_REQUEST, body)
    target = services.state.stores.find(store, owner=CALLER.owner)
    if target.status == "expired":
        raise InvalidRequest(f"The vector store '{target.id}' has expired")
    passages = services.searcher.search(target.id, asked.queries, top_k=asked.max_results)
    return target.name, search_json(asked.queries, passages)


def _recorded(services: Services, request: ChatRequest) -> Generator[Piece, None, None]:
    """The pieces of an answer that is made here."""
    with answered(services, request, "ragproxy ask") as answer:
        yield "", [source_json(source) for source in answer.sources or ()]
        for delta in answer.deltas:
            sources = [source_json(source) for source in delta.sources] if delta.sources else None
            yield delta.content or "", sources


def _streamed(remote: Remote, body: Mapping[str, Any]) -> Iterator[Piece]:
    """The pieces of a server's answer."""
    with closing(remote.stream("/v1/chat/completions", body)) as chunks:
        for chunk in chunks:
            text = "".join(choice["delta"].get("content") or "" for choice in chunk["choices"])
            yield text, chunk.get("sources")


def _say(pieces: Iterator[Piece]) -> Sequence[Mapping[str, Any]]:
    """Print the text as it comes; the sources come with its end."""
    known: Sequence[Mapping[str, Any]] = ()
    begun = False
    try:
        for text, sources in pieces:
            begun = True
            if text:
                click.echo(printable(text), nl=False)
            known = sources or known
    finally:
        if begun:
            click.echo()
    return known


def _list(sources: Sequence[Mapping[str, Any]]) -> None:
    if sources:
        click.echo("\nSources:")
    for source in sources:
        remark = "" if source["cited"] else ", not cited"
        where = place(source["filename"], source["page"])
        click.echo(f"[{source['index']}] {where} (score {source['score']:.2f}{remark})")
