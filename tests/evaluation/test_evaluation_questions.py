"""A user's own questions, as JSONL and as CSV, and what is refused of them."""

import json

import pytest

from ragproxy.errors import InvalidRequest
from ragproxy.evaluation.questions import Case, read_questions


def test_every_field_of_a_line_of_json_is_read(tmp_path):
    row = {
        "question": " How tall is it? ",
        "answer": "330 metres",
        "answers": ["330 m", "330 metres"],
        "files": ["tower.md"],
        "quotes": ["is 330 metres tall"],
        "answerable": True,
        "id": 7,
    }
    assert read(tmp_path, "q.jsonl", json.dumps(row)) == [
        Case("How tall is it?", ("330 metres", "330 m"), ("tower.md",), ("is 330 metres tall",))
    ]


def test_a_single_text_may_stand_without_its_list_and_blank_ones_are_left_out(tmp_path):
    row = {"question": "q", "answers": "a", "files": ["x", " ", "x"], "quotes": None, "answerable": None}
    assert read(tmp_path, "q.jsonl", json.dumps(row)) == [Case("q", ("a",), ("x",))]


def test_blank_lines_and_a_byte_order_mark_are_passed_over(tmp_path):
    text = '\ufeff{"question": "où ?"}\r\n\r\n{"question": "quand ?", "answerable": false}\r\n'
    assert read(tmp_path, "q.jsonl", text) == [Case("où ?"), Case("quand ?", answerable=False)]


def test_a_line_of_json_may_hold_any_character_that_other_files_break_lines_at(tmp_path):
    assert read(tmp_path, "q.jsonl", '{"question": "one\u2028two\u0085three"}') == [Case("one\u2028two\u0085three")]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_is_read_whatever_separates_its_cells(tmp_path, separator):
    lines = [
        ["Question", "answers", "files", "quotes", "answerable", "note"],
        ["Quelle hauteur ?", "330 m | 330 mètres", "tower.md", "", "oui", "x"],
        ["Qui l'a dit ?", "", "", "", "NON", ""],
        ["", "", "", "", "", ""],
    ]
    text = "\r\n".join(separator.join(cells) for cells in lines)
    assert read(tmp_path, "q.csv", text) == [
        Case("Quelle hauteur ?", ("330 m", "330 mètres"), ("tower.md",)),
        Case("Qui l'a dit ?", answerable=False),
    ]


def test_a_cell_may_hold_commas_quotes_and_line_breaks(tmp_path):
    text = 'question,answer\n"Who said ""no"", and\nwhen?","Ada, in 1843"\n'
    assert read(tmp_path, "q.csv", text) == [Case('Who said "no", and\nwhen?', ("Ada, in 1843",))]
    assert read(tmp_path, "q.csv", "question\rone\u2028two\x0cthree\r") == [Case("one\u2028two\x0cthree")]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("q.jsonl", '{"question": "a"}\n{', r"q\.jsonl:2: not JSON"),
        ("q.jsonl", "[" * 100_000, r"q\.jsonl:1: not JSON"),
        ("q.jsonl", '\n["a"]', r'q\.jsonl:2: expected an object with a "question"'),
        ("q.jsonl", '{"answer": "a"}', r'q\.jsonl:1: "question" must be a text'),
        ("q.jsonl", '{"question": " "}', r'q\.jsonl:1: "question" must be a text'),
        ("q.jsonl", json.dumps({"question": "x" * 10_001}), r"q\.jsonl:1: the question has 10,001 characters"),
        ("q.jsonl", '{"question": "a", "answers": [1]}', r'q\.jsonl:1: "answers" must be a text or a list'),
        ("q.jsonl", '{"question": "a", "files": {"a": 1}}', r'q\.jsonl:1: "files" must be a text or a list'),
        ("q.jsonl", '{"question": "a", "answerable": "no"}', r'q\.jsonl:1: "answerable" must be true or false'),
        ("q.jsonl", '{"question": "a", "answerable": 0}', r'q\.jsonl:1: "answerable" must be true or false'),
        ("q.jsonl", '{"question": "a", "answerable": false, "quotes": ["b"]}', r"q\.jsonl:1: .* not answerable has no"),
        ("q.jsonl", "\n\n", r"q\.jsonl: no question in it"),
        ("q.csv", "question,answer\n", r"q\.csv: no question in it"),
        ("q.csv", "", r"q\.csv: no question in it"),
        ("q.csv", "frage,answer\na,b", r"q\.csv:1: expected a header with a column 'question'"),
        ("q.csv", "question,answer,answer\na,b,c", r"q\.csv:1: the column 'answer' is there twice"),
        ("q.csv", 'question,answer\n"a\nb",c\nd,e,f', r"q\.csv:4: 3 cells, but the header has 2"),
        ("q.csv", "question,answerable\na,yes\nb,maybe", r"q\.csv:3: 'answerable' must be true or false, not 'maybe'"),
        ("q.csv", 'question,answer\n"a,b', r"q\.csv:2: not CSV"),
        ("q.csv", "question,answer\n,b", r'q\.csv:2: "question" must be a text'),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_file_and_line(tmp_path, name, text, told):
    with pytest.raises(InvalidRequest, match=told):
        read(tmp_path, name, text)


def test_other_encodings_are_refused_with_their_line(tmp_path):
    (tmp_path / "q.csv").write_bytes("question\na\nété\n".encode("latin-1"))
    with pytest.raises(InvalidRequest, match=r"q\.csv:3: not UTF-8"):
        read_questions(tmp_path / "q.csv")


def test_a_sample_is_the_same_at_every_call_and_keeps_the_order(tmp_path):
    text = "\n".join(json.dumps({"question": f"{number:02}"}) for number in range(40))
    every = read(tmp_path, "q.jsonl", text)
    sample = list(read_questions(tmp_path / "q.jsonl", 10))
    assert len(sample) == 10
    assert sample == list(read_questions(tmp_path / "q.jsonl", 10))
    assert sample == sorted(sample, key=every.index)
    assert list(read_questions(tmp_path / "q.jsonl", 99)) == every


def read(folder, name, text):
    (folder / name).write_bytes(text.encode())
    return list(read_questions(folder / name))
