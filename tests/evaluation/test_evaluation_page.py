"""The HTML report: one file that asks nothing of anybody, in which every text is a text."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from lxml import html

from ragproxy.evaluation.page import html_report
from ragproxy.evaluation.phrases import METRICS, PHRASES, language, number
from tests.evaluation.runs import ABOUT, HOSTILE, asked

VOID = {"meta"}


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("runs", [[asked()], [asked(), asked("model=x", good=False, failing=True)]], ids=["one", "two"])
def test_every_element_is_closed_and_nothing_is_fetched_or_run(lang, runs):
    page = html_report(ABOUT, runs, lang)
    tags = Tags.of(page)
    assert not {"script", "img", "iframe", "link", "object", "form", "base"} & {name for name, _ in tags}
    for _, attributes in tags:
        assert not {name for name in attributes if name.startswith("on") or name in ("src", "href", "style")}
    assert "url(" not in page
    assert "@import" not in page
    assert "default-src 'none'" in page


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_hostile_texts_are_shown_as_they_are(lang):
    runs = [asked(f"model={HOSTILE}", failing=True), asked(f"store={HOSTILE}", good=False)]
    root = html.fromstring(html_report(ABOUT, runs, lang))
    text = root.text_content()
    for shown in ("set ", "What of ", "answer ", "quote ", "broke ", "Nothing to see ", "other ", "model=", "store="):
        assert shown + HOSTILE in text
    assert HOSTILE in root.findtext(".//title")


def test_the_figures_stand_in_the_table_with_their_intervals():
    root = html.fromstring(html_report(ABOUT, [asked()], "en"))
    rows = {row[0].text_content(): [cell.text_content() for cell in row[1:]] for row in root.iterfind(".//tbody/tr")}
    assert rows["expected answer contained"] == ["0.500", "0.000 … 1.000", "2"]
    assert rows["answers without a citation (lower is better)"] == ["0.000", "0.000 … 0.000", "2"]
    assert [tile.text_content() for tile in root.iterfind(".//dd")][1] == "0.500"


def test_two_runs_are_compared_with_verdicts():
    runs = [asked(count=60), asked("model=x", good=False, count=60)]
    root = html.fromstring(html_report(ABOUT, runs, "fr"))
    rows = {row[0].text_content(): [cell.text_content() for cell in row[1:]] for row in root.iterfind(".//tbody/tr")}
    first, second, difference, _, questions, verdict = rows["réponse attendue contenue"]
    assert (first, second, difference, questions, verdict) == ("0,500", "0,000", "−0,500", "40", "moins bien")
    assert "réglages habituels" in root.text_content()
    assert "l’un après l’autre" not in root.text_content()
    apart = html_report(replace(ABOUT, in_turns=False), runs, "fr")
    assert "l’un après l’autre" in apart


def test_the_worst_questions_come_first_with_answers_and_passages():
    root = html.fromstring(html_report(ABOUT, [asked(failing=True)], "en"))
    questions = root.findall(".//details")
    assert [question.find("summary").text.strip()[:8] for question in questions] == ["What of ", "Who live"]
    passages = questions[1].findall(".//div[@class='passage']")
    assert passages[0].text_content().startswith("[1] tower.md, page 3 score 0.75 cited")
    unanswerable = questions[1].text_content()
    assert PHRASES["en"]["unanswerable"] in unanswerable


def test_a_right_passage_is_marked():
    root = html.fromstring(html_report(ABOUT, [asked(good=False)], "en"))
    question = next(each for each in root.iterfind(".//details") if "How tall" in each.find("summary").text)
    (right,) = question.findall(".//div[@class='passage right']")
    assert right.text_content().startswith("[1] tower.md")


def test_there_is_a_plot_for_quality_ranks_and_times():
    root = html.fromstring(html_report(ABOUT, [asked()], "en"))
    assert [plot.get("aria-label") for plot in root.iterfind(".//svg")] == [
        "Quality, with 95% intervals",
        "Rank of the first right passage",
        "Latency",
    ]


def test_a_run_in_which_nothing_is_known_to_be_right_says_so():
    run = asked(count=3)
    bare = replace(run.outcomes[0], case=replace(run.outcomes[0].case, answers=(), files=()))
    score = replace(bare.score, values={"total_ms": 3.0})
    page = html_report(ABOUT, [replace(run, outcomes=(replace(bare, score=score),))], "en")
    assert PHRASES["en"]["note_nothing"] in page
    assert PHRASES["en"]["no_worst"] in page


def test_both_languages_have_the_same_words():
    assert PHRASES["en"].keys() == PHRASES["fr"].keys()
    assert METRICS["en"].keys() == METRICS["fr"].keys()
    for name, phrase in PHRASES["en"].items():
        assert re.findall(r"\{\w+\}", phrase) == re.findall(r"\{\w+\}", PHRASES["fr"][name])


@pytest.mark.parametrize(
    ("locale", "lang"), [("fr_FR.UTF-8", "fr"), ("fr", "fr"), ("en_GB", "en"), ("C", "en"), (None, "en")]
)
def test_the_locale_decides_the_language(locale, lang):
    assert language(locale) == lang


@pytest.mark.parametrize(
    ("value", "unit", "lang", "signed", "written"),
    [
        (0.8125, "share", "en", False, "0.812"),
        (0.8125, "share", "fr", True, "+0,812"),
        (-0.0001, "share", "en", True, "0.000"),
        (12.345, "ms", "en", False, "12.3\u00a0ms"),
        (12345.6, "ms", "fr", True, "+12\u202f346\u00a0ms"),
        (-0.5, "number", "fr", True, "-0,50"),
    ],
)
def test_numbers_are_written_as_the_reader_writes_them(value, unit, lang, signed, written):
    assert number(value, unit, lang, signed=signed) == written


class Tags(HTMLParser):
    """Every tag with its attributes; AssertionError for one that is not closed where it should be."""

    def __init__(self):
        super().__init__()
        self.found, self.open = [], []

    @classmethod
    def of(cls, page):
        parser = cls()
        parser.feed(page)
        parser.close()
        assert parser.open == []
        return parser.found

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
