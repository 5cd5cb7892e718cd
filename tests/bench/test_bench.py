"""The benchmark's own parts: what it compares, what it reads from the system, and what it says when it cannot measure."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connectors.http.client import HttpClient
from connectors.read.file import file_table
from ops.settings import ROOT, Settings
from ops.sources import load_sources
from schemas.source.model import Source
from schemas.topics import SUPPLY
from schemas.wire import decode, encode
from streams.processor import Context
from tests.bench import before, bounds, cpu, heavy, outputs, peer_programs, peers
from tests.bench.__main__ import printed, sections
from tests.bench.faults import List, row_inserted, survived
from tests.bench.line import Line
from tests.bench.run import QUICK, NotMeasured, Run, cpu_seconds
from tests.bench.throughput import Spent
from tests.connectors.conftest import client
from tests.hub import Hub
from tests.payloads import outgoing, raw_records

__all__ = ["client"]
RUN = Run(replace(QUICK, siblings=30), broker=0, before="")


def test_every_module_that_measures_is_a_section() -> None:
    files = Path(__file__).parent.glob("*.py")
    assert {file.stem for file in files if "\ndef measure(" in file.read_text()} == set(sections())


def test_a_method_is_printed_once_for_the_lines_that_share_it(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [
        Line("a", "x", 1.5, "ms", "by clock", 3.0),
        Line("a", "y", 2, "ms", "by clock"),
        Line("a", "z", 3, "s", "by eye"),
    ]
    assert list(printed(iter(lines))) == lines
    words = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert words == [
        ["a", "x", "1.50", "ms", "beside", "3.00:", "ratio", "0.50"],
        ["·", "by", "clock"],
        ["a", "y", "2.00", "ms"],
        ["a", "z", "3.00", "s"],
        ["·", "by", "eye"],
    ]


def test_the_cpu_time_of_a_process_is_what_the_process_itself_says() -> None:
    while os.times().user < 0.3:
        sum(range(10_000))
    used = os.times()
    assert cpu_seconds(os.getpid()) == pytest.approx(used.user + used.system, abs=0.2)


def test_parts_are_added_up_by_process() -> None:
    whole = Spent.together([Spent(10, 1.0, {"a": 0.5, "b": 0.1}), Spent(30, 3.0, {"a": 0.5, "b": 0.1})])
    assert (whole.records, whole.speed, whole.micros("a"), whole.all_micros) == (40, 10.0, 25_000, 30_000)


def test_documents_are_compared_by_key_on_both_sides() -> None:
    assert before.compared({"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 3, "d": 4}) == (1, ["b", "c", "d"])


def test_a_document_is_the_same_whatever_its_history_was() -> None:
    listing = {"state": "open", "title": "x", "sources": [{"source": "s", "received_at": "1"}]}
    later = listing | {"revision": 9, "received_at": "2", "sources": [{"source": "s", "received_at": "3"}]}
    assert before.content(later) == before.content(listing) != before.content(listing | {"title": "y"})
    point = {"indicator": "contracts", "value": "1", "revision": 3, "as_of": "2026"}
    assert (
        before.content(point)
        == before.content(point | {"revision": 4, "as_of": "2027"})
        == {
            "indicator": "contracts",
            "value": "1",
        }
    )


@pytest.mark.process
def test_what_this_release_makes_is_what_the_hub_in_memory_says(tmp_path: Path) -> None:
    settings = Settings(profile="test", kafka="127.0.0.1:1")
    records = [outgoing(record, settings.partitions) for record in raw_records(20)]
    given = tmp_path / "raw.jsonl"
    outputs.write(given, ((one.topic, one.key, one.value) for one in records))
    found = before.made(ROOT, given)
    hub = Hub(Context(settings.partitions, load_sources(settings.sources))).write(records).run()
    facts = hub.facts(SUPPLY.name)
    assert facts and {f"{SUPPLY.name} {key.decode()}" for key in facts} == {
        n for n in found if n.startswith(SUPPLY.name)
    }
    assert all(
        before.content(decode(encode(fact))) == found[f"{SUPPLY.name} {key.decode()}"] for key, fact in facts.items()
    )


@pytest.mark.process
def test_the_cpu_of_each_stage_is_measured_in_turns_until_all_is_handled(tmp_path: Path) -> None:
    given, settings = tmp_path / "raw.jsonl", Settings(profile="test", kafka="127.0.0.1:1")
    records = [outgoing(record, settings.partitions) for record in raw_records(5)]
    outputs.write(given, ((one.topic, one.key, one.value) for one in records))
    sides = cpu.in_turns((ROOT, ROOT), given, 10)
    assert [[*spent] for spent in sides] == [["normalise", "fold", "tally"]] * 2
    assert all(seconds > 0 for spent in sides for seconds in spent.values())
    (tmp_path / "streams").mkdir()
    (tmp_path / "streams" / "__init__.py").write_text("raise SystemExit(1)")
    with pytest.raises(NotMeasured, match="a release ended before all records were handled"):
        cpu.in_turns((ROOT, tmp_path), given, 10)


@pytest.mark.process
def test_a_release_that_git_does_not_know_is_not_measured(tmp_path: Path) -> None:
    with (
        pytest.raises(NotMeasured, match="git cannot check out no-such-revision: "),
        before.checked_out("no-such-revision", tmp_path),
    ):
        pass


@pytest.mark.process
def test_without_its_history_the_release_before_is_not_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(before, "ROOT", tmp_path)
    assert before.latest() == before.COMMIT
    with pytest.raises(NotMeasured, match="git cannot check out"), before.checked_out(before.COMMIT, tmp_path):
        pass


@pytest.mark.process
def test_a_program_that_fails_under_another_release_says_why() -> None:
    with pytest.raises(NotMeasured, match="ZeroDivisionError"):
        before.python(ROOT, "-c", "1 / 0")


@pytest.mark.parametrize("case", heavy.CASES, ids=lambda case: case.name)
def test_the_records_of_a_heavy_subject_are_all_of_one_subject_and_new(case: heavy.Case) -> None:
    of_one = [case.make(0, number) for number in range(1, 30)]
    assert len({one["subject"] for one in of_one}) == 1 and len({one["id"] for one in of_one}) == 29
    assert len({case.make(subject, 2)["subject"] for subject in range(30)}) == 30


def test_heavy_subjects_are_set_beside_light_ones() -> None:
    lines = list(heavy.measure(Settings(profile="test", kafka="127.0.0.1:1"), RUN))
    assert [line.metric for line in lines] == [f"{case.name} number 30" for case in heavy.CASES]
    assert all(line.value > 0 and line.ratio for line in lines)


def test_a_fault_is_survived_only_where_no_row_is_missing_when_a_poll_says_complete(
    tmp_path: Path, client: HttpClient
) -> None:
    def row_hidden(of: List, number: int) -> Any:
        of.reached += 1
        of.rows = [one for one in of.rows if one["id"] != "T000003"]
        return of.honest(number)

    assert survived(row_inserted, tmp_path, client)
    assert not survived(row_hidden, tmp_path, client)


def test_the_large_workbook_is_one_that_the_connectors_read(tmp_path: Path) -> None:
    file, feed = (
        tmp_path / "deals_20260301.xlsx",
        Source.model_validate(bounds.definition(bounds.CASES[4])).feeds["deals_0"],
    )
    bounds.workbook(file, 3)
    read = file_table(file.name, file.read_bytes(), feed)
    assert [row["id"] for _, row in read.items] == ["T000002", "T000003", "T000004"]
    assert [*read.items[0][1]] == [*bounds.COLUMNS] and not read.refused


def test_a_peers_run_counts_only_when_the_tool_takes_it_for_a_success() -> None:
    def breaks(base: str) -> Iterator[Any]:
        yield {"id": "a"}
        raise ValueError(base)

    whole = peer_programs.attempt(lambda base: iter([{"id": "b"}, {"id": "a"}]), "http://x")
    assert (whole["address"], whole["ids"]) == ("http://x", ["b", "a"])
    broken = {"address": "http://x", "ids": None, "why": "ValueError: http://x"}
    assert peer_programs.attempt(breaks, "http://x") == broken


def test_a_tool_is_set_beside_the_hub_by_cpu_or_where_pages_are_late_by_the_clock() -> None:
    tried = [(4.0, 1.0), (2.0, 3.0)], [(8.0, 2.0), (9.0, 4.0)]
    lines = [peers.beside("dlt", delay, *tried) for delay in (0, 50)]
    assert [(line.metric, line.value, line.baseline) for line in lines] == [
        ("0 ms a page, beside dlt", 2000.0, 1000.0),
        ("50 ms a page, 8 at once, beside dlt", 1000.0, 250.0),
    ]
