"""What the operator sees while the hub runs: rates, sums over processes, and every part with its state in words."""

from __future__ import annotations

import io
import re
from pathlib import Path

from rich.console import Console

from ops import telemetry
from ops.health import Health
from ops.settings import read_settings
from ops.supervisor.child import Child
from ops.supervisor.parts import PARTS
from ops.supervisor.screen import Reading, picture, read_metrics, source_table, summary

PAGE, STAGE, GAP = "tongda_page_rows_total", "tongda_stage_records_total", "tongda_conservation_gap_records"


def a_reading(at: float, rows: float, gap: float = 0) -> Reading:
    reading = Reading(at)
    reading.values[PAGE, (("result", "new"), ("source", "a"))] = rows
    reading.values[PAGE, (("result", "new"), ("source", "b"))] = rows
    reading.values[GAP, (("place", "fold"),)] = gap
    return reading


def test_throughput_is_what_grew_between_two_looks_in_all_processes() -> None:
    told = summary(a_reading(10.0, 1500, gap=3), a_reading(5.0, 500))
    assert "采集 in 400/s" in told
    assert "处理 stages 0/s" in told
    assert told.endswith("守恒差 gap 3")


def test_letters_are_those_that_wait_and_what_nobody_measures_is_no_0() -> None:
    reading = a_reading(10.0, 0)
    assert "死信 dead letters -" in summary(reading, reading) and "积压 lag -" in summary(reading, reading)
    reading.values["tongda_dead_letters_total", (("stage", "normalise"),)] = 3  # of this process, since its start
    reading.values["tongda_dead_letters_open", ()] = 62
    assert "死信 dead letters 62" in summary(reading, reading)


def test_a_process_that_started_anew_shows_no_negative_rate() -> None:
    assert "采集 in 0/s" in summary(a_reading(10.0, 0), a_reading(5.0, 500))


def test_sums_count_only_series_with_the_labels_asked_for() -> None:
    assert (a_reading(0, 7).total(PAGE), a_reading(0, 7).total(PAGE, source="a")) == (14, 7)


def test_counters_come_from_the_listeners_that_are_recorded(tmp_path: Path) -> None:
    settings = read_settings({"TONGDA_HOME": str(tmp_path)})
    assert read_metrics(settings).values == {}
    health = Health(settings, "streams")
    health.start()
    try:
        before = read_metrics(settings)
        telemetry.count(STAGE, 5, stage="t-screen", result="understood")
        assert read_metrics(settings).total(STAGE) - before.total(STAGE) == 5
    finally:
        health.stop()


def test_every_part_stands_in_the_picture_with_its_state(tmp_path: Path) -> None:
    settings = read_settings({"TONGDA_HOME": str(tmp_path), "TONGDA_PORTAL": "127.0.0.1:1"})
    children = [Child(part, settings) for part in PARTS]
    children[0].state = "failed"
    console = Console(width=120, file=io.StringIO())
    console.print(picture(settings, children, Reading(), Reading()))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert all(part.label in text for part in PARTS)
    assert text.count("失败") == 1 and text.count("等待") == len(PARTS) - 1
    assert source_table(settings).row_count == 0


def test_the_picture_is_in_the_language_of_the_settings(tmp_path: Path) -> None:
    settings = read_settings({"TONGDA_HOME": str(tmp_path), "TONGDA_PORTAL": "127.0.0.1:1", "TONGDA_LANG": "en"})
    console = Console(width=160, file=io.StringIO())
    console.print(picture(settings, [Child(part, settings) for part in PARTS], Reading(), Reading()))
    parts, _, sums = console.file.getvalue().rpartition("\n\n")  # type: ignore[attr-defined]
    assert "last complete" in parts and "waiting" in parts and "采集 in" in sums
    assert re.findall(r"[\u4e00-\u9fff]+", parts) == ["通达"]
