"""The catalogue of metrics and the code say the same: nothing is counted outside it, nothing in it is never counted."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from ops.catalogue import BY_NAME, METRICS, Metric
from ops.settings import ROOT
from tests.code import nodes

FOLDERS = ("connectors", "streams", "sinks", "ops")
KIND = {"count": "counter", "gauge": "gauge", "observe": "histogram"}


class Use(NamedTuple):
    """One place where a metric moves. ``open`` when labels come from a variable."""

    place: str
    metric: str
    kind: str
    labels: frozenset[str]
    open: bool


@cache
def uses() -> tuple[Use, ...]:
    files = (file for folder in FOLDERS for file in sorted((ROOT / folder).rglob("*.py")))
    return tuple(use for file in files if file.name != "telemetry.py" for use in _uses(file))


def _uses(file: Path) -> Iterator[Use]:
    for node in nodes(file):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name("telemetry"), attr=verb), args=[ast.Constant(name), *_]):
                if verb in KIND:
                    names = {keyword.arg for keyword in node.keywords}
                    labels = frozenset(name for name in names if name)
                    yield Use(f"{file}:{node.lineno}", str(name), KIND[verb], labels, None in names)


def test_every_metric_that_moves_is_declared_with_its_kind_and_labels() -> None:
    assert len(uses()) > 30
    for use in uses():
        declared = BY_NAME.get(use.metric)
        assert declared is not None, use
        assert use.kind == declared.kind, use
        assert use.labels <= set(declared.labels) if use.open else use.labels == set(declared.labels), use


def test_every_metric_of_the_catalogue_moves_somewhere() -> None:
    assert sorted(BY_NAME.keys() - {use.metric for use in uses()}) == []


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_names_follow_the_rules_of_the_trade(metric: Metric) -> None:
    assert metric.name.startswith("tongda_")
    assert metric.name.endswith("_total") == (metric.kind == "counter")
    assert metric.kind != "histogram" or (metric.name.endswith("_seconds") and metric.buckets)
    assert metric.meaning
    assert "job" not in metric.labels


def test_no_metric_is_declared_twice() -> None:
    assert len(BY_NAME) == len(METRICS)
