"""`ragproxy eval`: how well the documents are found."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click

from ragproxy.cli.context import opened
from ragproxy.cli.progress import progress
from ragproxy.evaluation import evaluate as measure
from ragproxy.settings import from_env


@click.command(name="eval")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--limit", type=click.IntRange(1), help="Ask a sample of so many questions only.")
@click.option("--with-titles", is_flag=True, help="Index the documents' titles with their texts.")
@click.pass_obj
def evaluate(environ: Mapping[str, str], folder: Path, limit: int | None, with_titles: bool) -> None:
    """Measure retrieval on a set of questions. FOLDER holds corpus.jsonl, queries.jsonl and qrels.tsv.

    Your own stores are neither read nor changed, and a server may run meanwhile.
    """
    settings = from_env(environ)
    with tempfile.TemporaryDirectory(prefix="ragproxy-eval-", ignore_cleanup_errors=True) as scratch:
        apart = replace(settings, data_dir=Path(scratch), database_url=None, chroma_url=None)
        with opened(apart) as services, progress("steps") as bar:
            name = settings.embedding_model
            report = measure(
                folder,
                settings,
                limit=limit or 0,
                with_titles=with_titles,
                progress=bar.step,
                embedder=services.models.embedder(name) if name else None,
            )
    click.echo(report.text())
