"""What a query asks for: its metrics, and the labels it names on each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import promql_parser

from ops.catalogue import BY_NAME, Metric

FOREIGN = {"up", "ALERTS", "process_start_time_seconds"}


def selectors(query: str) -> list[tuple[str, frozenset[str]]]:
    """(metric, labels matched on it) of every selector. Raises when the query is none."""
    return list(_walk(promql_parser.parse(query)))


def declared(series: str) -> Metric | None:
    """The line of the catalogue behind a series; a histogram has three."""
    base = series.removesuffix("_bucket").removesuffix("_count").removesuffix("_sum")
    return BY_NAME.get(series) or (found if (found := BY_NAME.get(base)) and found.kind == "histogram" else None)


def unknown(query: str, also: frozenset[str] = frozenset()) -> list[str]:
    """What the query asks for that nobody measures."""
    found = []
    for series, labels in selectors(query):
        metric = declared(series)
        if metric is not None:
            found += [f"{series}{{{label}}}" for label in labels - set(metric.labels) - {"le", "job"}]
        elif series not in FOREIGN | also:
            found.append(series)
    return found


def _walk(node: Any) -> Iterator[tuple[str, frozenset[str]]]:
    match type(node).__name__:
        case "VectorSelector":
            yield node.name, frozenset(matcher.name for matcher in node.matchers.matchers)
        case "MatrixSelector":
            yield from _walk(node.vector_selector)
        case "Call":
            for argument in node.args:
                yield from _walk(argument)
        case "BinaryExpr":
            yield from _walk(node.lhs)
            yield from _walk(node.rhs)
        case "AggregateExpr" | "ParenExpr" | "UnaryExpr" | "SubqueryExpr":
            yield from _walk(node.expr)
