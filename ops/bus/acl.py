"""Access: the least that each principal of the broker needs, from the table of topics. Pure: settings → grants.

One principal a process (`User:tongda-store`); a streams process that runs one stage needs that stage's alone. A broker with
StandardAuthorizer and `allow.everyone.if.no.acl.found=false` refuses everything else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from ops.settings import Settings
from schemas import topics
from schemas.topics import TOPICS, Topic

Resource = Literal["topic", "group", "transactional-id", "cluster"]
Pattern = Literal["literal", "prefixed"]
USER = "User:tongda-{}"


class Grant(NamedTuple):
    """What one principal may do with one resource, or with all whose name begins so."""

    principal: str
    resource: Resource
    name: str
    pattern: Pattern
    operations: tuple[str, ...]


class Principal(NamedTuple):
    """One process, or the commands of one person. ``transactional``: how the ids of its writers begin."""

    name: str
    group: str = ""
    transactional: tuple[str, ...] = ()
    reads: Sequence[Topic] = ()
    writes: Sequence[Topic] = ()


def _written_by(stage: str) -> tuple[Topic, ...]:
    """Each topic whose line in the table names the stage or process; each of them may set a record aside."""
    return (*(topic for topic in TOPICS if stage in topic.written_by.split(", ")), topics.DEAD_LETTER)


def _stage(name: str, reads: Topic, keeps: Topic) -> Principal:
    return Principal(name, f"tongda.{name}", (f"tongda.{name}-",), (reads, keeps), _written_by(name))


VERSIONED = tuple(topic for topic in TOPICS if topic.is_public)
BY_COMMANDS = tuple(topic for topic in TOPICS if topic.written_by.startswith("tongda "))
READ_BY_STAGES = (topics.RAW, topics.SIGHTING, topics.CONTRIBUTION)  # where `dead-letters replay` puts a record back
DECIDING = tuple(f"tongda.{name}.0" for name in ("desk", "pause", "release", "replay"))
DESK = (*DECIDING, "tongda.restore.0")
PRINCIPALS = (
    Principal(
        "connectors",
        "tongda.connectors",
        ("tongda.connectors.",),
        (topics.CURSOR, topics.SOURCE_STATUS, *BY_COMMANDS),
        _written_by("connectors"),
    ),
    _stage("normalise", topics.RAW, topics.NORMALISE_STATE),
    _stage("fold", topics.SIGHTING, topics.FOLD_STATE),
    _stage("tally", topics.CONTRIBUTION, topics.TALLY_STATE),
    Principal("store", "tongda.store", reads=(*VERSIONED, topics.CONTRIBUTION, topics.DEAD_LETTER)),
    Principal(  # what is decided on the operators' pages
        "portal",
        transactional=DECIDING,
        reads=(topics.RAW, topics.CURSOR, topics.PAUSE),
        writes=(*READ_BY_STAGES, *BY_COMMANDS),
    ),
    Principal("operator", transactional=DESK, reads=TOPICS, writes=(*READ_BY_STAGES, topics.CURSOR, *BY_COMMANDS)),
)
ADMIN = (
    "admin"  # `tongda topics apply` and `tongda rebuild`: makes, alters and removes what begins with the hub's names
)


def grants(settings: Settings) -> Iterator[Grant]:
    """Every grant, principal by principal; with the names that the settings' prefix makes."""
    for each in PRINCIPALS:
        yield from _of(settings, each)
    user = USER.format(ADMIN)
    for resource in ("topic", "group", "transactional-id"):
        yield Grant(user, resource, settings.topic_prefix + "tongda.", "prefixed", ("All",))
        yield Grant(user, resource, settings.topic_prefix + "next.tongda.", "prefixed", ("All",))
    yield Grant(user, "cluster", "kafka-cluster", "literal", ("Create", "Describe", "DescribeConfigs"))


def _of(settings: Settings, who: Principal) -> Iterator[Grant]:
    user = USER.format(who.name)
    for topic in TOPICS:
        operations = [word for word, of in (("Read", who.reads), ("Write", who.writes)) if topic in of]
        if operations:
            yield Grant(user, "topic", settings.topic(topic.name), "literal", (*operations, "Describe"))
    if who.group:
        yield Grant(user, "group", settings.topic(who.group), "literal", ("Read", "Describe"))
    else:
        yield Grant(user, "group", settings.topic("tongda."), "prefixed", ("Describe",))
    for begins in who.transactional:
        yield Grant(user, "transactional-id", settings.topic(begins), "prefixed", ("Write", "Describe"))


def command(grant: Grant, bootstrap: str) -> list[str]:
    """The words of Kafka's own tool that give this grant."""
    resource = ["--cluster"] if grant.resource == "cluster" else [f"--{grant.resource}", grant.name]
    operations = [word for operation in grant.operations for word in ("--operation", operation)]
    pattern = [] if grant.resource == "cluster" else ["--resource-pattern-type", grant.pattern]
    who = ["--allow-principal", grant.principal]
    return ["kafka-acls.sh", "--bootstrap-server", bootstrap, "--add", *who, *operations, *resource, *pattern]
