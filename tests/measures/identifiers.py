"""Measures of identifiers: every complete patent number fits its check digit; credit codes; classifications."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from schemas.errors import Reject
from schemas.fields.credit_code import read_credit_code
from schemas.fields.ipc import read_ipcs
from schemas.fields.patent_number import read_patent_number
from tests.measures.measure import Measure
from tests.measures.records import sheet_columns, table

CREDIT_CODE = re.compile(r"(?<![0-9A-Za-z])[0-9ANY][0-9A-Z]\d{6}[0-9A-Z]{9}[0-9A-Z](?![0-9A-Za-z])")


def patent_numbers(data: Path) -> Iterator[tuple[str, str]]:
    """File and number as printed, from every table with a column of application numbers."""
    for path in sorted((data / "a_patents" / "cnipa_gazette_2019").glob("*.csv")):
        yield from ((path.name, row["filing_id"] or "") for row in table(path))
    for name, column in (
        ("patentics_thundersoft_legal_events_long.csv", "申请号"),
        ("patentics_vr_20220507.csv", "申请号"),
        ("iflytek_registry_status_excerpt.csv", "application_number"),
    ):
        yield from ((name, row.get(column) or "") for row in table(data / "a_patents" / name))
    for name in (
        "shandong_patents_1985_2015.xlsx",
        "gazette_full_record_export_2013.xlsx",
        "incopat_iflytek_3816.xlsx",
        "incopat_autodriving_10000.xlsx",
    ):
        yield from ((name, number) for (number,) in sheet_columns(data / "a_patents" / name, "申请号"))


def patent_number_measures(data: Path) -> tuple[Measure, Measure]:
    """Complete numbers against their check digit; all numbers read or refused with a reason."""
    complete, every = Measure("patent_numbers_complete"), Measure("patent_numbers_read")
    for file, number in patent_numbers(data):
        try:
            reading = read_patent_number(number)
        except Reject as refused:
            foreign = refused.reason == "patent_number_shape" and re.match(r"^(?:[A-BD-Z]{2}|CA|CH|CL)", number)
            every.miss("foreign_number" if foreign else refused.reason, f"{number} in {file}")
            if refused.reason == "patent_number_check_digit":
                complete.miss(refused.reason, f"{number} in {file}")
            continue
        every.hit()
        if reading.check == "valid":
            complete.hit()
    return complete, every


def credit_codes(data: Path) -> Measure:
    """Whatever looks like a credit code in the register's answers."""
    measure = Measure("credit_codes_read")
    for path in sorted((data / "c_payloads" / "company_registry_api").glob("*.json")):
        for code in sorted(
            set(CREDIT_CODE.findall(json.dumps(json.loads(path.read_text("utf-8")), ensure_ascii=False)))
        ):
            try:
                read_credit_code(code)
                measure.hit()
            except Reject as refused:
                measure.miss(refused.reason, "" if refused.reason == "personal_id_dropped" else code)
    return measure


def classifications(data: Path) -> Measure:
    """IPC and Locarno cells of the weekly gazette tables, as published: all their classes are read."""
    measure = Measure("gazette_classifications_read")
    for path in sorted((data / "a_patents" / "cnipa_gazette_2019").glob("*.csv")):
        for row in table(path):
            classes = read_ipcs(row["Int.Cl."] or "")
            if classes.read and not classes.unread:
                measure.hit()
            else:
                measure.miss("ipc_shape" if classes.unread else "empty", "; ".join(classes.unread)[:60])
    return measure
