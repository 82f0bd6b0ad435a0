"""The guide leaves nothing out: every route of the app and every command and option of `ragproxy`, in both languages."""

import re
from pathlib import Path

import click
import pytest

from ragproxy.app import create_app
from ragproxy.cli import main
from ragproxy.settings import Settings
from ragproxy.state import migrate

GUIDE = Path(__file__).resolve().parent.parent / "docs" / "guide"
LANGUAGES = ("en", "fr")
SHARED = {"--url", "--api-key"}  # told once, for all commands that have them
ELSEWHERE = "coming-from-"  # the pages that name other programs' routes too

_CODE = re.compile(r"`([^`\n]+)`")
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_ROUTE = re.compile(r"([A-Z]+) (/[\w/{}.-]*)")
_SECTION = re.compile(r"^(?=#{1,6} )", re.MULTILINE)


def walk(command, path=("ragproxy",)):
    """(path, command) of a command and of all below it."""
    yield " ".join(path), command
    if isinstance(command, click.Group):
        for name, each in sorted(command.commands.items()):
            yield from walk(each, (*path, name))


COMMANDS = dict(walk(main))
RUNNABLE = [path for path, command in COMMANDS.items() if not isinstance(command, click.Group)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_route_is_told(lang, routes):
    assert len(routes) > 70
    assert sorted(routes - told_routes(lang)) == [], f"name each of these on a page of docs/guide/{lang}"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_route_is_told_that_does_not_exist(lang, routes):
    assert sorted(told_routes(lang) - routes) == []


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", RUNNABLE)
def test_every_command_is_told_with_its_options(path, lang):
    about = [section for section in sections(lang) if re.search(rf"`{path}[ `]", section)]
    assert about, f"no page of docs/guide/{lang} names `{path}`"
    told = {word for section in about for code in _CODE.findall(section) for word in code.split()}
    assert sorted(options(COMMANDS[path]) - SHARED - told) == [], f"docs/guide/{lang}: tell these where `{path}` is"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_options_of_all_commands_are_told(lang):
    page = (GUIDE / lang / "command-line.md").read_text(encoding="utf-8")
    told = {word for code in _CODE.findall(page) for word in code.split()}
    assert options(main) | SHARED | {"--help", "-h"} <= told


def test_there_are_commands_to_look_at():
    assert len(RUNNABLE) > 20
    assert any(options(command) >= SHARED for command in COMMANDS.values())


def options(command):
    """The long names of a command's options."""
    named = (name for option in command.params if isinstance(option, click.Option) for name in option.opts)
    return {name for name in named if name.startswith("--")}


def sections(lang):
    """The guide, cut at its headings."""
    return [section for page in sorted((GUIDE / lang).iterdir()) for section in _SECTION.split(words(page))]


def told_routes(lang):
    """(method, path) of every route that the guide names, {} for what varies."""
    pages = (page for page in (GUIDE / lang).iterdir() if not page.name.startswith(ELSEWHERE))
    codes = (code for page in pages for code in _CODE.findall(words(page)))
    found = (match.groups() for code in codes if (match := _ROUTE.fullmatch(code)))
    return {(method, re.sub(r"\{\w+\}", "{}", path)) for method, path in found}


def words(page):
    """A page without its blocks of code."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def routes(tmp_path_factory):
    """(method, path) of every route, as `told_routes` has them."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("routes"))
    migrate(settings.database)
    app = create_app(settings)
    rules = {}
    for rule in app.url_map.iter_rules():
        rules.setdefault(re.sub(r"<[^>]+>", "{}", rule.rule), set()).update(rule.methods - {"OPTIONS", "HEAD"})
    app.extensions["ragproxy"].close()
    return {(method, path) for path, methods in rules.items() if f"/v1{path}" not in rules for method in methods}
