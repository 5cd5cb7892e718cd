"""Measures of gazette texts: every real event is read with all its fields, or refused with a reason."""

from __future__ import annotations

import json
from pathlib import Path

from schemas.errors import Reject
from schemas.gazette.announcement import Announcement, read_announcement
from schemas.gazette.wrapper import split_wrapper
from tests.measures.interface import wrapped_in
from tests.measures.measure import Measure
from tests.measures.records import document, sheet_columns, table

EVENTS = "a_patents/patentics_thundersoft_legal_events_long.csv"
ANSWER = "c_payloads/cnipr/patent_detail_api_CN201210464170.json"


def legal_events(data: Path) -> tuple[Measure, Measure]:
    """The 1,005 events: read with every labelled field; and of the transfers, the form."""
    read, forms = Measure("gazette_events_read"), Measure("gazette_transfers_with_form")
    for row in table(data / EVENTS):
        try:
            announcement = read_announcement(row["原文"], patent=row["申请号"])
        except Reject as refused:
            read.miss(refused.reason, row["法律状态"])
            continue
        left = left_over(announcement, row)
        read.miss(left, row["法律状态"]) if left else read.hit()
        if announcement.kind == "transfer":
            forms.hit() if announcement.form and announcement.effective_on else forms.miss("no_form")
            forms.misses[f"form {announcement.form}"] += 1
    return read, forms


def left_over(announcement: Announcement, row: dict[str, str]) -> str:
    """What the derived columns of the file have and the reading lacks; empty when nothing."""
    labels = [label for label, _ in announcement.pairs]
    if any(label not in labels for label, _ in json.loads(row["其他字段_json"] or "[]")):
        return "label_missing"
    if announcement.announced_on != row["法律状态公告日"].replace(".", "-"):
        return "announced_on"
    if row["登记生效日"] and not announcement.effective_on:
        return "effective_on"
    if announcement.kind == "transfer" and not (announcement.givers and announcement.takers):
        return "parties"
    return announcement.warnings[0] if announcement.warnings else ""


def interface_answer(data: Path) -> Measure:
    """The legal list of a patent interface's answer."""
    measure = Measure("interface_events_read")
    for wrapped in wrapped_in(document(data / ANSWER)):
        try:
            read_announcement(wrapped)
            measure.hit()
        except Reject as refused:
            measure.miss(refused.reason, wrapped.title or "")
    return measure


def vendor_column(data: Path) -> Measure:
    """The vendor's column 法律描述, whole cells with several announcements each."""
    measure = Measure("vendor_column_events_read")
    for (cell,) in sheet_columns(data / "a_patents" / "patentics_thundersoft_legal.xlsx", "法律描述"):
        for wrapped in split_wrapper(cell):
            try:
                read_announcement(wrapped)
                measure.hit()
            except Reject as refused:
                measure.miss(refused.reason, (wrapped.title or "")[:40])
    return measure
