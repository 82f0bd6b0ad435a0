"""What the words promise: every setting, link, command and make target of the documentation exists."""

import re
from dataclasses import fields
from pathlib import Path
from urllib.parse import unquote

import pytest

from ragproxy.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
GUIDE = ROOT / "docs" / "guide"
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
GUIDE_NAMES = sorted(path.name for path in (GUIDE / "en").iterdir())
UNSET = {"README.md": "unset", "en": "unset by default", "fr": "non définie par défaut"}

_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_VARIABLE = re.compile(r"\b[A-Z]+(?:_[A-Z]+)+\b")


@pytest.mark.parametrize("setting", fields(Settings), ids=lambda setting: setting.metadata["variable"])
def test_the_readme_tells_every_setting_with_its_default(setting):
    variable, default, meaning = _settings_table()[setting.metadata["variable"]]
    assert default == _shown(setting.default), f"{variable}: the README shows another default"
    assert setting.metadata["help"] in meaning, f"{variable}: the README says something else"


def test_the_readme_tells_no_setting_that_does_not_exist():
    assert set(_settings_table()) == {setting.metadata["variable"] for setting in fields(Settings)}


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("setting", fields(Settings), ids=lambda setting: setting.metadata["variable"])
def test_the_guide_tells_every_setting_with_its_default(lang, setting):
    lines = (GUIDE / lang / "configuration.md").read_text(encoding="utf-8").splitlines()
    told = [line for line in lines if f"`{setting.metadata['variable']}`" in line]
    default = f"`{_shown(setting.default, '')}`".replace(", ", "`, `")
    shown = UNSET[lang] if default == "``" else default
    assert any(shown in line for line in told), f"no line tells {setting.metadata['variable']} with {shown}"


def test_the_guide_has_the_same_pages_in_both_languages():
    assert sorted(path.name for path in (GUIDE / "fr").iterdir()) == GUIDE_NAMES
    assert GUIDE_NAMES


@pytest.mark.parametrize("name", GUIDE_NAMES)
def test_the_readme_lists_every_page_of_the_guide(name):
    assert f"docs/guide/en/{name}" in _LINK.findall((ROOT / "README.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", GUIDE_NAMES)
def test_both_languages_of_a_page_tell_the_same_names(name):
    english, french = ((GUIDE / lang / name).read_text(encoding="utf-8") for lang in ("en", "fr"))
    assert set(_VARIABLE.findall(english)) == set(_VARIABLE.findall(french))
    assert _routes(english) == _routes(french)
    assert len(_headings(english)) == len(_headings(french))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page):
    for link in _LINK.findall(_prose(page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{page.name} links to {link}, which is not there"
        if anchor:
            anchors = {_slug(heading) for heading in _headings(target.read_text(encoding="utf-8"))}
            assert anchor in anchors, f"{page.name} links to {link}, but no heading makes that anchor"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_variable_named_is_a_setting_or_somebody_elses(page):
    ours = {setting.metadata["variable"] for setting in fields(Settings)}
    named = set(_VARIABLE.findall(page.read_text(encoding="utf-8")))
    assert {name for name in named if name.startswith("RAGPROXY_")} <= ours


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_make_target_named_exists(page):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = re.findall(r"(?:`|^)(?:[A-Z_]+=\S+ (?:\\\n\s*)?)*make ([a-z]+)", page.read_text(encoding="utf-8"), re.M)
    assert set(named) <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_named_exists(page):
    from ragproxy.cli import main

    named = re.findall(r"(?:`|bin/)ragproxy ([a-z]+)", page.read_text(encoding="utf-8"))
    assert set(named) <= set(main.commands)


def test_the_licence_is_whole():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text


def _settings_table():
    """variable -> (variable, default, meaning), from the rows of README's settings table."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text.partition("\n## Settings\n")[2].partition("\n## ")[0]
    rows = (
        [cell.strip() for cell in line.strip("| ").split(" | ")] for line in section.splitlines() if line[:3] == "| `"
    )
    return {cells[0].strip("`"): (cells[0].strip("`"), cells[1].strip("`"), cells[2]) for cells in rows}


def _shown(default, unset="unset"):
    """A default as one would type it."""
    if default is None:
        return unset
    if isinstance(default, bool):
        return str(int(default))
    if isinstance(default, (tuple, frozenset)):
        return ", ".join(default)
    return f"{default:g}" if isinstance(default, float) else str(default)


def _prose(text):
    return _FENCE.sub("", text)


def _headings(text):
    return re.findall(r"^#{1,6} (.+)$", _prose(text), re.MULTILINE)


def _slug(heading):
    """The anchor that GitHub makes of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def _routes(text):
    return {code for code in _CODE.findall(_prose(text)) if re.fullmatch(r"(?:[A-Z]+ )?/[\w/{}.]+", code)}
