"""The command line on a data folder of its own, in this process or in a real one."""

import os

import pytest
from click.testing import CliRunner

from ragproxy.cli import main
from ragproxy.settings import Settings


@pytest.fixture
def run(data_dir):
    """Runs a command in this process: `run("search", "tower").output`; unforeseen errors are raised."""

    def invoke(*arguments, **variables):
        command = ["--data-dir", str(data_dir), *map(str, arguments)]
        return CliRunner().invoke(main, command, env=variables, catch_exceptions=False)

    return invoke


@pytest.fixture
def data_dir(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def documents(tmp_path):
    """A folder with two readable documents."""
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "tower.md").write_text("# Eiffel Tower\n\nThe Eiffel Tower is 330 metres tall.\n")
    (folder / "louvre.md").write_text("# Louvre\n\nLe musée du Louvre ferme le mardi.\n")
    return folder


@pytest.fixture(autouse=True)
def _no_settings_of_the_machine(monkeypatch):
    for field in Settings.__dataclass_fields__.values():
        if field.metadata["variable"] in os.environ:
            monkeypatch.delenv(field.metadata["variable"])
