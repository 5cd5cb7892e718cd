"""Bounds: how much memory a connectors process ever takes, through answers and files that are out of all proportion."""

from __future__ import annotations

import hashlib
import io
import json
import os
import signal
import subprocess
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from ops.bus import Admin, read_to_end
from ops.settings import ROOT, Settings
from ops.supervisor.parts import TONGDA
from schemas import topics
from schemas.records.source_status import SourceStatus
from schemas.wire import load
from tests.bench.line import Line
from tests.bench.polled import page, row
from tests.connectors.platform import JSON, Reply, a_platform

AIM_MIB = 200.0
WAIT_SECONDS, LOOKS_A_SECOND = 600.0, 20
FEEDS, ROWS = 200, 500
METHOD = (
    "largest resident memory (VmHWM) of a `tongda run connectors` from its start until every feed was polled {0}; "
    "beside: the aim"
)
OF_CHILDREN = "largest resident memory of its children, looked at 20 times a second; they read large files, within 1 GiB of addresses"
BOMB_BYTES, PAGE_BYTES, LARGEST_BYTES, SHEET_ROWS = 1 << 30, 200 << 20, (15 << 20) // 2, 1_000_000
COLUMNS, SHEET = ("id", "专利号", "转让方", "受让方"), "xl/worksheets/sheet1.xml"


@dataclass(frozen=True)
class Case:
    """One thing out of proportion. ``state``, ``reasons``: what is told of its feeds once they were polled."""

    name: str
    state: str
    reasons: tuple[str, ...]
    answer: Callable[[], Reply] | None = None  # of a platform; None: it puts a workbook of so many rows into an inbox
    rows: int = 0
    feeds: int = 1
    access: Mapping[str, Any] = field(default_factory=dict)
    polls: int = 1


def bomb() -> Reply:
    """An answer of about a mebibyte that unfolds to a thousand of them."""
    step, packer = b" " * (1 << 20), zlib.compressobj(9, zlib.DEFLATED, 31)
    body = b"".join(packer.compress(step) for _ in range(BOMB_BYTES // len(step))) + packer.flush()
    return 200, {**JSON, "Content-Encoding": "gzip"}, body


def large_page(size: int) -> Reply:
    one = json.dumps(row(1), ensure_ascii=False).encode()
    count = size // len(one)
    return 200, JSON, page([row(number) for number in range(count)], count)


def usual_page() -> Reply:
    return 200, JSON, page([row(number) for number in range(ROWS)], ROWS)


CASES = (
    Case("at rest, one small feed", "ok", ("",), answer=lambda: (200, JSON, page([row(1)], 1))),
    Case("an answer of 1 MiB that unfolds to 1 GiB", "held", ("too_large",), answer=bomb),
    Case("a page of 200 MB", "held", ("too_large",), answer=lambda: large_page(PAGE_BYTES)),
    Case(
        "the largest page that is taken unless a definition says more, 7.5 MiB",
        "ok",
        ("",),
        answer=lambda: large_page(LARGEST_BYTES),
    ),
    Case(
        "a workbook of a million rows",
        "short",
        ("too_many_rows", "file_too_heavy"),
        rows=SHEET_ROWS,
        access={"max_bytes": 64 << 20},
    ),
    Case(f"{FEEDS} feeds of {ROWS} rows", "ok", ("",), answer=usual_page, feeds=FEEDS, polls=3),
)


def measure(settings: Settings) -> Iterator[Line]:
    for number, case in enumerate(CASES):
        home = settings.home / str(number)
        own = settings.model_copy(update={"home": home, "topic_prefix": f"{settings.topic_prefix}{number}."})
        most, of_children = peak(own, case)
        method = METHOD.format("once" if case.polls == 1 else f"{case.polls} times")
        yield Line("bounds", case.name, most, "MiB", method, AIM_MIB)
        if of_children:
            yield Line("bounds", f"{case.name}: its reader", of_children, "MiB", OF_CHILDREN)


def peak(settings: Settings, case: Case) -> tuple[float, float]:
    """Mebibytes of the process and of the largest of its children."""
    with Admin(settings) as admin:
        admin.apply(topics.TOPICS)
    with platform_of(settings.home, case) as base, running(settings, base) as process:
        of_children, looks = 0.0, 0
        end = time.monotonic() + WAIT_SECONDS
        while looks % LOOKS_A_SECOND or not is_over(case, found := statuses(settings)):
            assert process.poll() is None and time.monotonic() < end, (settings.home / "connectors.log").read_text()[
                -2000:
            ]
            of_children = max([of_children, *map(memory, children_of(process.pid))])
            time.sleep(1 / LOOKS_A_SECOND)
            looks += 1
        assert all(one.state == case.state and one.reason in case.reasons for one in found), found[:2]
        return memory(process.pid), of_children


def is_over(case: Case, found: list[SourceStatus]) -> bool:
    """Every feed was polled as often as the case wants."""
    return len(found) == case.feeds and all(one.total_rows.read >= case.polls * one.rows.read for one in found)


def statuses(settings: Settings) -> list[SourceStatus]:
    """Of the feeds that were polled."""
    last = {one.key: one.value for one in read_to_end(settings, topics.SOURCE_STATUS.name)}
    found = [load(SourceStatus, value) for value in last.values() if value]
    return [one for one in found if one.polled_at]


@contextmanager
def platform_of(home: Path, case: Case) -> Iterator[str]:
    """The address of the platform, with its definition under ``home``."""
    folder = home / "sources" / "hn_bounds"
    folder.mkdir(parents=True)
    (folder / "source.yml").write_text(json.dumps(definition(case), ensure_ascii=False), encoding="utf-8")
    if case.answer is None:
        inbox = home / "inbox" / "deals_0"
        inbox.mkdir(parents=True)
        workbook(inbox / "deals_20260301.xlsx", case.rows)
        yield inbox.parent.as_uri()
        return
    answer = case.answer()
    with a_platform(lambda path, query, n: answer) as platform:
        platform.server.handle_error = lambda *_: None  # type: ignore[method-assign]  # whoever refuses an answer hangs up
        yield platform.base


def definition(case: Case) -> dict[str, Any]:
    """JSON is YAML too."""
    usual: dict[str, Any] = {
        "kind": "transfer",
        "name": "转让",
        "phase": "noticed",
        "fields": {"patents": "专利号", "transferor": "转让方", "transferee": "受让方"},
        "ignore": ["专利名称", "签订日期", "成交金额"],
        "absence": {"means": "nothing"},
        "expect": {"fill": {"patents": 0.9}},
    }
    if case.answer is None:
        feed = {
            **usual,
            "key": "/id",
            "file": {"pattern": "deals_*.xlsx", "edition": "snapshot", "header": {"contains": [*COLUMNS]}},
        }
        access: dict[str, Any] = {"style": "inbox"}
    else:
        paging = {"style": "none", "total": "/data/total", "proof": ["total_each_page"]}
        feed = {**usual, "key": "/id", "request": {"path": "/api/{}"}, "records": "/data/list", "paging": paging}
        access = {
            "base": "https://bounds.example.invalid",
            "ok": {"at": "/code", "in": [200]},
            "robots": "ignored",
            "robots_reason": "a stand-in",
        }
    feeds = {f"deals_{number}": feed for number in range(case.feeds)}
    return {
        "id": "hn_bounds",
        "name": "测量平台",
        "authority": "provincial",
        "access": {**access, **case.access},
        "feeds": feeds,
    }


@contextmanager
def running(settings: Settings, base: str) -> Iterator[subprocess.Popen[bytes]]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TONGDA_")}
    given = {
        "TONGDA_PROFILE": "test",
        "TONGDA_KAFKA": settings.kafka,
        "TONGDA_TOPIC_PREFIX": settings.topic_prefix,
        "TONGDA_HOME": str(settings.home),
        "TONGDA_SLOT": "bounds",
        "TONGDA_SOURCES": str(settings.home / "sources"),
        "TONGDA_SOURCE_HN_BOUNDS_BASE": base,
    }
    with (settings.home / "connectors.log").open("wb") as log:
        process = subprocess.Popen(
            [*TONGDA, "run", "connectors"], cwd=ROOT, env={**clean, **given}, stdout=log, stderr=log
        )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def memory(process: int) -> float:
    """The most that it ever had, in mebibytes; 0 when it has just ended."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0.0
    found = status.partition("VmHWM:")[2].split()
    return int(found[0]) / 1024 if found else 0.0


def children_of(process: int) -> list[int]:
    """Of any of its threads."""
    try:
        found = [file.read_text().split() for file in Path(f"/proc/{process}/task").glob("*/children")]
    except OSError:
        return []
    return [int(child) for group in found for child in group]


def workbook(file: Path, rows: int) -> None:
    """One sheet of so many rows, with its sum beside it. Its rows are written one by one: a library takes minutes."""
    book, frame = Workbook(), io.BytesIO()
    book.active.append(COLUMNS)  # type: ignore[union-attr]
    book.save(frame)
    with (
        zipfile.ZipFile(frame) as given,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name in given.namelist():
            if name != SHEET:
                archive.writestr(name, given.read(name))
        head, end = given.read(SHEET).split(b"</sheetData>")
        with archive.open(SHEET, "w") as sheet:
            sheet.write(head)
            for number in range(2, rows + 2):
                sheet.write(sheet_row(number).encode())
            sheet.write(b"</sheetData>" + end)
    file.with_name(f"{file.name}.sha256").write_text(hashlib.sha256(file.read_bytes()).hexdigest())


def sheet_row(number: int) -> str:
    """A row of a sheet with texts in its cells."""
    texts = [str(row(number)[name]) for name in COLUMNS]
    cells = (
        f'<c r="{letter}{number}" t="inlineStr"><is><t>{text}</t></is></c>'
        for letter, text in zip("ABCD", texts, strict=True)
    )
    return f'<row r="{number}">{"".join(cells)}</row>'
