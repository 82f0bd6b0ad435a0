"""The libraries that the pages bring along are those of npm, each with its licence."""

import json
import re

import pytest

from tests.web import vendor

COPIES = vendor.listed()
LOCK = vendor.FOLDER / "package-lock.json"
FILES = sorted(str(path.relative_to(vendor.VENDOR)) for path in vendor.VENDOR.rglob("*") if path.is_file())


def test_every_file_is_listed_once():
    assert sorted(copy.file for copy in COPIES) == [file for file in FILES if file != vendor.LIST.name]


@pytest.mark.parametrize("copy", COPIES, ids=lambda copy: copy.file)
def test_a_file_is_what_the_list_says(copy):
    assert vendor.digest(copy.path) == copy.sha256, "run `make vendor`"
    locked = json.loads(LOCK.read_text(encoding="utf-8"))["packages"][f"node_modules/{copy.package}"]
    assert copy.version == locked["version"], "run `make vendor`"


@pytest.mark.parametrize("copy", COPIES, ids=lambda copy: copy.file)
def test_a_file_equals_the_packages(copy):
    if not copy.original.is_file():
        pytest.skip(f"{copy.package} is not installed: `make dev` installs it where there is npm")
    assert copy.path.read_bytes() == copy.original.read_bytes()
    assert vendor.card(copy.package)["license"].strip("()") == copy.licence


def test_every_library_has_its_licence():
    folders = {copy.file.split("/")[0] for copy in COPIES}
    assert {f"{folder}/LICENSE" for folder in folders} <= set(FILES)


def test_the_lock_names_no_registry_and_checks_every_package():
    lock = LOCK.read_text(encoding="utf-8")
    assert '"resolved"' not in lock
    assert lock.count('"integrity"') == len(re.findall(r'^    "node_modules/', lock, re.MULTILINE)) > 0
