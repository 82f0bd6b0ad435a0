"""Reading a set of questions, and what is said of one that is wrong."""

import json

import pytest

from ragproxy.errors import InvalidRequest
from ragproxy.evaluation.dataset import Question, read

CORPUS = [{"_id": "d1", "title": "One", "text": " First. "}, {"_id": 2, "text": "Second."}]
QUERIES = [
    {"_id": "q1", "text": "First?", "answers": ["First", " "]},
    {"_id": "q2", "text": "Second?"},
    {"_id": "unjudged", "text": "Third?"},
]
QRELS = "query-id\tcorpus-id\tscore\nq1\td1\t1\nq1\t2\t0\nq2\t2\t3\nq2\td1\t1\n"


def test_documents_and_judged_questions_are_read(folder):
    dataset = read(folder)
    assert dataset.name == "small"
    assert dataset.documents == {"d1": ("One", "First."), "2": ("", "Second.")}
    assert dataset.questions == (
        Question("First?", {"d1": 1}, ("First",)),
        Question("Second?", {"2": 3, "d1": 1}),
    )


def test_qrels_need_no_header_and_blank_lines_are_nothing(folder):
    (folder / "qrels.tsv").write_text("q1\td1\t1\n\n")
    (folder / "corpus.jsonl").write_bytes(b"\xef\xbb\xbf" + (folder / "corpus.jsonl").read_bytes() + b"\n\n")
    assert [question.text for question in read(folder).questions] == ["First?"]


def test_a_limit_takes_the_same_sample_every_time(folder):
    many = [{"_id": f"q{number}", "text": str(number)} for number in range(100)]
    _write(folder / "queries.jsonl", many)
    (folder / "qrels.tsv").write_text("".join(f"q{number}\td1\t1\n" for number in range(100)))
    assert read(folder, 10) == read(folder, 10)
    assert len(read(folder, 10).questions) == 10
    assert len(read(folder, 1000).questions) == len(read(folder, 0).questions) == len(read(folder).questions) == 100
    assert [question.text for question in read(folder, 10).questions] != [str(number) for number in range(10)]


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels.tsv"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(InvalidRequest, match=name):
        read(folder)


def test_every_missing_file_of_an_empty_folder_is_named(tmp_path):
    with pytest.raises(InvalidRequest, match=r"corpus\.jsonl, queries\.jsonl, qrels\.tsv missing"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("name", "line", "reason"),
    [
        ("corpus.jsonl", b'{"_id": "d3"', "not JSON"),
        ("corpus.jsonl", b'["d3"]', '"_id"'),
        ("corpus.jsonl", b'{"text": "no id"}', '"_id"'),
        ("corpus.jsonl", b'{"_id": "d3"}', '"text" must be a string'),
        ("corpus.jsonl", b'{"_id": "d3", "text": 3}', '"text" must be a string'),
        ("corpus.jsonl", b'{"_id": "d1", "text": "again"}', "'d1' is there twice"),
        ("corpus.jsonl", b'{"_id": "d3", "text": "\xe9"}', "not UTF-8"),
        ("queries.jsonl", b'{"_id": "q2", "text": "again"}', "'q2' is there twice"),
        ("qrels.tsv", b"q1\td1", "separated by tabs"),
        ("qrels.tsv", b"q1 d1 1", "separated by tabs"),
        ("qrels.tsv", b"q1\td1\tgood", "separated by tabs"),
    ],
)
def test_a_bad_line_is_told_by_file_number_and_reason(folder, name, line, reason):
    path = folder / name
    number = len(path.read_bytes().splitlines()) + 1
    path.write_bytes(path.read_bytes() + line + b"\n")
    with pytest.raises(InvalidRequest) as refused:
        read(folder)
    assert refused.value.message.startswith(f"{path}:{number}: ")
    assert reason in refused.value.message


def test_answers_that_are_no_list_of_strings_are_refused(folder):
    _write(folder / "queries.jsonl", [{"_id": "q1", "text": "?", "answers": "First"}])
    with pytest.raises(InvalidRequest, match=r"queries\.jsonl:1: \"answers\""):
        read(folder)


def test_a_set_without_a_judged_question_or_a_document_says_so(folder):
    (folder / "qrels.tsv").write_text("q1\td1\t0\n")
    with pytest.raises(InvalidRequest, match="no question with a right document"):
        read(folder)
    (folder / "corpus.jsonl").write_text("\n")
    with pytest.raises(InvalidRequest, match="no document in it"):
        read(folder)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "small"
    folder.mkdir()
    _write(folder / "corpus.jsonl", CORPUS)
    _write(folder / "queries.jsonl", QUERIES)
    (folder / "qrels.tsv").write_text(QRELS)
    return folder


def _write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
