"""A stage handles each record exactly once: one transaction, one owner, a poison record set aside, every record accounted for."""

from __future__ import annotations

from tests.planted.bug import Bug

BATCH = "tests/streams/test_batch.py::"
POISON = "tests/streams/test_poison.py::"
EXACTNESS = "tests/live/test_stage_exactness.py::"
RESTORE = "tests/live/test_stage_restore.py::"
REDRIVE = "tests/streams/test_redrive.py::"

BUGS = (
    Bug(
        "a record unaccounted for is committed",
        "a record disappears and nobody notices",
        "streams.runtime.batch:PartitionWorker.process",
        """
if totals.gap:
    raise HubError(f'{self.stage.name} {self.partition}: {totals.gap} records unaccounted for', code='T1003')
""",
        "pass",
        (f"{BATCH}test_a_batch_with_a_record_unaccounted_for_is_refused_before_it_is_written",),
    ),
    Bug(
        "a poison record is retried for ever",
        "one record stops its partition",
        "streams.runtime.poison:LIMIT",
        "3",
        "300",
        (f"{BATCH}test_a_record_that_crashes_the_processor_is_set_aside_unread_after_the_third_crash",),
    ),
    Bug(
        "one poison record makes another forgotten",
        "two poison records in one batch stop their partition",
        "streams.runtime.poison:PoisonRecords.__init__",
        "again = self.suspects[0] <= in_hand[0] and in_hand[1] <= self.suspects[1]",
        """
self.offsets.clear()
again = self.suspects[0] <= in_hand[0] and in_hand[1] <= self.suspects[1]
""",
        (f"{POISON}test_two_poison_records_in_one_batch_are_both_set_aside_after_three_crashes_each",),
    ),
    Bug(
        "one letter for every state of a record",
        "the second refused state of a record overwrites the first",
        "streams.processor:dead_letter",
        "short_hash(stage, key, original, reject.reason)",
        "short_hash(stage, key, reject.reason)",
        (f"{REDRIVE}test_two_states_of_a_record_that_were_both_refused_are_two_letters",),
    ),
    Bug(
        "a letter put back on the wrong topic",
        "a replayed record goes to a stage that cannot read it",
        "sinks.operator.letters:put_back",
        "Outgoing(letter.topic, key, _original(letter), partition_of(key, partitions))",
        "Outgoing(RAW.name, key, _original(letter), partition_of(key, partitions))",
        (f"{REDRIVE}test_a_record_that_crashed_a_stage_is_put_back_with_the_same_ids_and_twice_changes_nothing",),
    ),
    Bug(
        "a failed processor swallows its record",
        "an error in the code loses the batch in which it happened",
        "streams.runtime.batch:PartitionWorker._apply",
        "applied = self.processor.apply(piece)",
        """
try:
    applied = self.processor.apply(piece)
except ZeroDivisionError:
    applied = []
""",
        (f"{BATCH}test_a_record_that_crashes_the_processor_is_set_aside_unread_after_the_third_crash",),
    ),
    Bug(
        "transactional id per process",
        "a process that hung and woke up commits a second time",
        "streams.runtime.partition:OwnedPartition.open",
        "f'{self.member.group}-{self.tp.partition}'",
        "f'{self.member.group}-{self.member.settings.slot}'",
        (f"{EXACTNESS}test_a_broken_record_is_a_dead_letter_in_the_same_transaction",),
    ),
    Bug(
        "restore read_uncommitted",
        "an aborted change becomes part of a restored state",
        "streams.runtime.client:READING",
        "'read_committed'",
        "'read_uncommitted'",
        ("tests/streams/test_client.py::test_the_stages_own_settings_are_safe",),
    ),
    Bug(
        "an unsafe client starts",
        "a setting that loses records is not noticed",
        "ops.bus.safety:must_be_safe",
        "complaints(config, safe)",
        "complaints(config, {})",
        ("tests/ops/test_safety.py::test_an_unsafe_value_is_refused_by_name",),
    ),
    Bug(
        "offset outside the transaction",
        "a crash after the outputs handles the batch again",
        "streams.runtime.partition:OwnedPartition.commit",
        "producer.send_offsets_to_transaction({self.tp: position}, self.member.group)",
        "self.consumer.commit({self.tp: position})",
        (f"{EXACTNESS}test_a_broken_record_is_a_dead_letter_in_the_same_transaction",),
    ),
    Bug(
        "a torn transaction is accepted",
        "a state that is not at its offset is worked on",
        "streams.runtime.partition:OwnedPartition.agree",
        "kept != (committed or 0)",
        "False",
        (f"{RESTORE}test_a_state_that_is_not_at_the_committed_offset_is_a_torn_transaction_and_refused",),
    ),
    Bug(
        "a half restored state is kept",
        "a dossier misses what was not yet restored",
        "streams.runtime.host:Host.settle",
        "task.done() and partition.clean",
        "task.done()",
        (f"{RESTORE}test_a_half_restored_state_is_never_kept_over_a_rebalance",),
    ),
)
