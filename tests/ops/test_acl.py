"""The grants of the broker are what the code uses: no topic, group or writer more, and none less."""

from __future__ import annotations

import re

import pytest

from connectors.process.lease import GROUP as CONNECTORS
from ops.bus.acl import ADMIN, PRINCIPALS, Grant, command, grants
from ops.settings import ROOT, read_settings
from schemas import topics
from schemas.topics import TOPICS
from sinks.operator.letters import READ_BY_STAGES
from sinks.store.run import GROUP as STORE
from sinks.store.tables import TABLE_OF
from streams.stages import STAGES
from tests.ops.commands import understood

BY_NAME = {each.name: each for each in PRINCIPALS}


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_a_stage_reads_and_writes_what_its_grants_say(stage) -> None:  # type: ignore[no-untyped-def]
    granted = BY_NAME[stage.name]
    assert set(granted.reads) == {stage.reads, stage.keeps}
    assert set(granted.writes) == {*stage.writes, stage.keeps}
    assert granted.group == f"tongda.{stage.name}"


def test_every_group_has_the_prefix_of_the_hub_and_is_in_the_table() -> None:
    assert {each.group for each in PRINCIPALS if each.group} == {
        CONNECTORS,
        STORE,
        *(f"tongda.{s.name}" for s in STAGES),
    }
    assert {topic.name for topic in BY_NAME["store"].reads} == set(TABLE_OF)
    assert BY_NAME["store"].writes == ()


def test_every_writer_in_the_code_has_its_grant() -> None:
    """Ids of writers are written out where the writer is made, or in a constant."""
    ids = set()
    for file in [*(ROOT / "connectors").rglob("*.py"), *(ROOT / "sinks").rglob("*.py"), *(ROOT / "ops").glob("*.py")]:
        ids |= set(
            re.findall(r'(?:WRITER = |PAUSER = |RELEASER = |Writer\([\w.]+, )f?"(tongda\.[^"]+)"', file.read_text())
        )
    known = [begins for each in PRINCIPALS for begins in each.transactional]
    assert ids and [id for id in sorted(ids) if not any(id.startswith(begins) for begins in known)] == []


def test_what_the_connectors_send_is_granted() -> None:
    text = "".join(
        file.read_text() for part in ("poll", "process") for file in (ROOT / "connectors" / part).rglob("*.py")
    )
    sent = set(re.findall(r"(?:Outgoing|_keyed)\(([A-Z_]+)\.name", text))
    assert {"CURSOR", "DEAD_LETTER", "SOURCE_STATUS"} <= sent
    granted = {topic.name for topic in BY_NAME["connectors"].writes}
    assert {getattr(topics, name).name for name in sent} | {topics.RAW.name} == granted


def test_a_letter_can_be_put_back_wherever_it_was_refused() -> None:
    for name in ("operator", "portal"):
        assert {topic.name for topic in BY_NAME[name].writes} >= set(READ_BY_STAGES)


def test_nobody_writes_two_of_a_kind_and_no_process_writes_what_it_only_reads() -> None:
    for topic in TOPICS:
        writers = [each.name for each in PRINCIPALS if topic in each.writes and each.name not in ("operator", "portal")]
        assert writers == [] or len(writers) == 1 or topic.name in ("tongda.sighting", "tongda.dead-letter"), topic.name


def test_names_have_the_prefix_of_the_settings_and_only_admin_has_whole_families() -> None:
    found = list(grants(read_settings({"TONGDA_TOPIC_PREFIX": "hn."})))
    assert all(each.name.startswith("hn.") for each in found if each.resource != "cluster")
    assert {each.principal for each in found if "All" in each.operations} == {f"User:tongda-{ADMIN}"}
    assert Grant("User:tongda-store", "group", "hn.tongda.store", "literal", ("Read", "Describe")) in found
    assert Grant("User:tongda-fold", "transactional-id", "hn.tongda.fold-", "prefixed", ("Write", "Describe")) in found


def test_a_grant_is_given_by_a_command_of_kafka() -> None:
    grant = Grant("User:tongda-store", "topic", "tongda.supply.v1", "literal", ("Read", "Describe"))
    assert " ".join(command(grant, "b:9093")) == (
        "kafka-acls.sh --bootstrap-server b:9093 --add --allow-principal User:tongda-store --operation Read"
        " --operation Describe --topic tongda.supply.v1 --resource-pattern-type literal"
    )
    understood("topics acl --principal store --commands")
