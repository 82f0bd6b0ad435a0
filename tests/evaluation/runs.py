"""Two small runs of the same questions, with texts that would like to be more than texts."""

from ragproxy.evaluation.asking import Outcome, Run
from ragproxy.evaluation.judging import judge
from ragproxy.evaluation.questions import Case
from ragproxy.evaluation.replies import Found, Reply, Searched
from ragproxy.evaluation.summary import About

HOSTILE = "</div><script>alert(1)</script><img src=x onerror=alert(2)> {{ 7*7 }} & \"'"
ABOUT = About(f"set {HOSTILE}.jsonl", created=1_790_000_000, version="9.8.7")

TOWER = Found("file-1", "tower.md", "The Eiffel Tower is 330 metres tall.", page=3, score=0.75)
OTHER = Found("file-2", f"other {HOSTILE}.md", f"Nothing to see {HOSTILE}", score=0.25)


def asked(label="", *, good=True, failing=False, count=3):
    """A run: a question that goes well, one that is hostile throughout, one that has no answer."""
    cases = [
        Case("How tall is the tower?", answers=("330 metres",), files=("tower.md",)),
        Case(f"What of {HOSTILE}?", answers=(f"answer {HOSTILE}",), quotes=(f"quote {HOSTILE}",)),
        Case("Who lives on Mars?", answerable=False),
    ]
    said = Reply("It is 330 metres tall [1]." if good else "No idea [2].", (TOWER, OTHER), 4.0, 9.0, 2.0)
    outcomes = []
    for number in range(count):
        case = cases[number % 3]
        searched = Searched((TOWER, OTHER), 2.0 + number)
        if failing and number == 1:
            failure = f"broke {HOSTILE}"
            outcomes.append(Outcome(case, judge(case, searched, None, failed=True), (TOWER,), failure=failure))
            continue
        text = said.text if number % 3 == 0 else f"It is {HOSTILE} [1]"
        reply = Reply(text, said.sources, 4.0 + number, 9.0 + number, 2.0)
        outcomes.append(Outcome(case, judge(case, searched, reply), searched.passages, reply))
    return Run(label, tuple(outcomes))
