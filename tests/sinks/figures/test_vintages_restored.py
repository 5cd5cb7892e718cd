"""A backup that is put back does not forget what readers without a key were told of money since it was made."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sinks.store.backup import tables
from sinks.store.database import Database
from tests.sinks.conftest import Feeder, Portal
from tests.sinks.figures.test_vintages import AT, counted, published, shown, vintage
from tests.sinks.figures.test_vintages import pledges as pledges  # a fixture


def told(db: Database) -> dict[str, list[Any]]:
    with db.snapshot() as opened:
        return {table: sorted(map(str, opened.fetch(f"select * from {table}"))) for table in tables.TOLD}


def backup(db: Database, folder: Path) -> dict[str, Any]:
    folder.mkdir()
    with db.snapshot() as opened:
        return dict(tables.dump(opened, folder))


def put_back(db: Database, folder: Path, files: dict[str, Any]) -> None:
    with db.transaction() as opened:
        tables.load(opened, folder, files)


@pytest.fixture
def later(portal: Portal, pledges: None, feeder: Feeder, db: Database, tmp_path: Path) -> dict[str, Any]:
    """A backup after the first vintage; since then three more firms, and a vintage with them."""
    vintage(db)
    files = backup(db, tmp_path / "first")
    for number in (4, 5, 6):
        counted(feeder, number, "430100", 2_000)
    published(feeder, {"430000": 24_957}, 2)
    vintage(db, AT + timedelta(days=30))
    assert shown(portal)["430000"] == ("24957.00", "P")
    return files


def test_vintages_since_the_backup_stay_and_are_built_upon(
    portal: Portal, later: dict[str, Any], feeder: Feeder, db: Database, tmp_path: Path
) -> None:
    before = told(db)
    put_back(db, tmp_path / "first", later)
    assert told(db) == before
    counted(
        feeder, 7, "430100", 3_000
    )  # the store reads on; of those three and this one, only this one is new to readers
    for number in (4, 5, 6):
        counted(feeder, number, "430100", 2_000)
    published(feeder, {"430000": 27_957}, 3)
    assert vintage(db, AT + timedelta(days=60)).number == 3
    assert shown(portal)["430000"] == ("24957.00", "P")


def test_an_empty_database_has_the_vintages_of_the_backup(
    portal: Portal, pledges: None, db: Database, tmp_path: Path
) -> None:
    vintage(db)
    before, files = told(db), backup(db, tmp_path / "only")
    with db.transaction() as opened:
        for table in tables.TOLD:
            opened.execute(f"truncate {table}")
    put_back(db, tmp_path / "only", files)
    assert told(db) == before and before["shown_money"]


def test_vintages_of_another_history_are_replaced(later: dict[str, Any], db: Database, tmp_path: Path) -> None:
    with db.transaction() as opened:
        opened.execute("update vintage set at = at + interval '1 second' where number = 1")
    put_back(db, tmp_path / "first", later)
    assert len(told(db)["vintage"]) == 1
