"""HOW GOOD IT IS: retrieval and answers measured on questions whose answers are known."""

from ragproxy.evaluation.asking import Outcome, Run, Subject, ask_all
from ragproxy.evaluation.page import html_report
from ragproxy.evaluation.printing import json_report, lines
from ragproxy.evaluation.questions import Case, read_questions
from ragproxy.evaluation.replies import Found, Reply, Searched
from ragproxy.evaluation.report import AnswerScores, Report
from ragproxy.evaluation.run import DEPTH, evaluate
from ragproxy.evaluation.summary import About

__all__ = [
    "DEPTH",
    "About",
    "AnswerScores",
    "Case",
    "Found",
    "Outcome",
    "Reply",
    "Report",
    "Run",
    "Searched",
    "Subject",
    "ask_all",
    "evaluate",
    "html_report",
    "json_report",
    "lines",
    "read_questions",
]
