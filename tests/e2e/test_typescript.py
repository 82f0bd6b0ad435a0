"""The official client with ragproxy's types, compiled and run against a real server; and so is the guide's TypeScript."""

import re

import pytest

from tests.e2e import snippets
from tests.typescript import compiling

pytestmark = pytest.mark.timeout(2 * compiling.COMPILED_IN_S + 60)

QUESTION = "Which port does ragproxy listen on by default?"
DOTS = "..."
EXAMPLE = compiling.HERE / "client.ts"
MISTAKEN = "mistaken.ts"  # the example, with mistakes
MISTAKES = {
    "top_k: 3,": 'top_k: "three",',
    "named(completion.sources ?? [])": "named(completion.sources)",
    "result.page;": "result.pages;",
}


def test_the_compiler_finds_the_mistakes_and_no_others(examples):
    _, said = examples
    assert [line for line in said.splitlines() if not line.startswith((f"{MISTAKEN}(", " "))] == []


def test_mistakes_in_the_example_are_found(examples):
    _, said = examples
    text = EXAMPLE.read_text(encoding="utf-8")
    lines = {text[: text.index(right)].count("\n") + 1 for right in MISTAKES}
    assert {int(line) for line in re.findall(rf"^{re.escape(MISTAKEN)}\((\d+),", said, re.MULTILINE)} == lines


def test_the_example_runs_as_it_was_compiled(examples, server):
    folder, _ = examples
    ended = compiling.run(folder, "out/client.js", SERVER_URL=server.url)
    assert (ended.returncode, ended.stdout) == (0, "all of it\n"), ended.stderr


def test_the_typescript_of_the_guide_is_compiled_and_runs(tmp_path, server):
    folder = project(tmp_path)
    names = []
    for page in snippets.pages("ts"):
        for number, code in enumerate(snippets.blocks(page, "ts")):
            names.append(f"{page.parent.name}-{page.stem}-{number}")
            code = code.replace(snippets.ADDRESS, server.url).replace(f'"{DOTS}"', f'"{QUESTION}"')
            (folder / f"{names[-1]}.ts").write_text(code, encoding="utf-8")
    assert len(names) >= 4
    said = compiling.compiled(folder, "--skipLibCheck")  # the declarations are those of the examples
    assert (said.returncode, said.stdout) == (0, "")
    for name in names:
        ended = compiling.run(folder, f"out/{name}.js")
        assert ended.returncode == 0, ended.stderr
        assert "8083" in ended.stdout


@pytest.fixture(scope="module")
def examples(tmp_path_factory):
    """The folder of the examples with their JavaScript, and what the compiler said of them and of one with mistakes."""
    folder = project(tmp_path_factory.mktemp("typescript"), *compiling.EXAMPLES)
    wrong = EXAMPLE.read_text(encoding="utf-8")
    for right, mistake in MISTAKES.items():
        assert wrong.count(right) == 1
        wrong = wrong.replace(right, mistake)
    (folder / MISTAKEN).write_text(wrong, encoding="utf-8")
    return folder, compiling.compiled(folder).stdout


def project(folder, *examples):
    try:
        return compiling.project(folder, *examples)
    except compiling.Unavailable as err:
        pytest.skip(str(err))
