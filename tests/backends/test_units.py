"""What can be quoted from a passage, and what stands above it."""

import time

import pytest

from ragproxy.backends.units import LONGEST_LIST, LONGEST_UNIT, units
from ragproxy.domain import Chunk
from ragproxy.retrieval.sentences import split


def test_a_paragraph_over_several_lines_gives_its_sentences():
    assert _texts("The first sentence\nruns on. The second\u00a0: « fin ».\n\nA third.") == [
        "The first sentence runs on.",
        "The second\u00a0: « fin ».",
        "A third.",
    ]


def test_headings_are_no_answers_but_stand_above_what_follows():
    found = _units("# Guide\n\n## Le port\n\nIl vaut 8083. Changez-le.\n\nAutre titre\n-----------\n\nFin.")
    assert [unit.text for unit in found if unit.asks] == ["Guide", "Le port", "Autre titre"]
    assert {unit.text: (unit.heading, unit.leads) for unit in found if not unit.asks} == {
        "Il vaut 8083.": ("Le port", True),
        "Changez-le.": ("Le port", False),
        "Fin.": ("Autre titre", True),
    }


def test_the_heading_of_the_chunk_stands_above_all_of_it_and_is_no_answer():
    found = units(_chunk("Réglages\n\nLe port vaut 8083.", heading="Guide > Réglages"), split)
    assert [(unit.text, unit.asks) for unit in found] == [("Réglages", True), ("Le port vaut 8083.", False)]
    assert found[1].heading.startswith("Guide > Réglages")


def test_the_title_lines_that_chunking_leaves_in_a_text_are_headings():
    found = _units("Réglages > Port\nLe port vaut 8083.\n\nAdresse du serveur\nElle vaut 127.0.0.1. Changez-la.")
    assert [unit.text for unit in found if unit.asks] == ["Réglages > Port", "Adresse du serveur"]
    assert [unit.heading for unit in found if not unit.asks] == ["Réglages > Port", *["Adresse du serveur"] * 2]


def test_a_line_that_goes_on_in_the_next_is_no_heading():
    assert _texts("The ferry to the islands leaves\nat noon.") == ["The ferry to the islands leaves at noon."]


@pytest.mark.parametrize("question", ["Où est le port ?", "**Où est le port ?**", "« Où est le port ? »"])
def test_a_question_in_a_passage_stands_above_its_answer(question):
    asked, answer = _units(f"{question}\n\nDans la variable `PORT`.")
    assert asked.asks
    assert not answer.asks
    assert answer.heading == question


def test_a_table_row_says_the_names_of_its_columns():
    table = "| Variable | Default | Note |\n|---|:-:|---|\n| `PORT` | 8083 | |\n| `HOST` | 127.0.0.1 | loopback |"
    header, *rows = _units(table)
    assert header.asks
    assert [row.text for row in rows] == [
        "Variable: `PORT` · Default: 8083",
        "Variable: `HOST` · Default: 127.0.0.1 · Note: loopback",
    ]


def test_a_row_that_already_says_its_columns_is_left_as_it_is():
    assert _texts("city: Lyon | people: 522,000\ncity: Nice | try: `a | b`\n\nRun `a | b` now.") == [
        "city: Lyon · people: 522,000",
        "city: Nice · try: `a | b`",
        "Run `a | b` now.",
    ]


def test_items_are_units_without_their_bullets_and_the_whole_list_is_one_too():
    found = _texts("Bring these:\n\n- a pen. Blue ink only.\n* paper\n1. a friend\n\nThen sit down.")
    assert found == [
        "a pen.",
        "Blue ink only.",
        "paper",
        "a friend",
        "Then sit down.",
        "Bring these:\n- a pen. Blue ink only.\n- paper\n- a friend",
    ]


def test_a_list_is_taken_whole_items_at_a_time_up_to_its_limit():
    items = [f"item {number} {'x' * 100}" for number in range(20)]
    whole = _texts("All of them:\n" + "\n".join(f"- {item}" for item in items))[-1]
    assert whole.startswith("All of them:\n- item 0 ")
    assert LONGEST_LIST - 150 < len(whole) < LONGEST_LIST + 50
    assert whole.removeprefix("All of them:\n- ").split("\n- ") == items[: whole.count("\n")]


def test_a_command_goes_with_the_paragraph_before_it():
    found = _units("Need Python. Then start it.\n\n```sh\nmake run\n```\n\nDone.")
    assert found[-1].text == "Need Python. Then start it. `make run`"
    assert found[-1].code
    assert [unit.text for unit in found[:-1]] == ["Need Python.", "Then start it.", "`make run`", "Done."]


def test_what_announces_something_is_never_quoted_without_it():
    found = _texts("Need Python. Then start it:\n\n```sh\nmake run\n```")
    assert found == ["Need Python.", "`make run`", "Need Python. Then start it: `make run`"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("```\nmake run\n```", "`make run`"),
        ("~~~bash\ncd x\nmake run\n~~~", "```\ncd x\nmake run\n```"),
        ("make run\n```\n\nThe block began in the chunk before.", "`make run`"),
        ("Its end is in the next chunk.\n\n```sh\nmake run", "`make run`"),
    ],
)
def test_code_is_quoted_as_code_though_the_chunk_cut_its_block(text, code):
    assert [unit.text for unit in _units(text) if unit.code and unit.first == unit.last] == [code]


def test_a_file_of_source_code_is_quoted_in_blocks():
    text = "def one():\n    return 1\n\n\ndef two():\n    return 2\n"
    found = units(_chunk(text, filename="lib/numbers.py", heading="numbers.py > one"), split)
    assert [unit.text for unit in found] == [
        "```\ndef one():\n    return 1\n```",
        "```\ndef two():\n    return 2\n```",
    ]


def test_numbers_of_notes_are_dropped_lest_they_pass_for_citations():
    assert _texts("Vrai.[2] Faux [13]. Voir `argv[1]`.") == ["Vrai.", "Faux.", "Voir `argv[1]`."]


def test_a_relative_link_keeps_its_words_alone():
    assert _texts("See [the guide](guide.md#top) and [the site](https://example.org/a).") == [
        "See the guide and [the site](https://example.org/a)."
    ]


def test_a_sentence_without_end_is_cut_between_words_and_loses_none():
    endless = " ".join(f"mot{number}" for number in range(1000))
    found = _texts(endless)
    assert max(map(len, found)) <= LONGEST_UNIT
    assert " ".join(found) == endless


@pytest.mark.parametrize(
    "text",
    ["[" * 20000, "| " * 20000, "`" * 20001, "- " * 20000, "#" * 20000, "x" * 20000, "a b\n" * 10000, " \n" * 9999],
)
def test_hostile_text_is_read_in_linear_time(text):
    started = time.perf_counter()
    _units(text)
    assert time.perf_counter() - started < 2


def test_nothing_comes_of_nothing():
    assert _units(" \n\n \t\n") == []


def _units(text):
    return units(_chunk(text), split)


def _texts(text):
    return [unit.text for unit in _units(text)]


def _chunk(text, *, heading="", filename="notes.md"):
    return Chunk("c", "f", filename, 0, text, heading=heading)
