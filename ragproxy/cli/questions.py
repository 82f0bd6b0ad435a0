"""`ragproxy search` and `ragproxy ask`: the documents from the command line."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import click

from ragproxy.cli.context import CALLER, excerpt, opened, place, printable
from ragproxy.domain import Answer, ChatRequest, Message, RagOptions, Source
from ragproxy.services import Services
from ragproxy.settings import from_env

MODEL = "ragproxy"
LIST_S = 2.0  # for an upstream's list of models


@click.command()
@click.argument("query")
@click.option("--store", default="default", show_default=True, help="Vector store to search, by name or id.")
@click.option("--top-k", type=click.IntRange(1, 50), default=5, show_default=True, help="How many passages to show.")
@click.pass_obj
def search(environ: Mapping[str, str], query: str, store: str, top_k: int) -> None:
    """Show the passages that fit best. Each comes with its score, from 0 to 1."""
    with opened(from_env(environ), question=query) as services:
        target = services.state.stores.find(store, owner=CALLER.owner)
        found = services.index.search([target.id], query, top_k=top_k).passages
    if not found:
        click.echo(f"Nothing found in '{printable(target.name)}'.")
    for rank, passage in enumerate(found, start=1):
        click.echo(f"{rank}. {passage.score:.2f}  {place(passage.chunk.filename, passage.chunk.page)}")
        click.echo(f"   {excerpt(passage.chunk)}")


@click.command()
@click.argument("question")
@click.option("--store", help="Vector store to answer from, by name or id; the agent's own when absent.")
@click.option("--model", default=MODEL, show_default=True, help="Agent or model, as `model` in a request.")
@click.option("--lang", help="Language of the answer, such as fr; the question's when absent.")
@click.pass_obj
def ask(environ: Mapping[str, str], question: str, store: str | None, model: str, lang: str | None) -> None:
    """Answer a question from the documents. The sources come after the answer."""
    request = ChatRequest(
        model=model,
        messages=(Message("user", question),),
        stream=True,
        rag=RagOptions(stores=(store,) if store else None),
        lang=lang,
    )
    with opened(from_env(environ), question=question) as services:
        _learn(services, model)
        answer = services.answerer.answer(request, CALLER)
        sources = _say(answer)
    _list(sources)


def _learn(services: Services, model: str) -> None:
    """Give the upstream a moment to say that it serves `model`; a server has long had its list, we have just begun."""
    services.models.start()
    until = time.monotonic() + LIST_S
    while services.settings.upstream_url and model != MODEL and time.monotonic() < until:
        if model in services.models.names():
            return
        time.sleep(0.05)


def _say(answer: Answer) -> Sequence[Source]:
    """Print the text as it comes; the sources come with its end."""
    sources = answer.sources or ()
    try:
        for delta in answer.deltas:
            if delta.content:
                click.echo(printable(delta.content), nl=False)
            sources = delta.sources or sources
    finally:
        close = getattr(answer.deltas, "close", None)  # a generator has it, the port's Iterator does not promise it
        if close:
            close()
        click.echo()
    return sources


def _list(sources: Sequence[Source]) -> None:
    if sources:
        click.echo("\nSources:")
    for source in sources:
        remark = "" if source.cited else ", not cited"
        click.echo(f"[{source.index}] {place(source.filename, source.page)} (score {source.score:.2f}{remark})")
