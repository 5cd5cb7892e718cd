"""A shelf shows the ledger's changes: an edited or repeated record stays in its file, and that file is written again."""

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


def test_a_record_repeated_in_another_file_changes_the_file_that_it_is_in() -> None:
    shelves = Shelves()
    assert shelves.apply([a_change(1, "insert", "20261124-00001", text="one")]) == {
        ("cnipa_gazette", "transfers", "20261124-00001")
    }
    assert shelves.apply([a_change(2, "insert", "20261124-00002", text="two")]) == {
        ("cnipa_gazette", "transfers", "20261124-00001")
    }
    assert shelves["cnipa_gazette", "transfers"].at("20261124-00001") == [{"text": "two"}]
    assert shelves.apply([a_change(3, "delete", "20261124-00002")]) == {
        ("cnipa_gazette", "transfers", "20261124-00001")
    }
    assert shelves["cnipa_gazette", "transfers"].at("20261124-00001") == []
