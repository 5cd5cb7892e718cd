"""Measure of the open-licence lists of two provinces, as published: rows read with every field by a definition like any other."""

from __future__ import annotations

from pathlib import Path

from schemas.errors import Reject
from schemas.kinds.supply import Supply
from schemas.source.model import Feed
from schemas.source.reading import Reader
from tests.measures.measure import Measure
from tests.measures.records import table

FIELDS = {"patents": "patent_id", "owner": "patent_owner", "price": "license_fee", "posted_on": "create_time"}
# Jiangsu's fees are numbers; that they are in 万元 is said by their size.
LISTS = {
    "open_licences_hunan_2023.csv": Feed(
        kind="supply",
        phase="open",
        fields={**FIELDS, "valid_until": "license_deadline"},
        constant={"title": "开放许可"},
        ignore=("patent_type",),
    ),
    "open_licences_jiangsu_2023.csv": Feed(
        kind="supply",
        phase="open",
        fields=FIELDS,
        constant={"title": "开放许可"},
        units={"price": "万元"},
        ignore=("patent_type", "license_fee_type", "license_period"),
    ),
}


def open_licences(data: Path) -> Measure:
    """A price that only keeps its words is a miss, and so is any field that says something and is not read."""
    measure = Measure("open_licence_rows_read")
    for name, feed in LISTS.items():
        reader = Reader(feed)
        for row in table(data / "a_patents" / name):
            try:
                reading = reader.read(row)
            except Reject as refused:
                measure.miss(refused.reason, str(row["license_fee"])[:40])
                continue
            reason = left_over(reading.statements[0].said, set(reading.given), reading.unclaimed)
            measure.miss(reason, str(row["license_fee"])[:40]) if reason else measure.hit()
    return measure


def left_over(said: object, given: set[str], unclaimed: tuple[str, ...]) -> str:
    """What the row says and the reading lacks; empty when nothing."""
    assert isinstance(said, Supply)
    if unclaimed:
        return f"unclaimed {unclaimed[0]}"
    if "price" in given and (said.price is None or said.price.basis == "unknown"):
        return "price_in_words"
    return next((f"{name}_missing" for name in given if getattr(said, name) in (None, ())), "")
