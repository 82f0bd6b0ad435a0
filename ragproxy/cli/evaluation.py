"""`ragproxy eval`: how well questions are answered, yours from your stores, or a set's from its documents."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from ragproxy import __version__
from ragproxy.cli.context import opened, printable
from ragproxy.cli.progress import progress
from ragproxy.cli.remote import remote_options
from ragproxy.cli.sides import Pair, Setting, Side, in_turns, sides, subjects
from ragproxy.errors import ConfigError
from ragproxy.evaluation import About, Case, Report, Run, ask_all, html_report, json_report, lines, read_questions
from ragproxy.evaluation import evaluate as measure
from ragproxy.evaluation.phrases import Language, language
from ragproxy.settings import from_env

_OF_QUESTIONS = ("store", "model", "search_only", "pairs", "against", "html", "json_file", "lang", "url", "api_key")


@click.command(name="eval")
@click.argument("questions", metavar="QUESTIONS|FOLDER", type=click.Path(exists=True, path_type=Path))
@click.option("--limit", type=click.IntRange(1), help="Ask a sample of so many questions only.")
@click.option("--store", help="Vector store to ask, by name or id; the agent's own when absent.")
@click.option("--model", help="Agent or model to ask, as `model` in a request; ragproxy when absent.")
@click.option("--search-only", is_flag=True, help="Measure the search alone: no model is asked.")
@click.option("--set", "pairs", type=Setting(), multiple=True, help="Ask under this setting, such as top_k=3.")
@click.option("--against", type=Setting(), multiple=True, help="Ask again under this one, and compare.")
@click.option("--html", type=click.Path(dir_okay=False), help="Write a report with plots to this file.")
@click.option(
    "--json", "json_file", type=click.Path(dir_okay=False, allow_dash=True), help="Write JSON; - to print it."
)
@click.option("--lang", type=click.Choice(["en", "fr"]), help="Language of the report; your locale's when absent.")
@click.option("--with-titles", is_flag=True, help="Of a FOLDER: index the documents' titles with their texts.")
@remote_options
@click.pass_context
def evaluate(ctx: click.Context, questions: Path, **options: Any) -> None:
    """Measure search and answers on questions whose answers you know.

    QUESTIONS is a file, JSONL or CSV, of questions for your own documents: with `question` and any of `answers`,
    `files`, `quotes` and `answerable`. They are put to the server that holds the data or is at --url; without one,
    the data is opened.

    FOLDER holds corpus.jsonl, queries.jsonl and qrels.tsv: its documents are indexed in a scratch directory, and your
    own stores are neither read nor changed.
    """
    if questions.is_dir():
        _refuse(ctx, _OF_QUESTIONS, "is for a file of questions, not for a folder")
        click.echo(_of_folder(ctx.obj, questions, options["limit"], options["with_titles"]).text())
        return
    _refuse(ctx, ("with_titles",), "is for a folder, not for a file of questions")
    asked_of = sides(_usual(options), options["against"])
    for name, file in (("--html", options["html"]), ("--json", options["json_file"])):
        _check_writable(name, file)  # before an hour of questions is asked in vain
    cases = read_questions(questions, options["limit"])
    about = About(questions.name, int(time.time()), __version__, in_turns(asked_of))
    runs = _asked(ctx.obj, cases, asked_of, options)
    _tell(runs, about, options, options["lang"] or language(_locale(ctx.obj)))


def _usual(options: Mapping[str, Any]) -> list[Pair]:
    """The settings of the first side; --url, --store and --model are such settings too."""
    named = [(name, options[name]) for name in ("url", "store", "model") if options[name]]
    return [*named, *options["pairs"]]


def _refuse(ctx: click.Context, names: Sequence[str], why: str) -> None:
    given = click.core.ParameterSource.COMMANDLINE
    for param in ctx.command.params:
        if param.name in names and ctx.get_parameter_source(param.name) == given:
            raise click.UsageError(f"{param.opts[0]} {why}", ctx)


def _asked(
    environ: Mapping[str, str], cases: Sequence[Case], asked_of: Sequence[Side], options: Mapping[str, Any]
) -> list[Run]:
    """A run for each side, in turns or one after the other."""
    runs = []
    done, total = 0, len(cases) * len(asked_of)
    with progress("questions") as bar:

        def step() -> None:
            nonlocal done
            done += 1
            bar.step(done, total)

        for together in [asked_of] if in_turns(asked_of) else [[side] for side in asked_of]:
            with subjects(together, environ, options["api_key"]) as who:
                runs += ask_all(cases, who, answers=not options["search_only"], step=step)
    return runs


def _tell(runs: Sequence[Run], about: About, options: Mapping[str, Any], lang: Language) -> None:
    if options["json_file"]:
        _write("--json", options["json_file"], json_report(about, runs) + "\n")
    if options["html"]:
        _write("--html", options["html"], html_report(about, runs, lang))
    if options["json_file"] != "-":
        for line in lines(about, runs):
            click.echo(printable(line))


def _check_writable(option: str, file: str | None) -> None:
    if file and file != "-":
        try:
            Path(file).open("ab").close()
        except OSError as err:
            raise ConfigError(f"{option}: '{printable(file)}' cannot be written: {err.strerror}") from err


def _write(option: str, file: str, text: str) -> None:
    data = text.encode("utf-8", "replace")
    if file == "-":
        sys.stdout.buffer.write(data)
        return
    try:
        Path(file).write_bytes(data)
    except OSError as err:
        raise ConfigError(f"{option}: '{printable(file)}' cannot be written: {err.strerror}") from err


def _locale(environ: Mapping[str, str]) -> str | None:
    return next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), None)


def _of_folder(environ: Mapping[str, str], folder: Path, limit: int | None, with_titles: bool) -> Report:
    settings = from_env(environ)
    with tempfile.TemporaryDirectory(prefix="ragproxy-eval-", ignore_cleanup_errors=True) as scratch:
        apart = replace(settings, data_dir=Path(scratch), database_url=None, chroma_url=None)
        with opened(apart) as services, progress("steps") as bar:
            name = settings.embedding_model
            return measure(
                folder,
                settings,
                limit=limit or 0,
                with_titles=with_titles,
                progress=bar.step,
                embedder=services.models.embedder(name) if name else None,
            )
