"""CSV, JSON and the rows of every table."""

import json

import pytest

from ragproxy.errors import InvalidFile
from ragproxy.ingestion import load
from ragproxy.ingestion.loaders import tabular
from ragproxy.ingestion.loaders.tabular import described


def texts(name, content):
    return [block.text for block in load(name, content if isinstance(content, bytes) else content.encode()).blocks]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter):
    rows = [["ville", "région"], ["Sète", "Occitanie"], ["Orléans", "Centre"]]
    content = "\r\n".join(delimiter.join(row) for row in rows)
    assert texts("x.csv", content) == ["ville: Sète | région: Occitanie", "ville: Orléans | région: Centre"]


def test_quotes_protect_delimiters_and_newlines():
    content = 'nom;note\n"Dupont; Zoé";"ligne 1\nligne ""2"""\n'
    assert texts("x.csv", content) == ['nom: Dupont; Zoé | note: ligne 1 ligne "2"']


def test_commas_in_prose_do_not_win_over_semicolons():
    content = "ville;texte\nSète;un, deux, trois\nLyon;quatre\nParis;cinq, six\n"
    assert texts("x.csv", content)[0] == "ville: Sète | texte: un, deux, trois"


def test_a_windows_csv_with_excel_s_hint_is_read():
    assert texts("x.csv", "sep=;\r\nnom;âge\r\nZoé;3\r\n".encode("cp1252")) == ["nom: Zoé | âge: 3"]


def test_tsv_is_cut_at_tabs_whatever_else_it_holds():
    assert texts("x.tsv", "a,b\tc,d\n1,2\t3,4\n") == ["a,b: 1,2 | c,d: 3,4"]


def test_one_column_and_one_row_are_read():
    assert texts("x.csv", "bonjour\nle monde\n") == ["bonjour", "le monde"]
    assert texts("x.csv", "nom,ville\n") == ["nom | ville"]


def test_a_cell_longer_than_the_csv_module_likes_is_read():
    assert len(texts("x.csv", "a,b\n1," + "x" * 200_000)[0]) > 200_000


def test_a_row_without_header_stands_as_it_is():
    assert list(described([["1", "2"], ["3", "4"]])) == ["1 | 2", "3 | 4"]
    assert list(described([["a", "b"], ["c", "d"]], headed=False)) == ["a | b", "c | d"]


def test_lines_above_the_header_and_cells_beyond_it_are_kept():
    rows = [["Rapport"], [], ["nom", "2024"], ["Zoé", "3", "de trop"], ["", "5"], ["", ""]]
    assert list(described(rows)) == ["Rapport", "nom: Zoé | 2024: 3 | de trop", "2024: 5"]


def test_a_table_has_a_bounded_number_of_cells(monkeypatch):
    monkeypatch.setattr(tabular, "_MAX_CELLS", 10)
    with pytest.raises(InvalidFile, match="more than 10 cells"):
        list(described([[""] * 4] * 3))


def test_a_row_of_shared_giants_is_refused_before_it_is_copied():
    giant = "x" * 1_000_000
    with pytest.raises(InvalidFile, match="characters in a row"):
        list(described([[giant] * 21]))


def test_json_is_said_in_lines():
    value = {"nom": "Zoé", "tags": ["a", "b"], "adresse": {"ville": "Sète", "cp": 34200}, "vide": None, "ok": True}
    assert texts("x.json", json.dumps(value)) == [
        "nom: Zoé",
        "tags: a, b",
        "adresse.ville: Sète\nadresse.cp: 34200",
        "ok: true",
    ]


def test_each_element_of_a_json_array_is_a_record():
    value = [{"q": "Où ?", "r": [{"t": "Ici"}, {"t": "Là"}]}, "seul", 3.5]
    assert texts("x.json", json.dumps(value)) == ["q: Où ?\nr[0].t: Ici\nr[1].t: Là", "seul", "3.5"]


def test_each_line_of_jsonl_is_a_record_and_a_bad_one_is_named():
    assert texts("x.jsonl", '{"a": 1}\n\n{"a": "é"}\n') == ["a: 1", "a: é"]
    assert texts("x.json", '{"a": 1}\n{"a": 2}') == ["a: 1", "a: 2"]
    with pytest.raises(InvalidFile, match=r"^Line 3 is not JSON"):
        load("x.jsonl", b'{"a": 1}\n\n{"a": \n')


def test_json_nested_without_end_is_refused():
    with pytest.raises(InvalidFile):
        load("x.json", b"[" * 100_000)
    with pytest.raises(InvalidFile):
        load("x.json", b'{"a":' * 2000 + b"1" + b"}" * 2000)
    assert len(load("x.json", b'{"a":' * 500 + b"1" + b"}" * 500).blocks[0].text) < 400  # the end of the path


def test_lone_surrogates_and_nul_in_json_are_cleaned_out():
    assert texts("x.json", r'{"a": "x\ud800y\u0000z"}') == ["a: xyz"]


def test_long_keys_do_not_multiply():
    members = ",".join(f'"{i}":{i}' for i in range(1000))
    document = load("x.json", ('{"' + "k" * 100_000 + '": {' + members + "}}").encode())
    assert sum(len(block.text) for block in document.blocks) < 1_000_000
