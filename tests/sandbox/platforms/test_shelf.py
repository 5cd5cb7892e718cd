"""A shelf shows what the ledger says: an edit and a record told anew stay in their file, which is written again."""

from __future__ import annotations

from ops.sandbox.platforms.shelf import Shelves
from ops.sandbox.world.ledger import Change


def a_change(seq: int, op: str, place: str, **content: str) -> Change:
    return Change(
        seq,
        seq,
        "cnipa_gazette",
        "transfers",
        "1/20261124",
        op,
        "transfer",
        "2026-11-24T10:00:00+08:00",
        content,
        [],
        "",
        place,
        "",
    )


def test_a_record_told_anew_from_another_file_touches_the_file_it_stands_in() -> None:
    shelves = Shelves()
    assert shelves.apply([a_change(1, "insert", "20261124-00001", said="one")]) == {
        ("cnipa_gazette", "transfers", "20261124-00001")
    }
    assert shelves.apply([a_change(2, "insert", "20261124-00002", said="two")]) == {
        ("cnipa_gazette", "transfers", "20261124-00001")
    }
    assert shelves["cnipa_gazette", "transfers"].at("20261124-00001") == [{"said": "two"}]
    assert shelves.apply([a_change(3, "delete", "20261124-00002")]) == {
        ("cnipa_gazette", "transfers", "20261124-00001")
    }
    assert shelves["cnipa_gazette", "transfers"].at("20261124-00001") == []
