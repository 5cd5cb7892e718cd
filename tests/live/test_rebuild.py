"""A rebuild on a real broker and database: it runs beside the stages, is compared, killed, repeated and switched to."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from ops import run
from ops.bus import Admin, Writer, read_to_end
from ops.positions import positions
from ops.settings import Settings
from ops.sources import load_sources
from ops.supervisor.parts import TONGDA
from schemas import topics
from schemas.records.raw import RawRecord
from schemas.wire import decode
from sinks.store.compare import compare
from sinks.store.database import Database
from sinks.store.migrate import migrate
from streams.processor import Context, floor_of
from streams.rebuild.compare import COMPARED
from streams.rebuild.generations import Generations, group, lags
from streams.rebuild.steps import read_so_far
from streams.stages import STAGES
from tests.hub import Hub, current
from tests.live.workers import SESSION_SECONDS, Worker, until
from tests.payloads import outgoing, raw_records

pytestmark = pytest.mark.live
# Two errors of earlier definitions: 万元 read as 元, and the day of an activity's notice as the day it was held.
WRONG = (
    ("hn_ip_service", "contract_value: 万元, technology_value: 万元", "contract_value: 元, technology_value: 元"),
    ("tech_contracts", "contract_value: 万元, technology_value: 万元", "contract_value: 元, technology_value: 元"),
    (
        "tech_contracts_gateway",
        "contract_value: 万元, technology_value: 万元",
        "contract_value: 元, technology_value: 元",
    ),
    ("hn_ip_service", "held_on: 举办日期", "held_on: 发布日期"),
)
CONTRACT, ACTIVITY = topics.EVENTS["contract"].name, topics.EVENTS["activity"].name
RECORDS = list(raw_records(60))
REBUILD = (*TONGDA, "rebuild")
Facts = dict[str, dict[bytes, Any]]


@pytest.fixture
def hub(fresh_settings: Settings) -> Iterator[Settings]:
    """Empty topics, and definitions of two platforms that are wrong."""
    wrong = fresh_settings.home / "sources"
    shutil.copytree(fresh_settings.sources, wrong)
    for source, right, mistaken in WRONG:
        definition = wrong / source / "source.yml"
        text = definition.read_text()
        assert right in text
        definition.write_text(text.replace(right, mistaken))
    update = {"session_timeout_seconds": SESSION_SECONDS, "batch_records": 200, "sources": wrong}
    hub = fresh_settings.model_copy(update=update)
    with Admin(hub) as admin:
        admin.apply(topics.TOPICS)
    database = Database(hub.database, role="tests")
    migrate(database)  # the trail of what persons do is there before they do it
    database.close()
    yield hub


def corrected(hub: Settings) -> Settings:
    """The same hub with the correct definitions."""
    return hub.model_copy(update={"sources": Settings.model_fields["sources"].default})


def write(hub: Settings, records: list[RawRecord]) -> None:
    with Writer(hub, "trial.feed.0") as writer:
        writer.commit([outgoing(record, hub.partitions) for record in records])


def environment(hub: Settings, failpoints: str = "") -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("TONGDA_")},
        "TONGDA_PROFILE": "test",
        "TONGDA_KAFKA": hub.kafka,
        "TONGDA_TOPIC_PREFIX": hub.topic_prefix,
        "TONGDA_HOME": str(hub.home),
        "TONGDA_SOURCES": str(hub.sources),
        "TONGDA_FAILPOINTS": failpoints,
        "TONGDA_DATABASE": hub.database,
        "TONGDA_SESSION_TIMEOUT_SECONDS": str(hub.session_timeout_seconds),
        "TONGDA_BATCH_RECORDS": str(hub.batch_records),
        "TONGDA_LANG": "en",
    }


def rebuild(hub: Settings, *words: str, failpoints: str = "") -> subprocess.CompletedProcess[str]:
    """Run ``tongda rebuild …`` to its end."""
    command = [*REBUILD, *words]
    done = subprocess.run(command, env=environment(hub, failpoints), capture_output=True, text=True, timeout=90)
    print(*words, done.returncode, done.stdout, done.stderr, sep="\n")
    return done


@contextmanager
def rebuilding(hub: Settings, *words: str, failpoints: str = "") -> Iterator[subprocess.Popen[str]]:
    """``tongda rebuild start`` while it runs; it and its workers are killed at the end of the block."""
    variables = environment(hub, failpoints)
    with subprocess.Popen([*REBUILD, "start", *words], env=variables, stderr=subprocess.PIPE, text=True) as command:
        try:
            yield command
        finally:
            command.kill()
            for pid in workers(hub).values():
                os.kill(pid, signal.SIGKILL)


def workers(hub: Settings) -> dict[str, int]:
    """The pids of the rebuild's workers, by folder."""
    folders = sorted((hub.home / "rebuild").glob("*/run"))
    recorded = {folder.parent.name: run.read(folder, "child-streams") for folder in folders}
    return {name: record["pid"] for name, record in recorded.items() if record}


def has_partitions(hub: Settings, worker: str) -> bool:
    """Whether a worker of the rebuild has got partitions."""
    log = hub.home / "rebuild" / worker / "log" / "streams.log"
    return log.exists() and "partition_opened" in log.read_text()


def members(hub: Settings) -> dict[str, int]:
    """The number of processes in each group of the new generation."""
    following = Generations.found(hub).following
    with Admin(following) as admin:
        return admin.members([group(stage) for stage in STAGES])


def read_of(hub: Settings) -> int:
    """The number of raw records that the new generation has read."""
    return read_so_far(Generations.found(hub).following)["normalise"]


@contextmanager
def running(hub: Settings) -> Iterator[Worker]:
    """The running generation's stages."""
    worker = Worker(hub, "a", role="streams")
    try:
        yield worker
        worker.stop()
    finally:
        worker.end()


def settle(hub: Settings) -> None:
    """Wait until every stage has read its input to the end."""
    with Admin(hub) as admin:
        assert until(lambda: not any(lags(admin).values()), 40)


def held(hub: Settings) -> Facts:
    """The newest record of every compared topic, by topic and key."""
    return {topic.name: {r.key: r.value for r in read_to_end(hub, topic.name)} for topic in COMPARED}


def in_memory(hub: Settings, records: list[RawRecord]) -> Facts:
    """What an in-memory hub makes of these records."""
    expected = Hub(Context(hub.partitions, load_sources(hub.sources)))
    expected.write(outgoing(record, hub.partitions) for record in records)
    expected.run()
    return {topic.name: unnumbered(expected.facts(topic.name)) for topic in COMPARED}


def now(hub: Settings) -> Facts:
    """The current events, listings and points of the hub, without revisions."""
    return {topic.name: unnumbered(current(read_to_end(hub, topic.name))) for topic in COMPARED}


def unnumbered(documents: Mapping[bytes, Any]) -> dict[bytes, Any]:
    return {key: {n: v for n, v in one.items() if n != "revision"} for key, one in documents.items()}


def test_the_same_rules_give_the_same_records_and_a_new_generation_can_be_discarded(hub: Settings) -> None:
    write(hub, RECORDS[:700])
    with running(hub):
        settle(hub)
        assert rebuild(hub, "start", "--workers", "2").returncode == 0
        write(hub, RECORDS[700:])
        settle(hub)
        again = rebuild(hub, "start", "--workers", "1")
        assert again.returncode == 0 and f"normalise {len(RECORDS):,} read, 0 to go" in again.stderr
        compared = rebuild(hub, "compare")
        assert compared.returncode == 0 and "0 differences in" in compared.stdout
        before = held(hub)
        assert rebuild(hub, "switch").returncode == 5, (
            "the running stages have members and no supervisor that could stop them"
        )
        assert held(hub) == before
        assert rebuild(hub, "discard").returncode == 0
    with Admin(hub) as admin:
        assert not [name for name in admin.ping() if name.startswith(hub.topic_prefix + "next.")]
    assert rebuild(hub, "compare").returncode == 5


def test_after_a_worker_is_killed_midway_both_generations_hold_the_same(hub: Settings) -> None:
    write(hub, RECORDS)
    with running(hub):
        settle(hub)
    slowly = hub.model_copy(update={"batch_records": 20})
    with rebuilding(slowly, "--workers", "2", failpoints="normalise.polled.after=sleep:0.2") as command:
        assert until(lambda: has_partitions(hub, "0") and has_partitions(hub, "1") and read_of(hub) > 0, 40, every=0.05)
        both = workers(hub)
        os.kill(both["1"], signal.SIGKILL)
        assert read_of(hub) < len(RECORDS), "it was killed too late to be missed"
        assert until(lambda: workers(hub).get("1", both["1"]) != both["1"], 10) and workers(hub)["0"] == both["0"]
        output = command.communicate(timeout=60)[1]
        assert command.returncode == 0 and " · restarts 1\n" in output, output
    assert (workers(hub), members(hub)) == ({}, {}), "whoever stopped left at once"
    compared = rebuild(hub, "compare")
    assert compared.returncode == 0 and "0 differences in" in compared.stdout


def test_the_next_command_ends_all_workers_that_a_killed_command_left(hub: Settings) -> None:
    write(hub, RECORDS)
    with rebuilding(hub, "--follow", "--workers", "2") as command:
        assert until(lambda: len(workers(hub)) == 2, 20)
        left = workers(hub)
        command.kill()
        command.wait()
        assert workers(hub) == left, "nobody has ended them"
        again = rebuild(hub, "start", "--workers", "1")
        assert again.returncode == 0 and f"normalise {len(RECORDS):,} read, 0 to go" in again.stderr
        assert not any(map(run.command_of, left.values()))


def test_a_corrected_rule_is_switched_to_in_one_transaction_and_the_stages_go_on(hub: Settings) -> None:
    database = Database(hub.database, role="tests", statement_seconds=60)
    migrate(database)
    store = subprocess.Popen([*TONGDA, "run", "store"], env=environment(hub))
    try:
        right, half = corrected(hub), 1600
        write(hub, RECORDS[:half])
        with running(hub):
            settle(hub)
        assert rebuild(right, "start", "--workers", "2").returncode == 0
        compared = rebuild(right, "compare")
        assert compared.returncode == 10 and "statement.contract_value.value: " in compared.stdout
        before, states = held(hub), positions(hub)

        assert rebuild(right, "switch", failpoints="rebuild.commit.before=kill").returncode == -9
        assert (held(hub), positions(hub)) == (before, states)

        assert rebuild(right, "switch").returncode == 0
        assert now(hub) == in_memory(right, RECORDS[:half])
        raised = assert_only_differing_ids_rose(before, held(hub))
        assert raised[CONTRACT] and raised[ACTIVITY] and raised[topics.STATISTIC.name]
        assert until(lambda: not compare(hub, database)[1], 30)

        write(hub, RECORDS[half:])
        with running(right):
            settle(hub)
        assert now(hub) == in_memory(right, RECORDS)
        assert {totals.gap for totals in positions(hub).values()} == {0}
        assert until(lambda: not compare(hub, database)[1], 30)
        assert "switched to" in rebuild(right, "status").stdout and rebuild(right, "start").returncode == 5
    finally:
        store.kill()
        store.wait()
        database.close()


def assert_only_differing_ids_rose(before: Facts, after: Facts) -> dict[str, int]:
    """What changed has a revision of the new generation and the ids of before; the rest is the very same record."""
    raised: dict[str, int] = {}
    for topic, records in after.items():
        assert before[topic].keys() <= records.keys()
        changed = {key: value for key, value in records.items() if before[topic].get(key) != value}
        assert all(decode(value)["revision"] >= floor_of(1) for value in changed.values())
        assert all(decode(value)["revision"] < floor_of(1) for key, value in records.items() if key not in changed)
        raised[topic] = len(changed)
    return raised
