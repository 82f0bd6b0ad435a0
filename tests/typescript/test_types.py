"""The TypeScript types: what `make types` makes now, in a package that says what it holds."""

import json
import re

import pytest

from ragproxy import __version__
from tests.typescript import generate

pytestmark = pytest.mark.timeout(generate.MADE_IN_S + 60)

CARD = json.loads((generate.FOLDER / "package.json").read_text(encoding="utf-8"))
TYPES = generate.TYPES.read_text(encoding="utf-8")


def test_the_types_are_those_of_the_reference(document):
    try:
        made = generate.generated(document)
    except generate.Unavailable as err:
        pytest.skip(str(err))
    assert made == TYPES, "run `make types`"


def test_every_schema_has_a_type_by_its_name(document):
    schemas = json.loads(document)["components"]["schemas"]
    assert re.findall(r"^export type (\w+) = components\['schemas'\]", TYPES, re.MULTILINE) == [*schemas]


def test_nothing_is_any():
    assert not re.findall(r"\bany\b(?=[;\[|)])", TYPES)
    unknown = re.findall(r"(\w+)\??: unknown", TYPES)
    assert set(unknown) == {"status", "role", "content"}  # of an item of a conversation, which is as it came


def test_the_package_is_of_this_version_and_exports_what_it_holds():
    assert CARD["version"] == __version__
    exported = {each["types"].removeprefix("./") for each in CARD["exports"].values()}
    assert exported == set(CARD["files"])
    assert all((generate.FOLDER / name).is_file() for name in CARD["files"])


def test_the_lock_names_no_registry_and_checks_every_package():
    lock = (generate.FOLDER / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock
    assert lock.count('"integrity"') == len(re.findall(r'^    "node_modules/', lock, re.MULTILINE)) > 0
    assert json.loads(lock)["packages"][""]["devDependencies"] == CARD["devDependencies"]


@pytest.fixture(scope="module")
def document():
    return generate.openapi()
