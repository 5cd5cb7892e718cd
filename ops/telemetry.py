"""Log lines and metrics of a process, and the metrics of others read. The only module that imports prometheus-client."""

from __future__ import annotations

import functools
import json
import logging
import sys
import threading
from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, NamedTuple

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.parser import text_string_to_metric_families

from ops.catalogue import BY_NAME, Metric
from ops.run import CHINA
from ops.settings import Settings
from schemas.errors import Fenced, Unreachable

LABEL_LIMIT = 200  # values of one label; later ones are counted as `other`
LOGGER = logging.getLogger("tongda")
# kafka-python's loop warns of each of its steps that takes 0.1 s, as decoding a large batch does. Its other warnings tell
# of what it mends itself.
ERRORS_ALONE = ("kafka.net.selector",)
NO_FAULT_OF_THE_CODE = (Fenced, Unreachable)  # logged without a trace: where they were raised says nothing

TRACE: ContextVar[str] = ContextVar("trace", default="")  # trace id (W3C Trace Context) of what is being done

_seen: dict[tuple[str, str], set[str]] = defaultdict(set)


def configure_logging(settings: Settings, role: str) -> None:
    """One line on stderr for each event, of this role; libraries log warnings and errors only."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Line(role, settings.log == "json"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for library in ERRORS_ALONE:
        logging.getLogger(library).setLevel(logging.ERROR)
    LOGGER.setLevel(settings.log_level.upper())
    if settings.log == "json":
        _log_what_ends_a_thread()


def _log_what_ends_a_thread() -> None:
    """An exception that nothing took is a line of the log too, not twenty lines beside it."""

    def of_thread(found: threading.ExceptHookArgs) -> None:
        if found.exc_type is not SystemExit:
            LOGGER.error("uncaught", exc_info=found.exc_value, extra={"facts": _words(found.exc_value)})

    sys.excepthook = lambda _, error, __: LOGGER.error("uncaught", exc_info=error, extra={"facts": _words(error)})
    threading.excepthook = of_thread


def _words(error: BaseException | None) -> dict[str, str]:
    return {"error": f"{type(error).__name__}: {error}"}


def log(event: str, level: str = "info", **facts: Any) -> None:
    """Log one event under a fixed name, with its facts. Facts never hold secrets or names of persons."""
    LOGGER.log(logging.getLevelNamesMapping()[level.upper()], event, extra={"facts": facts})


@contextmanager
def traced(trace_id: str) -> Iterator[None]:
    """Every line that is logged inside has this id, also those of libraries and of threads that work for it."""
    before = TRACE.set(trace_id)
    try:
        yield
    finally:
        TRACE.reset(before)


def count(metric: str, amount: float = 1, **labels: str) -> None:
    """Increase a counter."""
    _child(metric, labels).inc(amount)


def gauge(metric: str, value: float, **labels: str) -> None:
    """Set a gauge."""
    _child(metric, labels).set(value)


def forget(metric: str, **labels: str) -> None:
    """Remove the sample of a gauge that has no value any more."""
    line = BY_NAME[metric]
    _metric(metric).remove(*(labels[label] for label in line.labels))


def observe(metric: str, seconds: float, **labels: str) -> None:
    """Observe a duration."""
    _child(metric, labels).observe(seconds)


class Sample(NamedTuple):
    """One value of one metric of a process."""

    name: str
    labels: dict[str, str]
    value: float


def read_samples(text: str, metrics: Collection[str]) -> tuple[Sample, ...]:
    """The samples of these metrics in Prometheus text. Raises ValueError when it is none."""
    families = text_string_to_metric_families(text)
    return tuple(
        Sample(sample.name, dict(sample.labels), float(sample.value))
        for family in families
        for sample in family.samples
        if sample.name in metrics
    )


def render() -> bytes:
    """All metrics of this process as Prometheus text."""
    return generate_latest(_registry())


@functools.cache
def _registry() -> CollectorRegistry:
    disable_created_metrics()  # type: ignore[no-untyped-call]  # untyped in the library
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    return registry


@functools.cache
def _metric(name: str) -> Any:
    line: Metric = BY_NAME[name]
    if line.kind == "counter":
        return Counter(name, line.meaning, line.labels, registry=_registry())
    if line.kind == "gauge":
        return Gauge(name, line.meaning, line.labels, registry=_registry())
    return Histogram(name, line.meaning, line.labels, buckets=line.buckets, registry=_registry())


def _child(name: str, labels: dict[str, str]) -> Any:
    metric = _metric(name)
    return (
        metric.labels(**{label: _bounded(name, label, value) for label, value in labels.items()}) if labels else metric
    )


def _bounded(metric: str, label: str, value: str) -> str:
    seen = _seen[metric, label]
    if value not in seen:
        if len(seen) >= LABEL_LIMIT:
            return "other"
        seen.add(value)
    return value


class _Line(logging.Formatter):
    """A log record as one line: JSON, or text for a terminal."""

    def __init__(self, role: str, as_json: bool) -> None:
        super().__init__()
        self._role, self._as_json = role, as_json

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).astimezone(CHINA)
        facts: dict[str, Any] = dict(getattr(record, "facts", {}))
        if record.name != LOGGER.name:
            facts["logger"] = record.name
        if trace_id := TRACE.get():
            facts.setdefault("trace_id", trace_id)
        if record.exc_info and not isinstance(record.exc_info[1], NO_FAULT_OF_THE_CODE):
            facts["trace"] = self.formatException(record.exc_info)
        if self._as_json:
            line = {
                "at": at.isoformat(timespec="milliseconds"),
                "level": record.levelname.lower(),
                "role": self._role,
                "event": record.getMessage(),
                **facts,
            }
            return json.dumps(line, ensure_ascii=False, default=str)
        told = " ".join(f"{key}={value}" for key, value in facts.items())
        return f"{at:%H:%M:%S} {self._role:<10} {record.levelname.lower():<7} {record.getMessage()} {told}".rstrip()
