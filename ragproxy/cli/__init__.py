"""The command `ragproxy`. Each family of commands has its file; errors become one sentence and exit code 1 here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ragproxy import __version__
from ragproxy.cli.agents import agents
from ragproxy.cli.assistants import assistants
from ragproxy.cli.batches import batches
from ragproxy.cli.doctor import doctor
from ragproxy.cli.documents import ingest
from ragproxy.cli.evaluation import evaluate
from ragproxy.cli.keys import keys
from ragproxy.cli.questions import ask, search
from ragproxy.cli.reindex import reindex
from ragproxy.cli.serve import migrate, serve
from ragproxy.cli.stores import stores
from ragproxy.cli.usage import usage
from ragproxy.cli.worker import worker
from ragproxy.errors import RagproxyError
from ragproxy.settings import environment

__all__ = ["main"]

INTERRUPTED = 130  # what a shell expects of a command ended by Ctrl-C


class _Commands(click.Group):
    """Our errors are messages and not tracebacks; click prints `Error: ...` and exits with 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except RagproxyError as err:
            raise click.ClickException(err.message) from err
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="ragproxy")
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the embedded data, in place of RAGPROXY_DATA_DIR.",
)
@click.pass_context
def main(ctx: click.Context, data_dir: Path | None) -> None:
    """An OpenAI-compatible gateway that answers from your documents."""
    ctx.obj = environment(RAGPROXY_DATA_DIR=str(data_dir) if data_dir else None)


for _command in (
    serve,
    worker,
    migrate,
    ingest,
    search,
    ask,
    reindex,
    stores,
    agents,
    assistants,
    batches,
    keys,
    doctor,
    evaluate,
    usage,
):
    main.add_command(_command)
