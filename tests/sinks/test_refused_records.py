"""A record that PostgreSQL cannot hold is set aside with a letter; the others of its batch are written, and the next come."""

from __future__ import annotations

import random
import string
from typing import Any

import pytest

from ops.health import Health
from ops.settings import Settings
from schemas import topics
from schemas.errors import Refused, Reject
from schemas.records.dead_letter import DeadLetter
from schemas.records.event import Event
from schemas.wire import encode
from sinks.operator.letters import listed, replay, shown
from sinks.store.apply import Written
from sinks.store.database import Database, Snapshot
from sinks.store.progress import STANDS_SECONDS, Progress
from sinks.store.store import Store
from tests.sinks.conftest import Feeder
from tests.sinks.examples import a_contribution, a_listing, a_provenance, a_transfer

SETTINGS = Settings(profile="test")
LONG = "".join(
    random.Random(1).choices(string.ascii_letters + string.digits, k=12_000)
)  # does not compress below a page
TOO_LONG = a_contribution(distinct=LONG, revision=3)
SHAPELESS = "tongda.transfer.v1", "transfer:shapeless", b'{"id":"transfer:shapeless"}'
NO_KIND = "tongda.transfer.v1", "transfer:nobody", b'{"id":"transfer:nobody","revision":1}'
OUT_OF_RANGE = "tongda.transfer.v1", "transfer:far", b'{"id":"transfer:far","revision":9223372036854775808}'
SURROGATE = (
    "tongda.transfer.v1",
    "transfer:odd",
    b'{"id":"transfer:odd","kind":"transfer","revision":1,"phase":"\\ud800"}',
)
NOT_UTF8 = topics.SUPPLY.name, "supply:latin", b'{"id":"supply:latin","revision":1,"title":"\xe9"}'
NO_JSON = topics.SOURCE_STATUS.name, "a|b", b"<html>"


def ids(db: Database, table: str) -> set[str]:
    with db.snapshot() as snapshot:
        return {row["id"] for row in snapshot.fetch(f"select id from {table}")}


def without_kind(event: Event) -> bytes:
    """What the column ``kind`` cannot be computed from."""
    return encode(event).replace(b'"kind":"transfer",', b"")


def open_letters(db: Database) -> list[DeadLetter]:
    return [shown(db, each.id).letter for each in listed(db, source=None, reason=None)]


def test_the_others_of_the_batch_are_written_and_the_offsets_move_on(db: Database, feeder: Feeder) -> None:
    events = [a_transfer(id=f"transfer:{number}") for number in range(250)]
    batch = feeder.records(*events[:130], TOO_LONG, *events[130:])
    written = feeder.store.write(batch)
    assert [(letter.stage, letter.reason) for letter in written.letters] == [("store", "database_refused")]
    assert written == Written(read=251, applied=250, letters=written.letters)
    assert written.gap == 0
    assert ids(db, "event") == {event.id for event in events}
    assert Store(db).claim([("tongda.transfer.v1", 0), (topics.CONTRIBUTION.name, 0)]) == {
        ("tongda.transfer.v1", 0): 250,
        (topics.CONTRIBUTION.name, 0): 1,
    }


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (SHAPELESS, "record_shape"),
        (NO_KIND, "database_refused"),
        (OUT_OF_RANGE, "database_refused"),
        (SURROGATE, "record_shape"),
        (NOT_UTF8, "record_shape"),
        (NO_JSON, "database_refused"),
    ],
    ids=["no revision", "no kind", "out of range", "surrogate", "not UTF-8", "no JSON"],
)
def test_each_sort_of_record_that_no_table_holds_has_its_letter_with_its_bytes(
    db: Database, feeder: Feeder, record: tuple[str, str, bytes], reason: str
) -> None:
    topic, key, value = record
    written = feeder.store.write([feeder.record(*record), *feeder.records(a_listing())])
    assert (written.read, written.applied, len(written.letters), written.gap) == (2, 1, 1, 0)
    (letter,) = open_letters(db)
    assert (letter.stage, letter.reason, letter.topic, letter.key) == ("store", reason, topic, key)
    if letter.original_encoding == "utf-8":
        assert letter.original.encode() == value
    assert ids(db, "listing") == {a_listing().id}


def test_a_letter_names_the_record_of_the_platform_behind_it(db: Database, feeder: Feeder) -> None:
    event = a_transfer(sources=(a_provenance(source="hn_ip_service", feed="transfers", record="7"),))
    feeder.store.write([feeder.record("tongda.transfer.v1", event.id, without_kind(event))])
    (listing,) = listed(db, source="hn_ip_service", reason="database_refused")
    assert (listing.source, listing.feed, listing.record) == ("hn_ip_service", "transfers", "7")


def test_a_batch_in_which_every_record_is_refused_ends_as_well(db: Database, feeder: Feeder) -> None:
    batch = [feeder.record("tongda.transfer.v1", f"transfer:{n}", NO_KIND[2] + b" " * n) for n in range(230)]
    written = feeder.store.write(batch)
    assert (written.read, len(written.letters), written.gap) == (230, 230, 0)
    assert feeder.store.refused == 230


def test_the_tries_for_one_refused_record_grow_with_the_logarithm_of_a_piece(
    db: Database, feeder: Feeder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Operations are counted: one try together, then pieces of 100, of which one is halved until the record is alone."""
    tries, copy = 0, Snapshot.copy

    def counted(self: Snapshot, *arguments: Any) -> None:
        nonlocal tries
        tries += 1
        copy(self, *arguments)

    monkeypatch.setattr(Snapshot, "copy", counted)
    events = [a_transfer(id=f"transfer:{number}") for number in range(999)]
    feeder.store.write([*feeder.records(*events), feeder.record(*NO_KIND)])
    assert 1 + 10 < tries <= 1 + 10 + 2 * 7 + 1  # the last one writes the letter


def test_the_same_refusal_read_again_is_one_letter(db: Database, feeder: Feeder) -> None:
    feeder.feed(TOO_LONG)
    batch = feeder.records(TOO_LONG)
    feeder.store.write(batch)
    assert len(open_letters(db)) == 1


def test_a_later_revision_closes_the_letter_of_the_one_that_was_refused(db: Database, feeder: Feeder) -> None:
    feeder.store.write([feeder.record("tongda.transfer.v1", a_transfer().id, without_kind(a_transfer(revision=2)))])
    assert (feeder.store.refused, len(open_letters(db))) == (1, 1)
    feeder.feed(a_transfer(revision=1), a_listing())
    assert feeder.store.refused == 1, "an earlier revision says nothing of the refused one"
    feeder.feed(a_transfer(revision=3))
    assert (feeder.store.refused, open_letters(db)) == (0, [])
    (closed,) = listed(db, source=None, reason=None, everything=True)
    assert closed.closed_because == "superseded"


def test_a_refused_record_is_stored_by_a_replay_once_the_database_can_hold_it(db: Database, feeder: Feeder) -> None:
    feeder.store.write([feeder.record(*NO_KIND)])
    (letter,) = open_letters(db)
    with pytest.raises(Refused, match="refused again"):
        replay(db, SETTINGS, [letter.id])
    assert open_letters(db) == [letter]
    with db.transaction() as writing:
        writing.execute("alter table event alter column kind drop not null, alter column subject drop not null")
    assert replay(db, SETTINGS, [letter.id]) == [letter.id]
    assert (ids(db, "event"), open_letters(db)) == ({"transfer:nobody"}, [])


def test_an_index_takes_what_a_platform_writes_at_any_length(db: Database, feeder: Feeder) -> None:
    """Subjects, patents and what is counted once hold text of a platform; only an id is bounded by the hub."""
    long = a_transfer(subject=f"contract:{LONG}", statement={"patents": (LONG,)})
    offer = a_listing(patent_number=LONG)
    assert feeder.feed(long, offer) == Written(read=2, applied=2)
    with db.snapshot() as snapshot:
        found = snapshot.fetch("select id from event where subject = %(subject)s", {"subject": long.subject})
        assert [row["id"] for row in found] == [long.id]
        assert [row["value"]["id"] for row in snapshot.rows("listings_of_patent", number=LONG)] == [offer.id]


def test_the_database_refuses_a_value_with_a_reject_and_a_statement_with_an_error_of_the_hub(db: Database) -> None:
    for statement, parameters in (("select 1 / 0", None), ("select %(text)s::text as text", {"text": "a\0b"})):
        with pytest.raises(Reject) as refused, db.snapshot() as snapshot:
            snapshot.fetch(statement, parameters)
        assert refused.value.reason == "database_refused"


def test_the_store_stands_when_records_wait_and_nothing_is_written(tmp_path: Any) -> None:
    now = [0.0]
    health = Health(Settings(profile="test", home=tmp_path), "store")
    health.ready = True
    kept = Progress(health, lambda: now[0])
    kept.waits()
    assert health.answer("/readyz")[0] == 200
    now[0] = STANDS_SECONDS + 1
    kept.waits()  # another session got as far as the same batch
    status, body = health.answer("/readyz")
    assert (status, body["checks"][0]["name"]) == (503, "progress")
    assert "nothing was written for 61 s" in body["checks"][0]["detail"]
    health.check("far_ends", True)
    assert health.answer("/readyz")[0] == 503, "both far ends answer, and the store still stands"
    kept.settled()
    assert health.answer("/readyz")[0] == 200
