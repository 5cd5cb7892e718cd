"""What a process tells: lines that machines and people can read, and metrics whose labels stay few."""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Iterator

import pytest

from ops import telemetry
from ops.settings import Settings, read_settings
from schemas.errors import Fenced, HubError, Unreachable
from tests.ops.metrics import sample


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root, own = logging.getLogger(), telemetry.LOGGER
    before = root.handlers[:], root.level, own.level
    yield
    root.handlers[:], root.level = before[0], before[1]
    own.setLevel(before[2])


def lines(capsys: pytest.CaptureFixture[str], settings: Settings) -> list[str]:
    telemetry.configure_logging(settings, "streams")
    telemetry.log("batch_written", records=3, 来源="省平台")
    telemetry.log("detail", "debug")
    logging.getLogger("library").info("chatter")
    logging.getLogger("library").warning("broken %s", "pipe")
    return capsys.readouterr().err.splitlines()


def test_an_event_is_one_line_of_json_with_its_facts(capsys: pytest.CaptureFixture[str]) -> None:
    first, second = (json.loads(line) for line in lines(capsys, read_settings({})))
    assert (first["event"], first["records"], first["来源"], first["role"], first["level"]) == (
        "batch_written",
        3,
        "省平台",
        "streams",
        "info",
    )
    assert first["at"].endswith("+08:00")
    assert (second["event"], second["logger"], second["level"]) == ("broken pipe", "library", "warning")


def test_on_a_terminal_an_event_is_a_line_of_words(capsys: pytest.CaptureFixture[str]) -> None:
    told = lines(capsys, read_settings({"TONGDA_LOG": "text", "TONGDA_LOG_LEVEL": "debug"}))
    assert [line.split(None, 1)[1] for line in told] == [
        "streams    info    batch_written records=3 来源=省平台",
        "streams    debug   detail",
        "streams    warning broken pipe logger=library",
    ]


def test_that_the_loop_of_a_library_took_its_time_is_no_line_of_a_log(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.configure_logging(read_settings({}), "operator")
    loop = logging.getLogger("kafka.net.selector")
    loop.warning("Task %r ran for 0.540s (>0.100s threshold). It is blocking the event loop", "task")
    assert capsys.readouterr().err == ""
    loop.error("IO loop crashed")
    assert json.loads(capsys.readouterr().err)["event"] == "IO loop crashed"


@pytest.mark.parametrize("error", [Fenced(), Unreachable("no answer")])
def test_what_is_no_fault_of_the_code_is_logged_without_a_trace(
    error: HubError, capsys: pytest.CaptureFixture[str]
) -> None:
    telemetry.configure_logging(read_settings({}), "streams")
    try:
        raise error
    except HubError:
        logging.getLogger("library").exception("crashed: %s", error)
    (line,) = capsys.readouterr().err.splitlines()
    assert (json.loads(line)["event"], "trace" in json.loads(line)) == (f"crashed: {error}", False)


def test_an_exception_stays_in_its_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.configure_logging(read_settings({}), "portal")
    try:
        raise ValueError("bad row")
    except ValueError:
        logging.getLogger("a.library").exception("request failed")
    (line,) = capsys.readouterr().err.splitlines()
    assert "ValueError: bad row" in json.loads(line)["trace"]


def test_counters_gauges_and_times_are_rendered_for_prometheus() -> None:
    telemetry.count("tongda_rebalances_total", 2, stage="t-render")
    telemetry.count("tongda_rebalances_total", stage="t-render")
    telemetry.gauge("tongda_sink_paused", 1, sink="t-render")
    telemetry.gauge("tongda_sink_paused", 0, sink="t-render")
    telemetry.observe("tongda_sink_write_duration_seconds", 0.2, sink="t-render")
    assert sample("tongda_rebalances_total", stage="t-render") == 3
    assert sample("tongda_sink_paused", sink="t-render") == 0
    assert sample("tongda_sink_write_duration_seconds_bucket", sink="t-render", le="0.1") == 0
    assert sample("tongda_sink_write_duration_seconds_bucket", sink="t-render", le="0.25") == 1
    assert b"_created" not in telemetry.render()


def test_a_gauge_that_is_forgotten_is_told_no_longer_and_may_come_back() -> None:
    telemetry.gauge("tongda_sink_paused", 1, sink="t-forget")
    for _ in range(2):
        telemetry.forget("tongda_sink_paused", sink="t-forget")
        assert sample("tongda_sink_paused", sink="t-forget") is None
    telemetry.gauge("tongda_sink_paused", 0, sink="t-forget")
    assert sample("tongda_sink_paused", sink="t-forget") == 0


def test_what_the_catalogue_does_not_hold_cannot_be_counted() -> None:
    with pytest.raises(KeyError):
        telemetry.count("tongda_patents_total")
    with pytest.raises(ValueError):
        telemetry.count("tongda_rebalances_total", patent="ZL201910000001.2")


def test_a_label_with_too_many_values_becomes_other() -> None:
    for number in range(telemetry.LABEL_LIMIT + 50):
        telemetry.count("tongda_sse_resets_total", stream=f"t-{number}")
    assert sample("tongda_sse_resets_total", stream="t-0") == 1
    assert sample("tongda_sse_resets_total", stream=f"t-{telemetry.LABEL_LIMIT + 1}") is None
    assert (sample("tongda_sse_resets_total", stream="other") or 0) >= 50


def test_what_ends_a_thread_stays_in_one_line_too(capsys: pytest.CaptureFixture[str]) -> None:
    before = sys.excepthook, threading.excepthook
    try:
        telemetry.configure_logging(read_settings({}), "portal")
        thread = threading.Thread(target=lambda: int("bad row"))
        thread.start()
        thread.join()
    finally:
        sys.excepthook, threading.excepthook = before
    (line,) = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert (told["event"], told["error"].startswith("ValueError")) == ("uncaught", True)
    assert "Traceback" in told["trace"]
