"""The figures on a terminal, and all of it as JSON."""

import json
from dataclasses import replace

from ragproxy.evaluation.printing import json_report, lines
from tests.evaluation.runs import ABOUT, HOSTILE, asked


def test_a_run_is_a_table_of_its_figures():
    told = list(lines(replace(ABOUT, name="set"), [asked("top_k=3", failing=True)]))
    assert told[0] == "set: 3 questions"
    assert told[1] == "top_k=3"
    assert told[2] == f"1 failed; the first: broke {HOSTILE}"
    assert told[3].split() == ["VALUE", "95%", "INTERVAL", "QUESTIONS"]
    assert "expected answer contained            0.500     0.000 to 1.000          2" in told
    assert "retrieval, p50                      2.0 ms   2.0 ms to 3.0 ms          3" in told
    assert told[-1].startswith("With fewer than 20 questions")


def test_two_runs_are_side_by_side():
    told = list(lines(ABOUT, [asked(count=60), asked("model=x", good=False, count=60)]))
    assert told[1:3] == ["A: usual settings", "B: model=x"]
    assert told[3].split()[:5] == ["A", "B", "B", "-", "A"]
    (contained,) = [line for line in told if line.startswith("expected answer contained")]
    assert contained.split()[3:6] == ["0.500", "0.000", "-0.500"]
    assert contained.split()[-2:] == ["40", "worse"]
    assert not any("one after the other" in line for line in told)


def test_times_of_two_that_were_not_asked_in_turns_come_with_a_warning():
    told = list(lines(replace(ABOUT, in_turns=False), [asked(), asked("x")]))
    assert told[-1].startswith("The two were asked one after the other")


def test_the_json_holds_every_figure_and_every_question():
    report = json.loads(json_report(ABOUT, [asked(failing=True), asked("model=x", good=False)]))
    assert (report["ragproxy"], report["created_at"], report["questions"]) == ("9.8.7", 1_790_000_000, 3)
    first, second = report["runs"]
    assert (first["label"], first["failures"], second["label"]) == ("", 1, "model=x")
    figure = next(figure for figure in first["figures"] if figure["name"] == "contained")
    assert figure == {"name": "contained", "unit": "share", "value": 0.5, "low": 0.0, "high": 1.0, "questions": 2}
    good, failed, _ = first["outcomes"]
    assert good["scores"]["citation_precision"] == 1.0
    assert good["passages"][0]["filename"] == good["sources"][0]["filename"] == "tower.md"
    assert (failed["answer"], failed["sources"], failed["failure"]) == (None, None, f"broke {HOSTILE}")
    told = next(each for each in report["differences"] if each["name"] == "contained")
    assert (told["first"], told["second"], told["difference"], told["verdict"]) == (0.5, 0.0, -0.5, "unclear")
