"""A backup of the read model, restored under a running store: the store catches up and ends equal to one without restore."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ops.bus import Admin, Writer, read_to_end
from ops.embedded import Service
from ops.evidence import EvidenceStore
from ops.settings import Settings
from ops.supervisor.parts import TONGDA
from schemas import topics
from schemas.errors import Refused
from schemas.fields.date import CHINA
from schemas.wire import encode
from sinks.store.audit import Audit
from sinks.store.backup import folder
from sinks.store.backup.make import make, verify
from sinks.store.backup.restore import restore, restore_evidence, restore_topics
from sinks.store.compare import compare
from sinks.store.database import Database, Row
from sinks.store.migrate import migrate
from sinks.store.statements import of_table
from sinks.store.tables import CONTRIBUTION, EVENT, LISTING, POINT, REVISED, TABLE_OF, TABLES, Version
from streams.processor import floor_of
from tests.databases import create_database
from tests.hub import holds, without_history
from tests.live.test_rebuild import in_memory, running, settle, unnumbered, write
from tests.live.test_store import TRANSFER, environment, out, until
from tests.payloads import raw_records
from tests.sinks.examples import a_contribution, a_listing, a_point, a_transfer

pytestmark = pytest.mark.live
ANEW = [table.name for table in (EVENT, LISTING, POINT, CONTRIBUTION)]  # what stages make
NOW = datetime(2025, 3, 18, 16, 30, tzinfo=CHINA)


class Hub:
    """Topics, and a store process that is started again when it ends, as the supervisor does."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        with Admin(settings) as admin:
            admin.apply(topics.TOPICS)
        self.database = Database(settings.database, role="tests", statement_seconds=60)
        migrate(self.database)
        self.starts = 0
        self.process: subprocess.Popen[bytes] | None = None

    def publish(self, batch: int) -> None:
        """Write one batch: a new revision of a hundred events and figures, and a hundred new listings."""
        events = [a_transfer(id=f"transfer:{n}", revision=batch) for n in range(100)]
        listings = [a_listing(100 * batch + n) for n in range(100)]
        points = [
            a_point(period=f"{2000 + n // 12}-{n % 12 + 1:02}", value=str(batch), revision=batch) for n in range(100)
        ]
        parts = [a_contribution(event) for event in events]
        pairs = [
            *[(TRANSFER, event.id, event) for event in events],
            *[(topics.SUPPLY.name, listing.id, listing) for listing in listings],
            *[(topics.STATISTIC.name, point.key, point) for point in points],
            *[(topics.CONTRIBUTION.name, part.key, part) for part in parts],
            *[(topics.RAW.name, f"s|f|{n}", {"batch": batch}) for n in range(100)],
            (topics.CURSOR.name, "s|f", {"seen": batch}),
        ]
        with Writer(self.settings, "tongda.test.0") as writer:
            writer.commit([out(self.settings, topic, key, encode(value)) for topic, key, value in pairs])

    def settled(self) -> bool:
        """Topics and tables hold the same; the store runs."""
        if self.process is None or self.process.poll() is not None:
            self.starts += 1
            self.process = subprocess.Popen([*TONGDA, "run", "store"], env=environment(self.settings))
        return not compare(self.settings, self.database)[1]

    def held(self) -> dict[str, list[Row]]:
        """Everything in the tables but the numbers and instants of arrival."""
        with self.database.snapshot() as db:
            return {
                table: db.fetch(f"select id, revision, topic, value from {table} order by id, revision, value is null")
                for family in TABLES
                for table in (family, f"{family}_revision")
            }

    def figures(self, as_of: datetime) -> list[Row]:
        with self.database.snapshot() as db:
            rows = db.rows("points_then", indicator="transfers", as_of=as_of, period=None)
        return sorted(rows, key=lambda row: str(row["period"]))

    def epoch(self) -> str:
        with self.database.snapshot() as db:
            return str(db.rows("hub_state")[0]["epoch"])

    def close(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self.database.close()


@pytest.fixture
def hub(fresh_settings: Settings, tmp_path: Path) -> Iterator[Hub]:
    hub = Hub(fresh_settings.model_copy(update={"backups": tmp_path / "backups"}))
    yield hub
    hub.close()


def put_back(hub: Hub, name: str, *, yes: bool = True, from_start: bool = False) -> str:
    return restore(hub.settings, hub.database, name, yes=yes, from_start=from_start)


def test_a_restored_hub_catches_up_by_itself_and_equals_one_that_was_never_restored(hub: Hub) -> None:
    hub.publish(1)
    until(hub.settled, 60)
    hub.publish(2)
    until(hub.settled)
    before = datetime.now(CHINA)
    shown, epoch = hub.figures(before), hub.epoch()
    name, manifest, damaged = make(hub.settings, hub.database, NOW)
    assert (name, damaged) == ("20250318T163000", [])
    assert sum(manifest.offsets[TRANSFER].values()) > 0
    hub.publish(3)
    until(hub.settled)
    never_restored = hub.held()
    assert len(never_restored["event_revision"]) == 300

    put_back(hub, name)
    assert hub.epoch() != epoch
    until(hub.settled)
    assert hub.held() == never_restored
    assert hub.starts == 2, "the store that wrote before the restore is fenced, even while it has nothing to write"
    assert hub.figures(before) == shown
    assert {row["value"]["value"] for row in shown} == {"2"}
    hub.publish(4)  # the sequences were wound back with the rows
    until(hub.settled)
    assert compare(hub.settings, hub.database) == (700, [])


def test_a_restore_killed_half_way_leaves_what_was_there(hub: Hub) -> None:
    hub.publish(1)
    until(hub.settled)
    name, _, _ = make(hub.settings, hub.database, NOW)
    hub.publish(2)
    until(hub.settled)
    there, epoch = hub.held(), hub.epoch()
    armed = {
        **environment(hub.settings),
        "TONGDA_FAILPOINTS": "backup.restore.partial=kill@5",
        "TONGDA_BACKUPS": str(hub.settings.backups),
    }
    killed = subprocess.run([*TONGDA, "backup", "restore", name, "--yes"], env=armed, timeout=60, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert (hub.held(), hub.epoch()) == (there, epoch)
    hub.publish(3)  # the same store goes on, with numbers above those it gave
    until(hub.settled)
    assert hub.starts == 1
    with pytest.raises(Refused, match="holds contribution") as refused:
        put_back(hub, name, yes=False)
    assert refused.value.code == "T5604"


def test_a_flipped_byte_in_any_file_is_found_and_nothing_is_restored(hub: Hub) -> None:
    hub.publish(1)
    until(hub.settled)
    sha = EvidenceStore(hub.settings.evidence).put(b"a response")
    name, manifest, _ = make(hub.settings, hub.database, NOW)
    backup = hub.settings.backups / name
    sound = (len(manifest.files) + 1, [])
    assert verify(hub.settings, name) == sound
    assert folder.backups(hub.settings.backups) == [name]
    kept = hub.settings.backups / "evidence" / sha[:2] / f"{sha}.zlib"
    for file in (*backup.iterdir(), kept):
        data = bytearray(file.read_bytes())
        data[len(data) // 2] ^= 0x10
        file.write_bytes(data)
        if file.name.startswith("manifest"):
            with pytest.raises(Refused):
                verify(hub.settings, name)
        else:
            assert len(verify(hub.settings, name)[1]) == 1, file.name
        if file is not kept:
            with pytest.raises(Refused) as refused:
                put_back(hub, name)
            assert refused.value.code == "T5601"
        data[len(data) // 2] ^= 0x10
        file.write_bytes(data)
    assert verify(hub.settings, name) == sound


def another(hub: Hub, database: Service, folder: Path, name: str) -> Hub:
    """Empty topics, an empty database. Another prefix stands for another cluster: the offsets in a backup do not hold for it."""
    own = {"topic_prefix": f"{name}.", "evidence": folder / name, "database": create_database(database.url, name)}
    return Hub(hub.settings.model_copy(update=own))


def test_on_another_cluster_raw_and_cursors_go_into_empty_topics_and_the_read_model_starts_anew(
    hub: Hub, database: Service, tmp_path: Path
) -> None:
    hub.publish(1)
    until(hub.settled)
    EvidenceStore(hub.settings.evidence).put(b"a response")
    name, _, _ = make(hub.settings, hub.database, NOW)
    beside = another(hub, database, tmp_path, "beside")
    try:
        for from_start, why in (
            (False, "belong to the cluster"),
            (True, "of generation 0, those of the stages here of 0"),
        ):
            with pytest.raises(Refused, match=why) as refused:
                put_back(beside, name, yes=False, from_start=from_start)
            assert refused.value.code == "T5603"
        restore_topics(beside.settings, name)
        put_back(beside, name, yes=False, from_start=True)
        assert beside.held() == hub.held()
        restore_evidence(beside.settings, name)
        for topic in (topics.RAW.name, topics.CURSOR.name):
            assert _records(beside.settings, topic) == _records(hub.settings, topic) != []
        assert (
            list(EvidenceStore(tmp_path / "beside").names()) == list(EvidenceStore(hub.settings.evidence).names()) != []
        )
        with pytest.raises(Refused, match="hold records already"):
            restore_topics(beside.settings, name)
        beside.publish(1)
        beside.publish(2)
        until(beside.settled)
        assert compare(beside.settings, beside.database) == (500, [])
    finally:
        beside.close()


def test_on_an_empty_broker_everything_is_made_again_above_the_revisions_of_the_backup(
    hub: Hub, database: Service, tmp_path: Path
) -> None:
    records = [record for record in raw_records(40) if (record.source, record.feed) in LASTING]
    assert any(record.sequence > 1 and not record.absent for record in records), "one is a correction"
    slow = hub.settings.model_copy(update={"batch_records": 1})  # the longest history has the highest revisions
    write(slow, records)
    with running(slow):
        settle(slow)
    until(hub.settled, 60)
    name, manifest, _ = make(hub.settings, hub.database, NOW)
    assert manifest.generation == 0
    anew = another(hub, database, tmp_path, "anew")
    try:
        restore_topics(anew.settings, name)
        put_back(anew, name, yes=False, from_start=True)
        assert anew.held() == hub.held()
        with running(anew.settings):
            settle(anew.settings)
            with pytest.raises(Refused, match="a stage still runs") as refused:
                restore_topics(anew.settings, name)
            assert refused.value.code == "T5503"
        until(anew.settled, 60)
        before, after = versions(hub), versions(anew)
        assert after.keys() == before.keys() and len(after) > 600
        kept = {one for one in after if after[one] == before[one]}
        assert kept, "what came and went between two records is not made again in batches of many"
        assert all(after[one].is_gone for one in kept)
        assert all(before[one].revision < floor_of(1) < after[one].revision for one in after.keys() - kept)
        assert Audit(anew.settings, anew.database).differing_topics(threading.Event()) == []
        expected = in_memory(anew.settings, records)
        assert expected[topics.STATISTIC.name]
        assert facts_of(anew) == {name: those for name, those in expected.items() if those}
        assert make(anew.settings, anew.database, NOW + timedelta(seconds=1))[1].generation == 1
    finally:
        anew.close()


# Feeds of that world whose events and figures are the same in whatever order the stages read them.
LASTING = {("hn_ip_service", "supply"), ("hn_ip_service", "pledges"), ("cnipa_gazette", "licence_recordals")}


def versions(hub: Hub) -> dict[tuple[str, str], Version]:
    with hub.database.snapshot() as db:
        return {
            (topic, row.id): row
            for topic in REVISED
            for row in db.read(Version, of_table("held_revisions", TABLE_OF[topic].name), topic=topic)
        }


def facts_of(hub: Hub) -> dict[str, dict[bytes, Any]]:
    """The content of the tables in the form of the in-memory hub's facts."""
    found: dict[str, dict[bytes, Any]] = {}
    for row in (row for family in ANEW for row in hub.held()[family] if holds(row["value"])):
        found.setdefault(row["topic"], {})[row["id"].encode()] = without_history(row["value"])
    return {topic: unnumbered(documents) for topic, documents in found.items()}


def test_a_backup_is_whole_or_absent(hub: Hub) -> None:
    """What a killed backup left is never listed, and the next backup removes it."""
    left = hub.settings.backups / ".20250101T000000.part"
    left.mkdir(parents=True)
    assert folder.backups(hub.settings.backups) == []
    with pytest.raises(RuntimeError), folder.draft(hub.settings.backups, "20250102T000000") as aside:
        assert not left.exists()
        (aside / "event.copy.gz").write_bytes(b"half")
        raise RuntimeError
    assert [path.name for path in hub.settings.backups.iterdir()] == [".lock"]
    make(hub.settings, hub.database, NOW)
    with pytest.raises(Refused, match="already"):
        make(hub.settings, hub.database, NOW)
    make(hub.settings, hub.database, NOW + timedelta(seconds=1))
    assert folder.backups(hub.settings.backups) == ["20250318T163000", "20250318T163001"]


def _records(settings: Settings, topic: str) -> list[tuple[bytes, bytes | None, int]]:
    return [(record.key, record.value, record.partition) for record in read_to_end(settings, topic)]
