"""The read model holds the newest revision, every revision, and exactly what its offsets say."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from ops.bus import Incoming
from ops.failpoints import Failpoint, arm
from ops.settings import Settings
from schemas import topics
from schemas.errors import Fenced, Refused
from schemas.records.dead_letter import DeadLetter
from schemas.records.listing import organisation_id
from schemas.wire import encode
from sinks.operator.letters import listed
from sinks.store.apply import Written
from sinks.store.database import Database
from sinks.store.migrate import migrate
from sinks.store.store import CONSUMER, Store
from tests.sinks.conftest import Feeder
from tests.sinks.examples import PATENT, a_contribution, a_listing, a_party, a_point, a_transfer


def held(db: Database, table: str) -> list[tuple[str, int]]:
    with db.snapshot() as snapshot:
        return [
            (row["id"], row["revision"])
            for row in snapshot.fetch(f"select id, revision from {table} order by sequence")
        ]


def test_an_older_revision_changes_nothing(db: Database, feeder: Feeder) -> None:
    event = a_transfer(revision=3)
    assert feeder.feed(event) == Written(read=1, applied=1)
    assert feeder.feed(a_transfer(revision=2, phase="noticed"), event) == Written(read=2, stale=2)
    assert held(db, "event") == [(event.id, 3)]
    assert held(db, "event_revision") == [(event.id, 3)]


def test_every_revision_is_kept_also_those_of_one_batch(db: Database, feeder: Feeder) -> None:
    revisions = [a_transfer(revision=number) for number in (1, 2, 5)]
    assert feeder.feed(*revisions) == Written(read=3, applied=3)
    assert held(db, "event") == [(revisions[0].id, 5)]
    assert held(db, "event_revision") == [(revisions[0].id, number) for number in (1, 2, 5)]


def test_the_order_inside_a_batch_is_the_order_of_the_topic(db: Database, feeder: Feeder) -> None:
    assert feeder.feed(a_transfer(revision=5), a_transfer(revision=2)) == Written(read=2, applied=1, stale=1)
    assert held(db, "event_revision") == [(a_transfer().id, 5)]


def test_every_family_finds_its_table(db: Database, feeder: Feeder) -> None:
    letter = DeadLetter(id="n:1", stage="normalise", reason="money_unreadable", message="约三百万", record="7")
    written = feeder.feed(
        a_transfer(), a_listing(), a_listing(2, kind="demand", id="demand:x"), a_point(), a_contribution(), letter
    )
    assert written == Written(read=6, applied=6)
    assert [len(held(db, table)) for table in ("event", "listing", "point", "contribution", "dead_letter")] == [
        1,
        2,
        1,
        1,
        1,
    ]


def test_the_same_refusal_met_twice_is_one_letter(db: Database, feeder: Feeder) -> None:
    letter = DeadLetter(id="n:1", stage="normalise", reason="money_unreadable", message="约三百万", record="7")
    feeder.feed(letter)
    assert feeder.feed(letter) == Written(read=1, stale=1)


def test_a_letter_that_was_put_back_and_refused_again_is_open_again(db: Database, feeder: Feeder) -> None:
    letter = DeadLetter(id="n:1", stage="normalise", reason="crashed", message="", record="7", offset=3)

    def close() -> list[dict[str, Any]]:
        with db.transaction() as writing:
            return writing.rows("close_dead_letter", id=letter.id, revision=5, because="replayed")

    feeder.feed(letter)
    assert [row["id"] for row in close()] == ["n:1"]
    assert listed(db, source=None, reason=None) == []
    feeder.feed(replace(letter, offset=9))
    assert [each.id for each in listed(db, source=None, reason=None)] == ["n:1"]
    assert close() == []  # what was refused since it was looked at stays open


def test_a_null_closes_the_letters_before_it_and_none_that_follows(db: Database, feeder: Feeder) -> None:
    first = DeadLetter(
        id="n:1", stage="normalise", reason="x", message="", source="hn", feed="deals", record="a|7", offset=3
    )
    second, third = replace(first, id="n:2", offset=4), replace(first, id="n:3", offset=6)
    other, key = replace(first, id="n:4", record="8"), first.topic_key

    def closing(key: str) -> Incoming:
        return feeder.record(topics.DEAD_LETTER.name, key, None)

    feeder.feed(first, other)
    batch = [*feeder.records(second), closing(key), *feeder.records(third)]
    assert feeder.store.write(batch) == Written(read=3, applied=2, gone=1)
    assert [one.id for one in listed(db, source=None, reason=None)] == ["n:4", "n:3"]
    assert feeder.store.write([closing(key), closing("normalise|hn|deals|9")]) == Written(read=2, gone=1, skipped=1)
    closed = [one for one in listed(db, source=None, reason=None, everything=True) if one.closed_at]
    assert [(one.id, one.closed_because) for one in closed] == [(f"n:{n}", "superseded") for n in (1, 2, 3)]


def test_a_null_on_the_topic_takes_the_row_away_and_leaves_a_mark(db: Database, feeder: Feeder) -> None:
    listing = a_listing()
    feeder.feed(listing)
    gone = feeder.record(topics.SUPPLY.name, listing.id, None)
    never = feeder.record(topics.SUPPLY.name, "supply:never", None)
    assert feeder.store.write([gone, never]) == Written(read=2, gone=1, skipped=1)
    assert held(db, "listing") == []
    with db.snapshot() as snapshot:
        rows = snapshot.fetch("select revision, value is null as gone from listing_revision order by sequence")
    assert [(row["revision"], row["gone"]) for row in rows] == [(1, False), (1, True)]


@pytest.mark.parametrize("null_first", [True, False])
@pytest.mark.parametrize("in_one_batch", [True, False])
def test_a_figure_that_moved_to_another_topic_stays_and_is_gone_for_followers_of_the_first(
    db: Database, feeder: Feeder, null_first: bool, in_one_batch: bool
) -> None:
    old, new = (a_point(indicator="contract_value", unit="元", value="7.00", revision=number) for number in (1, 2))
    feeder.store.write([feeder.record(topics.STATISTIC.name, old.key, encode(old))])
    null, value = feeder.record(topics.STATISTIC.name, old.key, None), feeder.records(new)[0]
    told = [null, value] if null_first else [value, null]
    for batch in [told] if in_one_batch else [[each] for each in told]:
        feeder.store.write(batch)
    with db.snapshot() as snapshot:
        assert snapshot.fetch("select topic, revision from point") == [
            {"topic": topics.MONEY_STATISTIC.name, "revision": 2}
        ]
        rows = snapshot.fetch("select topic, revision, value is null as gone from point_revision order by sequence")
    of_first = [(row["revision"], row["gone"]) for row in rows if row["topic"] == topics.STATISTIC.name]
    assert of_first == [(1, False), (1, True)]


def test_text_that_postgresql_cannot_hold_is_kept_readable(db: Database, feeder: Feeder) -> None:
    """JSON may say \\u0000; PostgreSQL refuses it, and one dead letter must not stop the store."""
    letter = DeadLetter(id="n:2", stage="normalise", reason="text_control", message="a\x00b", original="x\x00y\\u0000")
    assert feeder.feed(letter).applied == 1
    with db.snapshot() as snapshot:
        value = snapshot.fetch("select value from dead_letter")[0]["value"]
    assert value["message"] == "a�b"
    assert value["original_encoding"] == "base64"


def test_offsets_move_with_the_rows(db: Database, feeder: Feeder) -> None:
    feeder.feed(a_transfer(), a_listing())
    assert Store(db).claim([("tongda.transfer.v1", 0), ("tongda.licence.v1", 0)]) == {
        ("tongda.transfer.v1", 0): 1,
        ("tongda.licence.v1", 0): 0,
    }


def test_a_store_whose_partition_was_claimed_by_another_is_fenced(db: Database, feeder: Feeder) -> None:
    feeder.feed(a_transfer())
    batch = feeder.records(a_transfer(revision=2))
    successor = Store(db)
    successor.claim([("tongda.transfer.v1", 0)])
    with pytest.raises(Fenced):
        feeder.store.write(batch)
    assert held(db, "event") == [(a_transfer().id, 1)]
    assert successor.write(batch) == Written(read=1, applied=1)


def test_a_batch_that_was_written_is_not_written_again(db: Database, feeder: Feeder) -> None:
    batch = feeder.records(a_transfer())
    feeder.store.write(batch)
    with pytest.raises(Fenced):
        feeder.store.write(batch)


def test_a_batch_fails_as_a_whole(db: Database, feeder: Feeder, tmp_path: Path) -> None:
    arm(Settings(profile="test", home=tmp_path, failpoints="sink.rows.partial=raise@2"))
    try:
        with pytest.raises(Failpoint):
            feeder.feed(a_listing(), a_transfer())
    finally:
        arm(Settings(profile="test", home=tmp_path))
    assert (held(db, "listing"), held(db, "event")) == ([], [])
    assert Store(db).claim([(topics.SUPPLY.name, 0)]) == {(topics.SUPPLY.name, 0): 0}


WRITER = """
import itertools, sys
from ops.failpoints import arm
from ops.settings import read_settings
from sinks.store.database import Database
from tests.sinks.conftest import Feeder
from tests.sinks.examples import a_listing, a_transfer
import os
arm(read_settings(os.environ))
feeder = Feeder(Database(sys.argv[1], role="victim"))
for number in itertools.count():
    feeder.feed(*[a_transfer(id=f"transfer:{number}-{n}") for n in range(3)], a_listing(number))
"""


@pytest.mark.parametrize(
    "point", ["sink.offsets.after", "sink.rows.partial", "sink.commit.before", "sink.commit.after"]
)
def test_kill_9_anywhere_leaves_rows_and_offsets_in_step(
    read_model: str, db: Database, tmp_path: Path, point: str
) -> None:
    environment = {
        **os.environ,
        "TONGDA_PROFILE": "test",
        "TONGDA_HOME": str(tmp_path),
        "TONGDA_FAILPOINTS": f"{point}=kill@3",
    }
    root = Path(__file__).parents[2]
    dead = subprocess.run(
        [sys.executable, "-c", WRITER, read_model], env=environment, cwd=root, check=False, timeout=60
    )
    assert dead.returncode == -signal.SIGKILL
    with db.snapshot() as snapshot:
        positions = {row["topic"]: row["position"] for row in snapshot.fetch("select topic, position from offsets")}
        counts = snapshot.fetch(
            "select (select count(*) from event) events, (select count(*) from event_revision) revisions, "
            "(select count(*) from listing) listings"
        )[0]
    assert positions["tongda.transfer.v1"] == counts["events"] == counts["revisions"]
    assert positions["tongda.supply.v1"] == counts["listings"]
    assert counts["events"] > 0


def test_migrations_run_once_and_an_unknown_one_is_refused(db: Database, tmp_path: Path) -> None:
    assert migrate(db) == []
    with pytest.raises(Refused):
        migrate(db, tmp_path)


def test_a_failing_migration_leaves_the_earlier_ones_and_goes_on_later(db: Database, tmp_path: Path) -> None:
    folder = Path(__file__).parents[2] / "sinks" / "store" / "migrations"
    for file in folder.glob("*.sql"):
        (tmp_path / file.name).write_text(file.read_text())
    (tmp_path / "9001_first.sql").write_text("create table first (id int)")
    (tmp_path / "9002_second.sql").write_text("create table second (id nonsense)")
    with pytest.raises(Exception, match="nonsense"):
        migrate(db, tmp_path)
    (tmp_path / "9002_second.sql").write_text("create table second (id int)")
    assert migrate(db, tmp_path) == ["9002_second"]


def test_the_database_reads_parties_as_the_hub_does(db: Database, feeder: Feeder) -> None:
    """Organisations have the id of schemas.records.listing; a natural person has none; the first party of a role in Hunan
    says where it is."""
    person = a_party("张*", key="5e1f", party_type="individual", region="440300")
    event = a_transfer(
        statement={"transferor": (a_party("湘江大学"), person), "transferee": (a_party("某公司", region=None),)}
    )
    feeder.feed(event)
    with db.snapshot() as snapshot:
        row = snapshot.fetch("select organisations, located, patents from event")[0]
    assert set(row["organisations"]) == {organisation_id("湘江大学"), organisation_id("某公司")}
    assert set(row["located"]) == {"transferor|430000", "transferor|430100", "transferor|430104"}
    assert row["patents"] == [PATENT]


def test_the_consumer_has_one_name(db: Database, feeder: Feeder) -> None:
    with db.snapshot() as snapshot:
        assert snapshot.fetch("select distinct consumer from offsets") == [{"consumer": CONSUMER}]
