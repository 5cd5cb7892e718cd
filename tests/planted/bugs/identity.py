"""An event has one id in every process and release, and its revisions only rise."""

from __future__ import annotations

from tests.planted.bug import Bug

COUNTING = "tests/streams/test_counting.py::"
PROMISES = "tests/schemas/test_promises.py::"
REBUILD = "tests/streams/test_rebuild.py::"
BATCH = "tests/streams/test_batch.py::"

BUGS = (
    Bug(
        "uuid4 id",
        "a replay publishes every event a second time",
        "schemas.kinds.identity:event_id",
        "short_hash(kind, *parts)",
        "__import__('uuid').uuid4().hex",
        (f"{COUNTING}test_an_event_has_the_same_name_in_every_process",),
    ),
    Bug(
        "clock in an id",
        "a replay publishes every event a second time",
        "schemas.kinds.identity:event_id",
        "short_hash(kind, *parts)",
        "short_hash(str(__import__('time').time_ns()), *parts)",
        (f"{COUNTING}test_an_event_has_the_same_name_in_every_process",),
    ),
    Bug(
        "hash that joins its parts",
        "(ab, c) and (a, bc) become one event",
        "schemas.wire:short_hash",
        "h.update(str(len(raw)).encode() + b':' + raw)",
        "h.update(raw)",
        (f"{PROMISES}test_names_of_two_tuples_never_meet_by_joining",),
    ),
    Bug(
        "partition by the interpreter's hash",
        "two processes keep the same dossier in different partitions",
        "schemas.topics:partition_of",
        "zlib.crc32(key if isinstance(key, bytes) else key.encode())",
        "hash(key)",
        (f"{PROMISES}test_a_key_lies_in_one_partition_in_every_process_and_release",),
    ),
    Bug(
        "the weaker identity names the event",
        "an event loses its id when the official number arrives",
        "streams.dossier.clusters:Group.names",
        "sorted({member.identity for member in self.members})",
        "sorted({member.identity for member in self.members})[::-1]",
        (f"{COUNTING}test_the_record_names_the_event_and_the_notice_s_name_leads_to_it",),
    ),
    Bug(
        "a rebuild's withdrawal under an old revision",
        "subscribers ignore that an event of the old generation is gone",
        "streams.rebuild.handover:published",
        "floor_of(generation)",
        "generation",
        (f"{REBUILD}test_what_the_new_generation_never_had_is_published_as_gone_between_the_two_ranges_of_revisions",),
    ),
    Bug(
        "the generation is forgotten with the first batch",
        "after a restart the revisions of a rebuilt stage fall",
        "streams.runtime.batch:PartitionWorker.process",
        "self.totals.generation",
        "0",
        (f"{BATCH}test_the_position_record_carries_the_generation_into_every_process_after",),
    ),
)
