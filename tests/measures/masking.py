"""Measures of masking: no inventor of the real records is public, and hardly an organisation is masked. Names of persons are
counted and never printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from schemas.errors import Reject
from schemas.fields.names import has_cjk
from schemas.fields.party import is_person_key, read_party, split_parties
from tests.measures.measure import Measure
from tests.measures.records import sheet_columns, table

# What separates the names of a cell of inventors; ?? stands for a blank that the gazette's table had lost.
BETWEEN = re.compile(r"[;；|、\n]|\?\?")
# Workbook → its columns of inventors and of holders.
SHEETS = {
    "gazette_full_record_export_2013.xlsx": ("发明（设计）人", "申请（专利权）人"),
    "patentics_thundersoft_legal.xlsx": ("发明人", "申请人"),
}
ORGANISATIONS = {
    "b_reference/universities_2026.csv": "name",
    "d_entities/hunan_organisations_observed_2019.csv": "organisation",
    "a_patents/open_licences_hunan_2023.csv": "patent_owner",
    "a_patents/open_licences_jiangsu_2023.csv": "patent_owner",
}


def masking(data: Path) -> tuple[Measure, Measure]:
    inventors, holders = names(data)
    persons, organisations = Measure("persons_masked"), Measure("organisations_public")
    for name in sorted(inventors):
        persons.hit() if is_masked(name) else persons.miss("public")
    for name in sorted({*listed(data), *filter(is_surely_an_organisation, holders - inventors)}):
        organisations.miss("masked", name) if is_masked(name) else organisations.hit()
    return persons, organisations


def is_masked(cell: str) -> bool:
    """Everyone whom the cell names is masked or refused."""
    try:
        return all(is_person_key(read_party(name).key) for name in split_parties(cell))
    except Reject:
        return True


def is_surely_an_organisation(holder: str) -> bool:
    """A holder of five or more Chinese signs without the dots of a foreign name, whom no row names as inventor."""
    return len(holder) >= 5 and has_cjk(holder) and not re.search(r"[·•・‧.*]", holder)


def names(data: Path) -> tuple[set[str], set[str]]:
    """Every inventor or designer, and every holder, as the tables write them."""
    inventors, holders = set[str](), set[str]()
    for invented, held in cells(data / "a_patents"):
        inventors.update(name.strip() for name in BETWEEN.split(invented))
        holders.update(split_parties(held))
    return inventors - {""}, holders


def cells(folder: Path) -> Iterator[tuple[str, str]]:
    """The cells of inventors and of holders of every row."""
    for path in sorted((folder / "cnipa_gazette_2019").glob("*.csv")):
        yield from ((row.get("designer") or "", row["patentee"] or "") for row in table(path))
    for row in table(folder / "patentics_vr_20220507.csv"):
        yield row["发明人"] or "", row["申请人"] or ""
    for name, (invented, held) in SHEETS.items():
        yield from sheet_columns(folder / name, invented, held)  # type: ignore[misc]  # two columns are asked for


def listed(data: Path) -> Iterator[str]:
    """The names of lists that hold organisations only."""
    for name, column in ORGANISATIONS.items():
        for row in table(data / name):
            yield from split_parties(row[column])
