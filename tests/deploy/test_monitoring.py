"""The dashboard and the rules: whole, and of queries that Prometheus understands. tests/e2e asks a server for them."""

import itertools
import json
import re
from pathlib import Path

import pytest
import yaml

from tests.promql import grouped, selectors

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
DASHBOARD = json.loads((DEPLOY / "grafana" / "ragproxy.json").read_text(encoding="utf-8"))
ALERTS = yaml.safe_load((DEPLOY / "alerts.yml").read_text(encoding="utf-8"))
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
QUERIES = [(panel["title"], target["expr"]) for panel in PANELS for target in panel["targets"]]
RULES = [rule for group in ALERTS["groups"] for rule in group["rules"]]
VARIABLES = {variable["name"] for variable in DASHBOARD["templating"]["list"]}


def test_no_two_panels_have_the_same_id():
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    assert len({panel["title"] for panel in PANELS}) == len(PANELS)


def test_no_two_panels_lie_over_each_other_nor_beyond_the_edge():
    places = [panel["gridPos"] for panel in DASHBOARD["panels"]]
    assert all(place["x"] >= 0 and place["x"] + place["w"] <= 24 for place in places)
    for one, other in itertools.combinations(places, 2):
        apart = (
            one["x"] + one["w"] <= other["x"]
            or other["x"] + other["w"] <= one["x"]
            or one["y"] + one["h"] <= other["y"]
            or other["y"] + other["h"] <= one["y"]
        )
        assert apart, f"{one} and {other}"


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
def test_every_panel_says_what_it_shows(panel):
    assert panel["title"]
    assert panel["description"].endswith(".")
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert panel["targets"]
    assert all(target["legendFormat"] for target in panel["targets"])
    refs = [target["refId"] for target in panel["targets"]]
    assert len(set(refs)) == len(refs)


def test_it_is_of_whatever_data_source_is_chosen():
    named = re.findall(r'"uid": ("[^"]*"|null)', json.dumps(DASHBOARD))
    assert set(named) == {'"${datasource}"', "null"}  # null: its own is given to it
    assert {"datasource", "job", "instance", "model"} == VARIABLES


@pytest.mark.parametrize(("title", "query"), QUERIES, ids=lambda value: value[:40])
def test_every_query_of_the_dashboard_is_one_and_obeys_the_variables(title, query):
    assert set(re.findall(r"\$(?!__)(\w+)", query)) <= VARIABLES
    for name, labels in selectors(query):
        assert "instance" in labels, f"{title}: {name} is of every instance"


@pytest.mark.parametrize(("title", "query"), QUERIES, ids=lambda value: value[:40])
def test_every_legend_names_labels_that_are_left(title, query):
    (target,) = [t for panel in PANELS if panel["title"] == title for t in panel["targets"] if t["expr"] == query]
    named = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
    if " by (" in query:
        assert named <= grouped(query)
    assert not named or "sum(" not in query


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_every_rule_is_one(rule):
    assert selectors(rule["expr"])
    assert rule["labels"]["severity"] in ("warning", "critical")
    named = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
    assert named <= (grouped(rule["expr"]) or {"instance"})


def test_prometheus_reads_the_rules_and_the_job_that_they_name():
    config = yaml.safe_load((DEPLOY / "prometheus.yml").read_text(encoding="utf-8"))
    assert config["rule_files"] == ["alerts.yml"]
    (scraped,) = config["scrape_configs"]
    assert all(f'job="{scraped["job_name"]}"' in rule["expr"] for rule in RULES if "up{" in rule["expr"])
