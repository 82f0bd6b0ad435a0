"""The official client with ragproxy's types, compiled and run against a real server; and so is the guide's TypeScript."""

import shutil

import pytest

from tests.e2e import snippets
from tests.typescript import compiling

pytestmark = pytest.mark.timeout(2 * compiling.COMPILED_IN_S + 60)

QUESTION = "Which port does ragproxy listen on by default?"
DOTS = "..."


def test_the_example_runs_as_it_was_compiled(folder, server):
    said = compiling.compiled(folder)
    assert (said.returncode, said.stdout) == (0, "")
    ended = compiling.run(folder, "out/client.js", SERVER_URL=server.url)
    assert (ended.returncode, ended.stdout) == (0, "all of it\n"), ended.stderr


def test_the_typescript_of_the_guide_is_compiled_and_runs(folder, server):
    for example in (*folder.glob("*.ts"), *folder.glob("*.cts")):
        example.unlink()
    shutil.rmtree(folder / "out", ignore_errors=True)
    names = []
    for page in snippets.pages("ts"):
        for number, code in enumerate(snippets.blocks(page, "ts")):
            names.append(f"{page.parent.name}-{page.stem}-{number}")
            code = code.replace(snippets.ADDRESS, server.url).replace(f'"{DOTS}"', f'"{QUESTION}"')
            (folder / f"{names[-1]}.ts").write_text(code, encoding="utf-8")
    assert len(names) >= 4
    said = compiling.compiled(folder)
    assert (said.returncode, said.stdout) == (0, "")
    for name in names:
        ended = compiling.run(folder, f"out/{name}.js")
        assert ended.returncode == 0, ended.stderr
        assert "8083" in ended.stdout


@pytest.fixture
def folder(tmp_path):
    try:
        return compiling.project(tmp_path)
    except compiling.Unavailable as err:
        pytest.skip(str(err))
