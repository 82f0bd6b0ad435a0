"""`ragproxy reindex`: a store's vectors and words made anew, by the server when one runs, else here."""

from __future__ import annotations

import time
from collections.abc import Mapping

import click

from ragproxy.cli.context import CALLER, opened, printable
from ragproxy.cli.progress import progress
from ragproxy.cli.remote import Remote, connect, remote_options
from ragproxy.cli.sending import find_store
from ragproxy.errors import RagproxyError
from ragproxy.settings import Settings, from_env

_POLL_S = 0.5


@click.command()
@click.argument("store")
@remote_options
@click.pass_obj
def reindex(environ: Mapping[str, str], store: str, url: str | None, api_key: str | None) -> None:
    """Index a vector store anew. Its vectors are then those of the embedder that is configured now."""
    settings = from_env(environ)
    remote = connect(settings, url, api_key)
    if remote is None:
        _here(settings, store)
        return
    with remote:
        _there(remote, store)


def _here(settings: Settings, store: str) -> None:
    with opened(settings) as services:
        target = services.state.stores.find(store, owner=CALLER.owner)
        with progress("chunks") as bar:
            services.index.reindex(target.id, bar.step)
        services.state.stores.bump(target.id)
        _conclude(target.name or target.id, services.index.count(target.id))


def _there(remote: Remote, store: str) -> None:
    """Ask the server, and watch. It goes on when we do not."""
    found = find_store(remote, store)
    path = f"/v1/vector_stores/{found['id']}/reindex"
    try:
        with progress("chunks") as bar:
            reindexed = remote.post(path)
            while reindexed["status"] == "in_progress":
                bar.step(reindexed["done"], reindexed["total"])
                time.sleep(_POLL_S)
                reindexed = remote.get_patiently(path)  # a server that restarts takes the work up again
    except KeyboardInterrupt:
        click.echo(f"The server goes on with it; GET {remote.url}{path} tells how far it is.", err=True)
        raise
    if reindexed["status"] == "failed":
        raise RagproxyError(f"The vector store was not indexed anew: {reindexed['error']['message']}")
    _conclude(found["name"] or found["id"], reindexed["total"])


def _conclude(name: str, chunks: int) -> None:
    click.echo(f"'{printable(name)}' is indexed anew: {chunks} chunks.")
