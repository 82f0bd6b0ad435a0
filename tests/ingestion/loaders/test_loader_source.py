"""Source code and configuration."""

import pytest

from ragproxy.ingestion import load

PYTHON = '''"""Un module."""
import os

LIMITE = 3


@decorated
def première(x):
    """Fait ceci."""

    return x


class Machine:
    état = 1

    def tourner(self):
        return 2


main()
'''


def test_python_is_cut_at_its_definitions():
    document = load("src/app.py", PYTHON.encode())
    assert document.title == "app.py"
    assert [(block.heading, block.text) for block in document.blocks] == [
        ("app.py", '"""Un module."""\nimport os'),
        ("app.py", "LIMITE = 3"),
        ("app.py > première", '@decorated\ndef première(x):\n    """Fait ceci."""\n\n    return x'),
        ("app.py > Machine", "class Machine:\n    état = 1"),
        ("app.py > tourner", "    def tourner(self):\n        return 2"),
        ("app.py", "main()"),
    ]


@pytest.mark.parametrize(
    ("name", "code", "defined"),
    [
        ("x.js", "export async function charger(url) {", "charger"),
        ("x.ts", "const lire = async (x) => {", "lire"),
        ("x.java", "    public static String nom(int x) throws E {", "nom"),
        ("x.go", "func (s *Server) Serve(x int) error {", "Serve"),
        ("x.rs", "pub(crate) fn lire() -> u8 {", None),
        ("x.rs", "pub fn lire() -> u8 {", "lire"),
        ("x.c", "static int *compter(char *s) {", "compter"),
        ("x.c", "int main(void)\n{", "main"),
        ("x.sh", "lancer() {", "lancer"),
        ("x.sql", "CREATE TABLE IF NOT EXISTS factures (", "factures"),
        ("x.toml", '[outils]\nclé = "a"', "outils"),
        ("x.yaml", "services:\n  web: 1", "services"),
        ("x.rb", "class Maison", "Maison"),
        ("x.py", "if vrai(x):\n    pass", None),
        ("x.py", "raise Erreur(x)", None),
        ("x.js", "for (const a of b) {", None),
    ],
)
def test_what_is_defined_names_its_block(name, code, defined):
    heading = load(name, code.encode()).blocks[0].heading
    assert heading == (f"{name} > {defined}" if defined else name)


def test_a_long_function_is_several_blocks_under_one_name():
    body = "\n\n".join(f"    étape_{i} = {'x' * 200}" for i in range(10))
    blocks = load("x.py", f"def longue():\n{body}".encode()).blocks
    assert len(blocks) > 1
    assert {block.heading for block in blocks} == {"x.py > longue"}
    assert max(len(block.text) for block in blocks) < 1200


def test_a_minified_file_costs_little():
    assert load("x.js", b"var a=function(){return(" * 50_000).blocks
