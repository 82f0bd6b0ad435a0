"""HOW GOOD IT IS: retrieval and the built-in model measured on a set of questions whose answers are known."""

from ragproxy.evaluation.report import AnswerScores, Report
from ragproxy.evaluation.run import evaluate

__all__ = ["AnswerScores", "Report", "evaluate"]
