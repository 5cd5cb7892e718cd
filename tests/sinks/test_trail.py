"""The trail of what persons did: nothing is done without an entry, and no entry is changed without being found."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from ops.actor import actor_of
from ops.run import CHINA
from schemas.errors import HubError, Refused, Unreachable
from sinks.store.database import Database
from sinks.store.trail import (
    FIRST,
    Action,
    Broken,
    Entry,
    audited,
    broken,
    digest_of,
    entries,
    has_entries,
    note,
)

NOW = datetime(2026, 11, 30, 9, 30, 0, 123456, tzinfo=CHINA)
MERGE = Action("li@desk-1", "review merge", "transfer:1 transfer:2", "同一合同")


def chain(number: int) -> list[Entry]:
    trail: list[Entry] = []
    for seq in range(1, number + 1):
        at = NOW + timedelta(minutes=seq)
        plain = Entry(seq, at, "a", "keys make", f"k{seq}", "done", "", trail[-1].digest if trail else FIRST, "")
        trail.append(plain._replace(digest=digest_of(plain)))
    return trail


def test_a_chain_as_it_was_written_holds() -> None:
    assert broken([]) is None
    assert broken(chain(5)) is None


def test_whatever_is_changed_the_first_entry_that_is_not_as_written_is_named() -> None:
    trail = chain(5)
    for field, value in (
        ("actor", "b"),
        ("object", "k9"),
        ("outcome", "T5001"),
        ("reason", "x"),
        ("action", "y"),
        ("at", NOW),
    ):
        assert broken([*trail[:2], trail[2]._replace(**{field: value}), *trail[3:]]) == Broken(
            3, "is not what was written"
        )
    forged = trail[2]._replace(object="k9")
    forged = forged._replace(digest=digest_of(forged))
    assert broken([*trail[:2], forged, *trail[3:]]) == Broken(4, "does not follow the entry before it")
    assert broken([*trail[:2], *trail[3:]]) == Broken(4, "stands where entry 3 should")
    assert broken([trail[1], trail[0]]) == Broken(2, "stands where entry 1 should")
    assert broken([*trail, trail[4]]) == Broken(5, "stands where entry 6 should")


def test_who_acts_is_known_behind_sudo_too() -> None:
    assert actor_of({"SUDO_USER": "li"}).startswith("li@")
    assert not actor_of({}).startswith("@")


def test_an_action_is_noted_before_it_begins_and_however_it_ends(db: Database) -> None:
    assert not has_entries(db)
    with audited(db, MERGE, lambda: NOW):
        assert [each.outcome for each in entries(db)] == ["begun"]
    with pytest.raises(Refused), audited(db, MERGE, lambda: NOW):
        raise Refused("no", code="T5401")
    with pytest.raises(ZeroDivisionError), audited(db, MERGE, lambda: NOW):
        _ = 1 / 0
    trail = entries(db)
    assert [each.outcome for each in trail] == ["begun", "done", "begun", "T5401", "begun", "ZeroDivisionError"]
    assert {each[2:5] + (each.reason,) for each in trail} == {(*MERGE[:3], MERGE.reason)}
    assert broken(trail) is None
    assert trail[0].at == NOW


def test_without_a_database_nothing_is_done() -> None:
    away, done = Database("postgresql://nobody@127.0.0.1:9/none", role="tests"), []
    with pytest.raises(Unreachable), audited(away, MERGE, lambda: NOW):
        done.append("done")
    assert done == []


def test_entries_are_only_added_and_what_is_changed_all_the_same_is_found(db: Database) -> None:
    for _ in range(3):
        note(db, MERGE, "done", NOW)
    for change in ("update audit_entry set actor = 'b'", "delete from audit_entry", "truncate audit_entry"):
        with pytest.raises(HubError, match="only added to"), db.transaction() as snapshot:
            snapshot.execute(change)
    with db.transaction() as owner:  # who owns the table can do it
        owner.execute("alter table audit_entry disable trigger audit_entry_stays")
        owner.execute("update audit_entry set actor = 'b' where seq = 2")
    assert broken(entries(db)) == Broken(2, "is not what was written")
