"""What a question is worth, against values worked out by hand."""

import math

import pytest

from ragproxy.evaluation.judging import judge, wanted
from ragproxy.evaluation.questions import Case
from ragproxy.evaluation.replies import Found, Reply, Searched

TOWER = Found("file-1", "paris/tower.md", "The Eiffel Tower is 330 metres tall. It was built in 1889.")
LOUVRE = Found("file-2", "louvre.md", "The Louvre is closed on Tuesdays.")
HISTORY = Found("file-1", "paris/tower.md", "Gustave Eiffel won the contest in 1886.")
METRO = Found("file-3", "metro.md", "The metro has 16 lines.")


def test_files_are_ranked_as_their_best_passages():
    case = Case("?", files=("louvre.md", "file-3"))
    score = judge(case, searched(TOWER, HISTORY, LOUVRE, TOWER, METRO), None)
    # tower, louvre, metro: the right ones are second and third
    assert score.values["ndcg_10"] == pytest.approx((1 / math.log2(3) + 1 / 2) / (1 + 1 / math.log2(3)))
    assert score.values["recall_5"] == score.values["recall_10"] == 1.0
    assert score.values["mrr_10"] == 0.5
    assert score.rank == 3  # among the passages


def test_a_file_goes_by_its_id_its_name_or_the_end_of_its_path():
    for name in ("file-1", "paris/tower.md", "tower.md"):
        assert judge(Case("?", files=(name,)), searched(TOWER), None).values["mrr_10"] == 1.0
    assert judge(Case("?", files=("wer.md",)), searched(TOWER), None).values["mrr_10"] == 0.0


def test_quotes_decide_over_files_and_answers():
    case = Case("?", answers=("1886",), files=("tower.md",), quotes=("built in 1889", "16 lines"))
    score = judge(case, searched(HISTORY, TOWER), None)
    assert score.values["recall_5"] == 0.5
    assert score.values["mrr_10"] == 0.5
    assert score.rank == 2


def test_a_passage_with_two_quotes_is_met_once_for_each_and_a_repeated_one_takes_no_rank():
    case = Case("?", quotes=("330 metres", "in 1889", "16 lines"))
    score = judge(case, searched(TOWER, TOWER, METRO), None)
    assert score.values["ndcg_10"] == pytest.approx(1.0)


def test_without_quotes_and_files_a_passage_that_holds_an_answer_is_right():
    score = judge(Case("?", answers=("Tuesday", "closed on tuesdays")), searched(TOWER, LOUVRE), None)
    assert score.values["mrr_10"] == 0.5
    assert score.values["recall_10"] == 1.0


def test_nothing_is_told_of_a_ranking_when_nothing_is_said_to_be_right():
    score = judge(Case("?"), searched(TOWER), None)
    assert score.values == {"retrieval_ms": 7.0}
    assert not wanted(Case("?", answerable=False))


def test_what_is_right_and_was_not_found_counts_as_nothing():
    score = judge(Case("?", files=("nowhere.md",)), searched(TOWER, LOUVRE), None)
    assert [score.values[name] for name in ("ndcg_10", "recall_5", "recall_10", "mrr_10")] == [0, 0, 0, 0]
    assert score.rank is None


def test_an_answer_is_measured_by_what_it_holds_and_by_what_it_was_shown():
    case = Case("How tall?", answers=("330 metres",), files=("tower.md", "metro.md"))
    score = judge(case, searched(TOWER), reply("The tower is 330 metres tall [1].", TOWER, LOUVRE))
    assert score.values["contained"] == 1.0
    assert score.values["f1"] == pytest.approx(2 * 0.4 / 1.4)
    assert score.values["shown"] == 0.5
    assert score.values["admitted_wrongly"] == 0.0
    assert "admitted_rightly" not in score.values


def test_citation_precision_is_the_share_of_markers_that_point_to_right_passages():
    case = Case("How tall?", files=("tower.md",))
    score = judge(case, None, reply("330 m [1][2], built in 1889 [1, 3] by Eiffel [9].", TOWER, LOUVRE, HISTORY))
    # 1, 2, 1, 3, 9: three are right, one is of the Louvre, one points to nothing
    assert score.values["citation_precision"] == pytest.approx(3 / 5)
    assert score.values["invalid_markers"] == 1.0
    assert score.values["citation_recall"] == 1.0
    assert score.values["uncited"] == 0.0


def test_an_answer_without_markers_has_no_precision_and_no_recall():
    score = judge(Case("How tall?", answers=("330",)), None, reply("It is 330 metres tall.", TOWER))
    assert "citation_precision" not in score.values
    assert score.values["citation_recall"] == 0.0
    assert score.values["uncited"] == 1.0


def test_an_admission_is_right_where_there_is_no_answer_and_wrong_where_there_is():
    said = reply("The documents do not contain the answer to this question.", TOWER)
    unanswerable = judge(Case("Mars?", answerable=False), searched(TOWER), said)
    assert unanswerable.values["admitted_rightly"] == 1.0
    assert not {"ndcg_10", "contained", "uncited", "admitted_wrongly"} & unanswerable.values.keys()
    answerable = judge(Case("How tall?", answers=("330",)), searched(TOWER), said)
    assert answerable.values["admitted_wrongly"] == 1.0
    assert answerable.values["contained"] == 0.0
    assert answerable.admitted
    assert "uncited" not in answerable.values


def test_an_answer_where_there_is_none_is_no_admission():
    score = judge(Case("Mars?", answerable=False), None, reply("Mars is red [1].", TOWER))
    assert score.values["admitted_rightly"] == 0.0


def test_an_admission_that_holds_the_answer_is_an_answer():
    said = reply("I could not find more in the documents than 330 metres [1].", TOWER)
    assert judge(Case("How tall?", answers=("330 metres",)), None, said).values["admitted_wrongly"] == 0.0


def test_a_model_that_read_no_documents_has_no_citations():
    score = judge(Case("How tall?", answers=("330",)), None, Reply("330 [1].", None, 1.0, 2.0))
    assert not {"uncited", "citation_recall", "shown", "mrr_10"} & score.values.keys()
    assert score.values["contained"] == 1.0


def test_without_a_search_the_passages_shown_are_ranked():
    score = judge(Case("?", files=("louvre.md",)), None, reply("x", TOWER, LOUVRE))
    assert score.values["mrr_10"] == 0.5


def test_an_answer_that_failed_is_a_wrong_one():
    values = judge(Case("How tall?", answers=("330",)), searched(TOWER), None, failed=True).values
    assert (values["contained"], values["f1"], values["mrr_10"]) == (0.0, 0.0, 1.0)
    assert "total_ms" not in values


def test_the_retrieval_of_the_chat_is_the_one_that_is_timed():
    timed = Reply("x", (), first_ms=20.0, total_ms=30.0, retrieval_ms=5.0)
    values = judge(Case("?"), searched(TOWER), timed).values
    assert (values["retrieval_ms"], values["first_ms"], values["total_ms"]) == (5.0, 20.0, 30.0)


def test_an_excerpt_is_replaced_by_the_whole_passage_that_the_search_found():
    excerpt = Found("file-1", "paris/tower.md", "…It was  built in 1889.", score=0.5)
    other = Found("file-9", "other.md", "It was built in 1889.")
    completed = Reply("x", (excerpt, other), 1.0, 1.0).completed(searched(LOUVRE, TOWER))
    assert completed.sources == (Found("file-1", "paris/tower.md", TOWER.text, score=0.5), other)


def searched(*passages):
    return Searched(passages, 7.0)


def reply(text, *sources):
    return Reply(text, sources, 1.0, 2.0)
