"""Inboxes: whole files only, rows by their headings, damage as dead letters."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from connectors.http.client import HttpClient
from connectors.read.zip import members
from schemas.errors import Reject
from tests.connectors.platform import Bench, a_source

CSV = {"format": "csv", "header": {"contains": ["申请号", "公告日"]}, "stop_at": ["合计"]}


def an_inbox(folder: Path, **file: Any) -> Any:
    return a_source(folder.as_uri(), access={"style": "inbox"}, key=["申请号"], file={"pattern": "*", **file})


def put(folder: Path, name: str, body: bytes, promised: bytes | None = None) -> None:
    (folder / "deals").mkdir(exist_ok=True, parents=True)
    (folder / "deals" / name).write_bytes(body)
    (folder / "deals" / f"{name}.sha256").write_text(hashlib.sha256(promised or body).hexdigest())


def test_a_half_copied_file_waits_and_is_read_once_when_whole(tmp_path: Path, client: HttpClient) -> None:
    body = "申请号,公告日\n2020100000017,20260106\n2020100000025,20260106\n合计,2\n".encode("gb18030")
    put(tmp_path, "20260106.csv", body[:30], promised=body)
    bench = Bench(tmp_path / "evidence", an_inbox(tmp_path, **CSV), client)
    poll = bench.poll()
    assert (poll.outcome.verdict, poll.outcome.reason, bench.raw()) == ("short", "sum_mismatch", [])
    put(tmp_path, "20260106.csv", body)
    assert bench.poll().outcome.verdict == bench.poll().outcome.verdict == "complete"
    assert bench.cursor.watermark == "2026-01-06"
    assert [(one["record"], one["evidence"]["pointer"]) for one in bench.raw()] == [
        ("2020100000017", "line 2"),
        ("2020100000025", "line 3"),
    ]


def test_a_file_that_is_put_again_publishes_its_changed_row_only(tmp_path: Path, client: HttpClient) -> None:
    put(tmp_path, "a.csv", "申请号,公告日\n1,20260106\n2,20260106\n".encode())
    bench = Bench(tmp_path / "evidence", an_inbox(tmp_path, **CSV), client)
    bench.poll()
    put(tmp_path, "a.csv", "申请号,公告日\n1,20260106\n2,20260107\n".encode())
    bench.poll()
    assert [(one["record"], one["sequence"]) for one in bench.raw()] == [("1", 1), ("2", 1), ("2", 2)]


def test_a_ragged_row_and_a_key_with_two_contents_are_dead_letters_and_the_rest_is_read(
    tmp_path: Path, client: HttpClient
) -> None:
    put(tmp_path, "a.csv", "申请号,公告日\n1,20260106\n2,3,4\n1,20260109\n5,6\n".encode())
    bench = Bench(tmp_path / "evidence", an_inbox(tmp_path, **CSV), client)
    poll = bench.poll()
    assert (bench.keys(), poll.rows.rejected, poll.rows.gap) == (["1", "5"], 2, 0)
    assert sorted(one["reason"] for one in bench.letters()) == ["key_conflict", "row_ragged"]


def test_two_announcements_that_share_a_key_are_two_records_where_the_platform_names_them_alike(
    tmp_path: Path, client: HttpClient
) -> None:
    bench = Bench(tmp_path / "evidence", an_inbox(tmp_path, **CSV, repeats="numbered"), client)
    for lines in (
        ["1,20260106"],
        ["1,20260106", "2,20260106", "1,20260109"],
        ["1,20260107", "2,20260106", "1,20260109"],
    ):
        put(tmp_path, "a.csv", "\n".join(["申请号,公告日", *lines]).encode())
        bench.poll()
    assert [(one["record"], one["sequence"]) for one in bench.raw()] == [("1", 1), ("2", 1), ("1/2", 1), ("1", 2)]
    assert bench.letters() == []


def test_a_workbook_is_read_by_its_headings_and_a_changed_heading_is_held(tmp_path: Path, client: HttpClient) -> None:
    book = openpyxl.Workbook()
    for line in (
        ["企业评价表"],
        ["基本信息", None, "评价"],
        ["申请 号", "公告日", "前景"],
        [2020100000017, "2026-01-06", "高"],
        [None, "2026-01-07", "低"],
        ["合计", 2, None],
    ):
        book.active.append(line)
    stream = io.BytesIO()
    book.save(stream)
    put(tmp_path, "a.xlsx", stream.getvalue())
    shape = {"header": {"contains": ["申请号", "前景"]}, "header_rows": 2, "stop_at": ["合计"], "fill_down": ["申请号"]}
    source = an_inbox(tmp_path, **shape)
    bench = Bench(
        tmp_path / "evidence",
        source.model_copy(
            update={"feeds": {"deals": source.feeds["deals"].model_copy(update={"key": ("申请号", "公告日")})}}
        ),
        client,
    )
    bench.poll()
    assert [(one["content"], one["evidence"]["pointer"]) for one in bench.raw()] == [
        ({"申请号": 2020100000017, "公告日": "2026-01-06", "前景": "高"}, "Sheet!R4"),
        ({"申请号": 2020100000017, "公告日": "2026-01-07", "前景": "低"}, "Sheet!R5"),
    ]
    held = Bench(tmp_path / "evidence", an_inbox(tmp_path, header={"contains": ["专利权人"]}), client)
    poll = held.poll()
    assert (poll.outcome.state, poll.outcome.reason, held.raw()) == ("held", "header_changed", [])


def test_a_zip_of_xml_with_a_gbk_name_reads_its_records_and_resolves_no_entity(
    tmp_path: Path, client: HttpClient
) -> None:
    good = '<d xmlns="x"><doc><申请号>1</申请号></doc><doc><申请号>2</申请号></doc></d>'.encode()
    evil = b'<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]><d><doc><a>&e;</a></doc></d>'
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("good.xml", good)
        archive.writestr("evil.xml", evil)
    put(tmp_path, "a.zip", stream.getvalue())
    bench = Bench(tmp_path / "evidence", an_inbox(tmp_path, format="xml", element="doc", members="*.xml"), client)
    bench.poll()
    assert [(one["record"], one["evidence"]["pointer"]) for one in bench.raw()] == [
        ("1", "member good.xml > /doc/1"),
        ("2", "member good.xml > /doc/2"),
    ]
    assert "root:" not in str(bench.letters()) and len(bench.letters()) == 1


def test_a_zip_bomb_is_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", bytes(8 << 20))
    with pytest.raises(Reject, match="members"):
        list(members(stream.getvalue(), "*"))


def test_a_snapshot_that_loses_a_row_makes_it_absent_when_it_is_read_again(tmp_path: Path, client: HttpClient) -> None:
    source = a_source(
        tmp_path.as_uri(),
        access={"style": "inbox"},
        key=["申请号"],
        absence={"means": "left"},
        file={"pattern": "*", "edition": "snapshot", **CSV},
    )
    put(tmp_path, "1.csv", "申请号,公告日\n1,20260106\n2,20260106\n".encode())
    bench = Bench(tmp_path / "evidence", source, client)
    bench.poll()
    put(tmp_path, "2.csv", "申请号,公告日\n1,20260106\n".encode())
    bench.poll()
    assert len(bench.raw()) == 2
    bench.poll()
    assert (bench.raw()[-1]["record"], bench.raw()[-1]["absent"], len(bench.raw())) == ("2", True, 3)
    assert bench.poll().rows.read == 0
