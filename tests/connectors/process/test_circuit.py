"""A platform that changed, or fell silent, is only probed until a probe succeeds; nothing of it is lost meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.http.client import HttpClient
from connectors.poll.cursor import Cursor
from connectors.process.circuit import Circuit, circuit_of
from connectors.process.schedule import is_due
from connectors.process.status import status_of
from ops.run import CHINA
from schemas.source.model import Source
from schemas.source.reading import Reader
from tests.connectors.platform import Bench, a_platform, a_source, paged

FIELDS = {"patents": "专利号", "transferor": "转让方", "transferee": "受让方"}
READS = {"phase": "noticed", "fields": FIELDS, "ignore": ["id"]}
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=CHINA)


def deals(number: int, patent: str = "专利号") -> list[dict[str, Any]]:
    """Rows that the definition understands; under another name of the patent's column it does not."""
    patents = ("2020113456785", "202011345679X", "2020113456802")
    return [
        {"id": f"r{n:03d}", patent: patents[n % 3], "转让方": "中南大学", "受让方": f"长沙第{n}机械有限公司"}
        for n in range(number)
    ]


def circuit(bench: Bench) -> Circuit:
    return circuit_of(bench.source, {"deals": bench.cursor})


def test_a_renamed_column_opens_the_circuit_and_every_row_is_raw_all_the_same(
    tmp_path: Path, client: HttpClient
) -> None:
    shown = [deals(20)]
    with a_platform(lambda path, query, n: paged(shown[0], query)) as platform:
        bench = Bench(tmp_path, a_source(platform.base, **READS), client)
        bench.poll()
        assert circuit(bench).trips == {}
        shown[0] = deals(20, "专利编号")
        bench.poll()
        assert (circuit(bench).trips, bench.cursor.flood and bench.cursor.flood.refused) == ({"deals": "rejects"}, 20)
        assert sorted((one["record"], one["sequence"]) for one in bench.raw()) == sorted(
            (row["id"], sequence) for row in deals(20) for sequence in (1, 2)
        )
        bench.poll()  # nothing changed, and that proves nothing
        assert circuit(bench).trips == {"deals": "rejects"}
        shown[0] = deals(20)
        bench.poll()
    assert (circuit(bench).trips, bench.cursor.flood) == ({}, None)


def test_a_mended_definition_is_probed_at_once_and_closes_the_circuit_though_no_row_changed(
    tmp_path: Path, client: HttpClient
) -> None:
    with a_platform(lambda path, query, n: paged(deals(20, "专利编号"), query)) as platform:
        bench = Bench(tmp_path, a_source(platform.base, **READS), client)
        bench.poll()
        bench.poll()
        mended = {**READS, "fields": {**FIELDS, "patents": ["专利号", "专利编号"]}}
        bench.source = a_source(platform.base, **mended)
        assert circuit(bench).trips == {}  # so that the feed is due at its own interval
        bench.poll()
    assert (bench.cursor.flood, len(bench.raw())) == (None, 20)


def test_some_bad_rows_are_dead_letters_and_no_flood(tmp_path: Path, client: HttpClient) -> None:
    shown = [*deals(20), *[{**row, "id": f"x{row['id']}"} for row in deals(15, "专利编号")]]
    with a_platform(lambda path, query, n: paged(shown, query)) as platform:
        bench = Bench(tmp_path, a_source(platform.base, **READS), client)
        bench.poll()
    assert bench.cursor.flood is None


@pytest.mark.parametrize(("good", "bad", "flood"), [(0, 2, False), (0, 3, True), (1, 5, False), (4, 6, True)])
def test_of_a_few_rows_only_a_poll_that_reads_nothing_is_a_flood(
    tmp_path: Path, client: HttpClient, good: int, bad: int, flood: bool
) -> None:
    shown = [*deals(good), *[{**row, "id": f"x{row['id']}"} for row in deals(bad, "专利编号")]]
    with a_platform(lambda path, query, n: paged(shown, query)) as platform:
        bench = Bench(tmp_path, a_source(platform.base, **READS), client)
        bench.poll()
    assert (bench.cursor.flood is not None) == flood


def test_a_fault_of_the_reader_costs_its_row_and_not_the_poll(
    tmp_path: Path, client: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Reader.read

    def reads(self: Reader, content: Any) -> Any:
        return read(self, content) if content["id"] != "r003" else 1 / 0

    monkeypatch.setattr(Reader, "read", reads)
    with a_platform(lambda path, query, n: paged(deals(20), query)) as platform:
        bench = Bench(tmp_path, a_source(platform.base, **READS), client)
        bench.poll()
    assert (bench.cursor.state, len(bench.raw()), bench.cursor.flood) == ("ok", 20, None)


def test_rows_without_a_key_are_a_flood_as_well(tmp_path: Path, client: HttpClient) -> None:
    shown = [{"编号": row["id"], **{name: row[name] for name in FIELDS.values()}} for row in deals(12)]
    with a_platform(lambda path, query, n: paged(shown, query)) as platform:
        bench = Bench(tmp_path, a_source(platform.base, **READS), client)
        bench.poll()
        bench.poll()
    assert (circuit(bench).trips, bench.raw(), len(bench.letters())) == ({"deals": "rejects"}, [], 12)


def test_a_poll_that_shows_nothing_leaves_the_circuit_open(tmp_path: Path, client: HttpClient) -> None:
    broken = [False]

    def reply(path: str, query: dict[str, str], n: int) -> Any:
        return (404, {}, b"") if broken[0] else paged(deals(20, "专利编号"), query)

    with a_platform(reply) as platform:
        bench = Bench(tmp_path, a_source(platform.base, **READS), client)
        bench.poll()
        broken[0] = True
        bench.poll()
    assert circuit(bench).trips == {"deals": "rejects"}


def a_wide_source() -> Source:
    """A source with three lists."""
    source = a_source("http://127.0.0.1:1", **READS)
    return source.model_copy(update={"feeds": dict.fromkeys(("one", "two", "three"), source.feeds["deals"])})


def cursor(failures: int = 0, state: Any = "ok", minutes_ago: int = 1) -> Cursor:
    polled = NOW - timedelta(minutes=minutes_ago)
    return Cursor(polled_at=polled.isoformat(), next_poll_at=NOW.isoformat(), failures=failures, state=state)


def test_failures_open_the_circuit_when_no_list_answers_and_a_list_alone_backs_off_alone() -> None:
    source = a_wide_source()
    assert circuit_of(source, {"one": cursor(9, "blocked"), "two": cursor()}).trips == {}
    assert circuit_of(source, {"one": cursor(2, "unknown"), "two": cursor(2, "unknown")}).trips == {}
    silent = {"one": cursor(2, "unknown", 30), "two": cursor(3, "unknown", 3), "three": Cursor()}
    assert circuit_of(source, silent).trips == {"one": "failures", "two": "failures"}
    assert circuit_of(source, {**silent, "two": cursor()}).trips == {}


def test_a_silent_source_is_probed_by_one_list_at_a_time() -> None:
    silent = {"one": cursor(5, "unknown", 30), "two": cursor(5, "unknown", 3)}
    asked = circuit_of(a_wide_source(), silent)
    assert asked.not_before(silent["one"], 1800) == NOW + timedelta(minutes=12)
    assert asked.not_before(silent["one"], 60) == NOW - timedelta(minutes=2)


def test_a_list_of_a_source_that_floods_is_asked_at_six_times_its_interval_and_says_why(
    tmp_path: Path, client: HttpClient
) -> None:
    with a_platform(lambda path, query, n: paged(deals(20, "专利编号"), query)) as platform:
        bench = Bench(tmp_path, a_source(platform.base, **READS), client)
        bench.poll()
    well, source = cursor(), a_wide_source()
    opened = circuit_of(source, {"one": bench.cursor, "two": well})
    assert not is_due(well, NOW, opened.not_before(well, 300.0))
    assert is_due(well, NOW + timedelta(minutes=29), opened.not_before(well, 300.0))
    for feed, feed_cursor, reason in (("one", bench.cursor, "circuit_rejects"), ("two", well, "circuit_open")):
        status = status_of(source, feed, feed_cursor, 300.0, opened)
        assert (status.state, status.reason) == ("paused", reason)
    assert status_of(source, "two", well, 300.0, opened).next_poll_at == "2026-11-24T09:59:00.000+08:00"
