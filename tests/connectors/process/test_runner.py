"""One source can never end the process: whatever its poll raises, that feed is paused and the others go on."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import wait
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.http.client import HttpClient
from connectors.poll import lists
from connectors.poll.cursor import Cursor
from connectors.process.lease import Holding, Lease
from connectors.process.service import Service
from ops import telemetry
from ops.bus import Outgoing
from ops.health import Health
from ops.run import CHINA
from ops.settings import Settings
from schemas.errors import Misconfigured
from schemas.records.source_status import SourceStatus
from schemas.source.model import Source
from schemas.topics import RAW, SOURCE_STATUS
from schemas.traces import trace_in
from schemas.wire import load
from tests.connectors.platform import a_platform, a_source, page, paged
from tests.connectors.process.test_circuit import READS, deals
from tests.ops.metrics import sample

CANARY = "张三13787654321"


class Log:
    """In place of a producer: keeps what is committed. The ``breaks_at``-th transaction fails, its outcome unknown."""

    def __init__(self) -> None:
        self.records: list[Outgoing] = []
        self.transactions = self.breaks_at = 0

    def commit(self, records: Sequence[Outgoing]) -> None:
        self.transactions += 1
        if self.transactions == self.breaks_at:
            raise OSError("connection reset")
        self.records += records

    def close(self) -> None:
        """Nothing is held."""


class Process:
    """The service with every partition in its hands, turn by turn."""

    def __init__(self, home: Path, client: HttpClient, sources: Mapping[str, Source], secret: Any = str) -> None:
        settings = Settings(home=home, evidence=home / "evidence")
        self.log = Log()
        self.service = Service(
            settings,
            sources,
            client,
            Health(settings, "connectors"),
            lambda: datetime.now(CHINA),
            secret,
            random.Random(1),
        )
        self.lease = Lease(settings, sources)
        for partition in range(settings.partitions):
            self.lease.holdings[partition] = Holding(partition, self.log)  # type: ignore[arg-type]

    def turn(self) -> None:
        """Start what is due, wait for its end, gather it. Raises what would end the process."""
        self.service._start_due(self.lease)
        wait(self.service._running.values(), 20)
        self.service._gather()

    def statuses(self) -> dict[str, SourceStatus]:
        """The last status of each source's feed."""
        found = [
            load(SourceStatus, one.value) for one in self.log.records if one.topic == SOURCE_STATUS.name and one.value
        ]
        return {status.source: status for status in found}

    def cursor(self, source: str) -> Cursor:
        holding = self.lease.holding_of(source, "deals")
        assert holding is not None
        return holding.cursors[f"{source}|deals"]


def named(source: Source, name: str, **feed: Any) -> Source:
    deals = source.feeds["deals"].model_copy(update=feed)
    return source.model_copy(update={"id": name, "feeds": {"deals": deals}})


@pytest.fixture
def odd(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault in the code that only the answers of one platform meet."""
    read_page = lists.read_page

    def reads(answer: Any, *rest: Any) -> Any:
        if "/odd" in answer.url:
            raise KeyError(CANARY)
        return read_page(answer, *rest)

    monkeypatch.setattr(lists, "read_page", reads)


@pytest.fixture
def base() -> Iterator[str]:
    with a_platform(lambda path, query, n: paged(deals(15), query)) as platform:
        yield platform.base


@pytest.mark.usefixtures("odd")
def test_a_poll_that_raises_pauses_its_feed_and_the_others_are_polled(
    tmp_path: Path, client: HttpClient, base: str, caplog: pytest.LogCaptureFixture
) -> None:
    good = named(a_source(base, **READS), "good")
    odd = named(a_source(f"{base}/odd", **READS), "odd")
    process = Process(tmp_path, client, {"odd": odd, "good": good})
    broken_off = sample("tongda_polls_broken_off_total", source="odd", feed="deals") or 0.0
    with caplog.at_level("ERROR", logger="tongda"):
        process.turn()
    states = {name: (status.state, status.reason) for name, status in process.statuses().items()}
    assert states == {"odd": ("paused", "internal"), "good": ("ok", "")}
    assert sum(one.topic == RAW.name for one in process.log.records) == 15
    cursor = process.cursor("odd")
    assert (cursor.state, cursor.watermark, cursor.last_complete_at, cursor.failures) == ("paused", None, None, 0)
    assert cursor.evidence is not None and cursor.next_poll_at is not None
    assert cursor.detail == "KeyError in the hub's own code; the log line poll_broken_off has the trace"
    assert sample("tongda_polls_broken_off_total", source="odd", feed="deals") == broken_off + 1
    (line,) = [record.facts for record in caplog.records if record.getMessage() == "poll_broken_off"]  # type: ignore[attr-defined]
    assert (line["error"], line["message"]) == ("KeyError", repr(CANARY))
    assert any("read_page" in frame or "reads" in frame for frame in line["trace"])


@pytest.mark.usefixtures("odd")
def test_a_feed_that_broke_off_is_polled_again_and_is_whole_when_the_fault_is_gone(
    tmp_path: Path, client: HttpClient, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = Process(tmp_path, client, {"odd": named(a_source(f"{base}/odd", **READS), "odd")})
    process.turn()
    assert process.cursor("odd").reason == "internal"
    monkeypatch.undo()
    holding = process.lease.holding_of("odd", "deals")
    assert holding is not None
    holding.cursors["odd|deals"] = Cursor()  # its time has come
    process.turn()
    assert (process.cursor("odd").state, sum(one.topic == RAW.name for one in process.log.records)) == ("ok", 15)


@pytest.mark.parametrize("number", [1, 2, 3], ids=["the first status", "a page", "the end of the poll"])
def test_a_broken_producer_ends_the_process(tmp_path: Path, client: HttpClient, base: str, number: int) -> None:
    process = Process(tmp_path, client, {"good": named(a_source(base, **READS), "good")})
    process.log.breaks_at = number
    with pytest.raises(OSError, match="connection reset"):
        process.turn()


@pytest.mark.parametrize(
    ("error", "detail"),
    [
        (Misconfigured("a definition needs the secret KEY"), "a definition needs the secret KEY"),
        (FileNotFoundError("/run/secrets/key"), "the file of the secret KEY cannot be read: FileNotFoundError"),
        (
            UnicodeDecodeError("utf-8", b"\xff", 0, 1, CANARY),
            "the file of the secret KEY cannot be read: UnicodeDecodeError",
        ),
        (None, "the secret KEY is empty or is no value of a header"),
    ],
    ids=["not set", "no file", "not text", "no header"],
)
def test_a_bad_secret_pauses_its_source_alone(
    tmp_path: Path, client: HttpClient, base: str, error: Exception | None, detail: str
) -> None:
    def secret(name: str) -> str:
        if error is not None:
            raise error
        return "two\nlines"

    auth = {"style": "header", "secret": "KEY"}
    locked = named(a_source(base, access={"auth": auth}, **READS), "locked")
    process = Process(tmp_path, client, {"locked": locked, "good": named(a_source(base, **READS), "good")}, secret)
    process.turn()
    states = {name: (status.state, status.reason) for name, status in process.statuses().items()}
    assert states == {"locked": ("paused", "secret_missing"), "good": ("ok", "")}
    assert process.cursor("locked").detail == detail


@pytest.mark.usefixtures("odd")
def test_of_a_feed_that_is_not_public_no_value_is_logged_measured_or_shown(
    tmp_path: Path, client: HttpClient, base: str, caplog: pytest.LogCaptureFixture
) -> None:
    with a_platform(lambda path, query, n: page([], 0, CANARY)) as refusing:
        sources = {
            "odd": named(a_source(f"{base}/odd", **READS), "odd", secrecy="sensitive"),
            "coded": named(a_source(refusing.base, **READS), "coded", secrecy="internal"),
        }
        process = Process(tmp_path, client, sources)
        process.service.runner.stopping.wait = lambda seconds: False  # type: ignore[method-assign]  # no back-off
        with caplog.at_level("DEBUG", logger="tongda"):
            process.turn()
    assert CANARY in process.cursor("coded").detail  # for the operator, on an internal topic
    told = [str(record.facts) for record in caplog.records]  # type: ignore[attr-defined]
    assert len(told) == 3 and not any(CANARY in line for line in told)
    assert CANARY not in telemetry.render().decode()
    shown = [one.value or b"" for one in process.log.records if one.topic == SOURCE_STATUS.name]
    assert len(shown) == 4 and not any(CANARY.encode() in value for value in shown)


def test_the_raw_records_and_the_log_lines_of_one_poll_have_one_trace(
    tmp_path: Path, client: HttpClient, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: seen.append(telemetry.TRACE.get())  # type: ignore[method-assign]
    telemetry.LOGGER.addHandler(handler)
    caplog.set_level("INFO", "tongda")
    try:
        with a_platform(lambda path, query, n: paged(deals(15), query)) as platform:
            process = Process(tmp_path, client, {"quiet": named(a_source(platform.base, **READS), "quiet")})
            process.turn()
            process.turn()
    finally:
        telemetry.LOGGER.removeHandler(handler)
    raw = [record for record in process.log.records if record.topic == RAW.name]
    traces = {trace_in(record.headers) for record in raw}
    assert len(raw) == 15 and len(traces) == 1 and len({record.headers for record in raw}) == 15
    assert traces == set(filter(None, seen))
