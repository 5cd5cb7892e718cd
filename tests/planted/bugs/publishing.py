"""What a poll read is published once: records, memory and cursor in one transaction, evidence before them, one writer."""

from __future__ import annotations

from tests.planted.bug import Bug

POLL = "tests/connectors/poll/test_poll.py::"

BUGS = (
    Bug(
        "memory committed without its cursor",
        "a crash between the two reads or counts a page twice",
        "connectors.poll.publish:Publication.transactions",
        "[*records, *memory, moved]",
        "[*records, *memory]",
        (f"{POLL}test_a_page_and_its_cursor_and_memory_are_one_transaction",),
    ),
    Bug(
        "cursor before raw",
        "a crash between the two loses a page for ever",
        "connectors.poll.publish:Publication.transactions",
        "yield [*records, *memory, moved], changes",
        """
yield [moved], {}
yield [*records, *memory], changes
""",
        (f"{POLL}test_a_page_and_its_cursor_and_memory_are_one_transaction",),
    ),
    Bug(
        "rows counted before they are published",
        "the account of a poll that was cut off is wrong for ever",
        "connectors.poll.publish:Publication.transactions",
        "batch.rows if is_last else counted",
        "batch.rows",
        (
            "tests/connectors/poll/test_memory.py::test_a_poll_that_ends_between_two_transactions_leaves_totals_of_what_it_published",
        ),
    ),
    Bug(
        "evidence of good answers only",
        "nobody can see why a poll was refused",
        "connectors.poll.fetch:Fetcher._fetch",
        """
answer = self._exchange(request)
sha256 = keep(store, answer)
""",
        """
answer = self._exchange(request)
sha256 = keep(store, answer) if 'json' in answer.media else ''
""",
        (f"{POLL}test_a_challenge_page_is_blocked_with_its_evidence",),
    ),
    Bug(
        "memory that lasts as long as the process",
        "a poller that starts publishes every record again",
        "connectors.process.lease:Lease._take",
        "memory.records[rest[0]] = load(Remembered, record.value)",
        "pass",
        ("tests/live/test_fencing.py",),
    ),
    Bug(
        "a poller that fences nobody",
        "two pollers write the same partition",
        "connectors.process.lease:Lease._take",
        "f'tongda.connectors.{partition}'",
        "f'tongda.connectors.{partition}.{self.settings.slot}'",
        ("tests/live/test_fencing.py",),
    ),
    Bug(
        "producer kept after an unknown outcome",
        "the next transaction is mixed with the remains of the last",
        "ops.bus.writer:Writer.commit_pieces",
        "self._broken = True",
        "self._broken = False",
        ("tests/ops/test_bus.py::test_a_record_that_is_too_large_takes_its_whole_transaction_with_it",),
    ),
)
