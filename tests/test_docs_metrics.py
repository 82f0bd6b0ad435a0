"""The guide tells every metric there is, and none that there is not. Their labels: tests/e2e/test_metrics_served.py."""

from pathlib import Path

import pytest

from ragproxy.telemetry import Metrics
from tests.promql import families

GUIDE = Path(__file__).resolve().parent.parent / "docs" / "guide"


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_guide_tells_every_metric_with_its_type(lang):
    metrics = Metrics()
    metrics.look_up_jobs(lambda: [("files", 0, 0, 0.0)])
    known = {name: kind for name, (kind, _) in families(metrics.render().decode()).items()}
    assert {name: kind for name, (kind, _) in described(lang).items()} == known


def test_both_languages_tell_the_same():
    assert described("en") == described("fr")
    assert len(described("en")) > 30


def described(lang):
    """name -> (type, labels), from the table of the guide."""
    lines = (GUIDE / lang / "monitoring.md").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines if line.startswith("| `")]
    return {
        name.strip("`"): (kind.strip("`"), {label.strip("` ") for label in marked.split(",")} - {"", "—"})
        for name, kind, marked, _ in rows
    }
