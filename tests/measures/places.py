"""Measures of places: the share of Hunan's gazette rows whose prefecture and county are found."""

from __future__ import annotations

from pathlib import Path

from schemas.fields.industry import industries_of
from schemas.fields.ipc import read_ipcs
from schemas.fields.names import is_person
from schemas.fields.place import read_place
from tests.measures.measure import Measure
from tests.measures.records import table

ROWS = "a_patents/cnipa_gazette_2019_hunan.utf8.csv"


def places(data: Path) -> tuple[Measure, Measure]:
    """Rows whose address lies in Hunan: prefecture, and county; a person's street is not printed."""
    prefectures, counties = Measure("places_prefecture"), Measure("places_county")
    for row in table(data / ROWS):
        address = row["address"]
        place = read_place(address)
        if place and not place.region.startswith("43"):
            continue  # a Hunan party's name with an address elsewhere
        example = "" if is_person(row["patentee"].strip("; ")) else address[:40]
        prefectures.hit() if place and place.prefecture else prefectures.miss("prefecture_unknown", example)
        if place and not place.region.endswith("00"):
            counties.hit()
        else:
            counties.miss(
                "park" if place and place.park or "开发区" in address or "高新" in address else "street_only", example
            )
    return prefectures, counties


def industries(data: Path) -> Measure:
    """Rows whose classification stands for one of the 4×4 industries; designs carry Locarno and stand for none."""
    measure = Measure("industries_mapped")
    for row in table(data / ROWS):
        codes = read_ipcs(row["Int.Cl."]).read
        if any(code[0].isdigit() for code in codes):
            continue
        measure.hit() if industries_of(codes) else measure.miss("unmapped", codes[0] if codes else "")
    return measure
