"""The read model says what the topics say, and nothing unsafe runs in production."""

from __future__ import annotations

from tests.planted.bug import Bug

STORE = "tests/sinks/test_store.py::"
QUERIES = "sinks/store/queries.sql:"

BUGS = (
    Bug(
        "store upsert without revision guard",
        "a replay shows an event as it was",
        f"{QUERIES}apply_values",
        "(held.revision is null or held.revision < i.revision)",
        "true",
        (f"{STORE}test_an_older_revision_changes_nothing",),
    ),
    Bug(
        "offsets move for a former owner",
        "two stores write the same partition",
        f"{QUERIES}move_offset",
        "and epoch = %(epoch)s",
        "",
        (f"{STORE}test_a_store_whose_partition_was_claimed_by_another_is_fenced",),
    ),
    Bug(
        "offset before effect",
        "a crash between the two loses a batch for ever",
        "sinks.store.store:Store._transaction",
        "self._move(db, batch)",
        """
self._move(db, batch)
db.execute('commit')
db.execute('begin')
""",
        (f"{STORE}test_kill_9_anywhere_leaves_rows_and_offsets_in_step",),
    ),
    Bug(
        "a batch is written twice",
        "a batch whose commit was not confirmed is written again",
        f"{QUERIES}move_offset",
        "and position <= %(first)s",
        "",
        (f"{STORE}test_a_batch_that_was_written_is_not_written_again",),
    ),
    Bug(
        "SSE resume off by one",
        "a subscriber that reconnects misses one change",
        f"{QUERIES}changes",
        "sequence > %(after)s",
        "sequence > %(after)s + 1",
        ("tests/sinks/test_stream.py::test_a_reader_cut_anywhere_gets_the_rest_once",),
    ),
    Bug(
        "metric label from source text",
        "a platform fills the memory of Prometheus",
        "ops.telemetry:_bounded",
        "len(seen) >= LABEL_LIMIT",
        "False",
        ("tests/ops/test_telemetry.py::test_a_label_with_too_many_values_becomes_other",),
    ),
    Bug(
        "failpoints in production",
        "an environment variable kills a process of the province",
        "ops.profiles:must_be_allowed",
        "settings.failpoints and settings.profile != 'test'",
        "False",
        ("tests/ops/test_settings.py",),
    ),
)
