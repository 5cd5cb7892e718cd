"""A line that a library repeats is logged once a minute, and what is left out is counted."""

from __future__ import annotations

import logging

import pytest

from streams.runtime.library_log import AGAIN_SECONDS, RateLimit


@pytest.fixture
def passed() -> list[logging.LogRecord]:
    return []


@pytest.fixture
def library(passed: list[logging.LogRecord], monkeypatch: pytest.MonkeyPatch) -> logging.Logger:
    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            passed.append(record)

    monkeypatch.setattr(logging.getLogger(), "handlers", [Keep()])
    logger = logging.getLogger("a.library")
    monkeypatch.setattr(logger, "propagate", False)
    return logger


def test_of_repeated_lines_one_a_minute_passes_and_tells_how_many_were_left_out(
    library: logging.Logger, passed: list[logging.LogRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(library, "handlers", [RateLimit(lambda: now)])
    for second in range(100):
        now = float(second)
        library.error("no connection to node %s", second)
    assert [(r.getMessage(), getattr(r, "facts", {})) for r in passed] == [
        ("no connection to node 0", {}),
        ("no connection to node 60", {"left_out": int(AGAIN_SECONDS) - 1}),
    ]


def test_different_lines_do_not_hide_each_other(
    library: logging.Logger, passed: list[logging.LogRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "handlers", [RateLimit(lambda: 0.0)])
    library.error("heartbeat failed")
    library.error("metadata failed")
    assert [record.getMessage() for record in passed] == ["heartbeat failed", "metadata failed"]
