"""What queries of Prometheus speak of, and what a server's metrics are, by their own words."""

import re

import promql_parser
from prometheus_client.parser import text_string_to_metric_families

_GRAFANA = {"$__rate_interval": "5m", "$__range": "1h"}  # its variables that stand where a duration does


def selectors(query):
    """(name, labels) of each series that the query selects; ValueError when it is none."""
    for variable, value in _GRAFANA.items():
        query = query.replace(variable, value)
    found = []

    def visit(node):
        if isinstance(node, promql_parser.MatrixSelector):
            node = node.vector_selector
        if isinstance(node, promql_parser.VectorSelector):
            found.append((node.name, {matcher.name for matcher in node.matchers.matchers}))

    promql_parser.walk(promql_parser.parse(query), visit)
    return found


def grouped(query):
    """The labels that the query groups by."""
    return {label.strip() for labels in re.findall(r"\bby \(([^)]*)\)", query) for label in labels.split(",")} - {""}


def families(text):
    """name -> (type, labels) of the metrics in Prometheus' format; a counter by its name with `_total`."""
    told = {}
    for family in text_string_to_metric_families(text):
        name = f"{family.name}_total" if family.type == "counter" else family.name
        labels = {label for sample in family.samples for label in sample.labels} - {"le"}
        told[name] = (family.type, labels)
    return told


def samples(text):
    """(name, labels) -> value, the labels as a frozenset of pairs."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
