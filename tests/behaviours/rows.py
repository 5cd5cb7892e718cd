"""Rows: what a platform does to single records, and to the tables of a page."""

from __future__ import annotations

import json
from typing import Any

from tests.behaviours.stage import BARE, PAGES, TOTAL, Stage, answer, listed, numbered, page_of, verdict
from tests.connectors.platform import JSON

ONE: dict[str, Any] = {"style": "none", "total": "/data/total"}


def writes_a_lone_surrogate(stage: Stage) -> None:
    """That row is a dead letter with its original, the others are read."""
    text = json.dumps({"code": 200, "data": {"list": [*numbered(1, 2), {"id": "x", "名称": "坏\ud800"}], "total": 3}})
    bench, (poll,) = stage.polls(lambda path, query, n: (200, JSON, text.encode()), paging=ONE)
    assert (bench.keys(), [one["reason"] for one in bench.letters()]) == (["r001", "r002"], ["row_unstorable"])
    assert "ud800" in bench.letters()[0]["original"] and poll.rows.gap == 0


def writes_its_ids_in_another_case_or_width(stage: Stage) -> None:
    """One record under the spelling that is known; none is absent and none is new. ``exact`` keeps them apart."""
    spelt = ["HN-001a", "HN-001A", "ＨＮ－００１ａ", "hn-001a\u200b"]

    def reply(path: str, query: dict[str, str], n: int) -> Any:
        return listed([{"id": spelt[min(n, 4) - 1], "名称": "甲"}], 1)

    bench, polls = stage.polls(reply, 4, paging=ONE)
    assert [verdict(poll) for poll in polls] == [("complete", "")] * 4
    assert (bench.keys(), [poll.rows.new for poll in polls]) == (["HN-001a"] * 4, [1, 0, 0, 0])
    bench, _ = stage.polls(reply, 2, paging=ONE, claims={"ids": "exact"})
    assert bench.keys() == ["HN-001a", "HN-001A"]


def puts_a_slash_into_its_keys(stage: Stage) -> None:
    """(x/y, z) and (x, y/z) are two records."""
    rows = [{"a": "x/y", "b": "z"}, {"a": "x", "b": "y/z"}, {"a": "x~1y", "b": "z"}]
    bench, (poll,) = stage.polls(lambda path, query, n: listed(rows, 3), paging=ONE, key=["a", "b"])
    assert verdict(poll) == ("complete", "") and len(set(bench.keys())) == 3


def changes_a_volatile_field_inside_an_object(stage: Stage) -> None:
    """A JSON Pointer names it; its change is none of the record."""
    bench, polls = stage.polls(
        lambda path, query, n: listed([{"id": "a", "stat": {"views": n, "kept": 1}, "raw": json.dumps({"n": n})}], 1),
        3,
        paging=ONE,
        volatile=["/stat/views", "/raw/n"],
    )
    assert [poll.rows.unchanged for poll in polls] == [0, 1, 1] and bench.raw()[0]["content"]["stat"]["views"] == 1


def shows_one_key_with_two_contents(stage: Stage) -> None:
    """The list moved while it was read: drifted."""
    _, (poll,) = stage.polls(
        lambda path, query, n: listed([{"id": "a", "v": 1}, {"id": "a", "v": 2}], 1), paging=PAGES | ONE
    )
    assert verdict(poll) == ("drifted", "key_conflict")


def reuses_an_id_for_another_patent(stage: Stage) -> None:
    """b31: refused as identity_conflict, the known record stays; a person may let it pass. A patent more is a change."""
    numbers = ["202010000001.1", "202010000001.1;202010000002.6", "202110000003.5", "202110000003.5"]
    fields = {"patents": "专利号"}

    def reply(path: str, query: dict[str, str], n: int) -> Any:
        return listed([{"id": "a", "专利号": numbers[min(n, 4) - 1]}], 1)

    bench, polls = stage.polls(reply, 3, paging=ONE, fields=fields, split={"patents": [";"]})
    assert [(poll.rows.new, poll.rows.changed, poll.rows.rejected) for poll in polls] == [
        (1, 0, 0),
        (0, 1, 0),
        (0, 0, 1),
    ]
    assert [one["reason"] for one in bench.letters()] == ["identity_conflict"]
    assert bench.memory.records["a"].sequence == 2


def corrects_a_damaged_number(stage: Stage) -> None:
    """A number with a wrong check digit names no patent: the right one is a change of the same record."""
    numbers = ["202010000001.2", "202110000003.5"]
    bench, polls = stage.polls(
        lambda path, query, n: listed([{"id": "a", "专利号": numbers[min(n, 2) - 1]}], 1),
        2,
        paging=ONE,
        fields={"patents": "专利号"},
    )
    assert [(poll.rows.new, poll.rows.changed, poll.rows.rejected) for poll in polls] == [(1, 0, 0), (0, 1, 0)]
    assert bench.memory.records["a"].sequence == 2


def has_a_row_without_its_key(stage: Stage) -> None:
    """A dead letter; a row that is too large likewise; the others are read."""
    rows = [*numbered(1, 2), {"名称": "无"}, {"id": "big", "文": "字" * 400_000}]
    bench, (poll,) = stage.polls(lambda path, query, n: listed(rows, 4), paging=ONE)
    assert sorted(one["reason"] for one in bench.letters()) == ["key_missing", "row_too_large"]
    assert (bench.keys(), poll.rows.rejected, poll.rows.gap) == (["r001", "r002"], 2, 0)


def removes_a_record(stage: Stage) -> None:
    """b33: absent after two complete polls, not after one, and back again is a change."""
    shown = {1: 3, 2: 2, 3: 2, 4: 3}
    bench, polls = stage.polls(
        lambda path, query, n: listed(numbered(1, shown[min(n, 4)]), shown[min(n, 4)]),
        4,
        paging=ONE,
        absence={"means": "withdrawn"},
    )
    assert [(one["record"], one["sequence"], one["absent"]) for one in bench.raw()][3:] == [
        ("r003", 2, True),
        ("r003", 3, False),
    ]


def loses_half_of_its_rows(stage: Stage) -> None:
    """b34: held; nothing is absent."""
    bench, polls = stage.polls(
        lambda path, query, n: listed(numbered(1, 40 if n == 1 else 20), 40 if n == 1 else 20),
        3,
        paging=ONE,
        absence={"means": "withdrawn"},
    )
    assert (bench.cursor.state, bench.cursor.reason) == ("held", "mass_absence")
    assert not any(one["absent"] for one in bench.raw())


GRID: dict[str, Any] = {
    "access": {"media": "text/html", **BARE},
    "paging": {"style": "none", "proof": ["end_marker"]},
    "html": {"table": "table", "header": {"contains": ["转让方", "受让方", "专利号"]}, "stop_at": ["合计", "注"]},
    "key": ["专利号"],
}


def _grid(stage: Stage, table: str, **html: Any) -> list[dict[str, Any]]:
    given = {**GRID, "html": {**GRID["html"], **html}}
    page = f"<html><table><tr><td>联系人</td><td>电话</td></tr><tr><td>张</td><td>1</td></tr></table>{table}</html>"
    bench, (poll,) = stage.polls(lambda path, query, n: page_of(page), **given)
    assert verdict(poll) == ("complete", "")
    return [one["content"] for one in bench.raw()]


HEAD = "<tr><th>专利号</th><th>转 让 方</th><th>受让方</th></tr>"
RIGHT = [
    {"专利号": "1", "转让方": "甲厂", "受让方": "乙厂"},
    {"专利号": "2", "转让方": "甲厂", "受让方": "丙厂"},
]


def spans_rows_and_columns(stage: Stage) -> None:
    """b24: a cell over two rows stands in both; the table of contacts before it is not read."""
    body = '<tr><td>1</td><td rowspan="2">甲厂</td><td>乙厂</td></tr><tr><td>2</td><td>丙厂</td></tr>'
    assert _grid(stage, f"<table>{HEAD}{body}</table>") == RIGHT
    wide = '<tr><td>1</td><td colspan="2">甲厂</td></tr>'
    assert _grid(stage, f"<table>{HEAD}{wide}</table>")[0] == {"专利号": "1", "转让方": "甲厂", "受让方": "甲厂"}


def swaps_two_columns(stage: Stage) -> None:
    """Columns are found by their headings: parties do not swap with them."""
    head = "<tr><th>受让方</th><th>专利号</th><th>转让方</th></tr>"
    body = "<tr><td>乙厂</td><td>1</td><td>甲厂</td></tr><tr><td>丙厂</td><td>2</td><td>甲厂</td></tr>"
    assert _grid(stage, f"<table>{head}{body}</table>") == RIGHT


def hides_rows_and_repeats_its_headings(stage: Stage) -> None:
    """Hidden rows, headings on every printed page, totals and notes are no records."""
    body = (
        "<tr><td>1</td><td>甲厂</td><td>乙厂</td></tr>"
        '<tr style="display: none"><td>9</td><td>甲厂</td><td>乙厂</td></tr><tr hidden><td>8</td><td>a</td><td>b</td></tr>'
        f"{HEAD}<tr><td>2</td><td>甲厂</td><td>丙厂</td></tr>"
        "<tr><td>合计</td><td>2</td><td></td></tr><tr><td colspan=3>注:略</td></tr>"
    )
    assert (
        _grid(stage, f"<table><thead></thead><tbody>{body.replace(HEAD, '', 1) if 0 else HEAD + body}</tbody></table>")
        == RIGHT
    )


def merges_headings_over_two_rows(stage: Stage) -> None:
    """Two columns of one name have the whole path of their headings."""
    head = (
        '<tr><th rowspan="2">专利号</th><th colspan="2">转让方</th><th colspan="2">受让方</th></tr>'
        "<tr><th>名称</th><th>代码</th><th>名称</th><th>代码</th></tr>"
    )
    body = "<tr><td>1</td><td>甲厂</td><td>A</td><td>乙厂</td><td>B</td></tr>"
    rows = _grid(stage, f"<table>{head}{body}</table>", header={"contains": ["专利号", "转让方/名称"]}, header_rows=2)
    assert rows == [
        {"专利号": "1", "转让方/名称": "甲厂", "转让方/代码": "A", "受让方/名称": "乙厂", "受让方/代码": "B"}
    ]


def renames_the_heading_of_its_table(stage: Stage) -> None:
    """b24: held; nothing is read by position."""
    table = (
        "<table><tr><th>专利号</th><th>出让方</th><th>受让方</th></tr><tr><td>1</td><td>甲</td><td>乙</td></tr></table>"
    )
    bench, (poll,) = stage.polls(lambda path, query, n: page_of(f"<html>{table}</html>"), **GRID)
    assert (bench.cursor.state, bench.cursor.reason, bench.raw()) == ("held", "header_changed", [])


def attacks_with_text(stage: Stage) -> None:
    """b45: scripts, formulas, marks of direction and line breaks are kept as text."""
    text = "<script>alert(1)</script>=HYPERLINK(\u202e\r\n)"
    bench, _ = stage.polls(lambda path, query, n: listed([{"id": "a", "名称": text}], 1), paging=ONE)
    assert bench.raw()[0]["content"]["名称"] == text


def answers_with_something_that_is_no_list(stage: Stage) -> None:
    """The declared place holds an object, a number, nothing: blocked, never an empty list."""
    for found in ({}, 7, None, "文字"):
        _, (poll,) = stage.polls(
            lambda path, query, n, found=found: answer({"code": 200, "data": {"list": found, "total": 0}}), paging=TOTAL
        )
        assert verdict(poll) == ("blocked", "envelope")
