"""The list of planted bugs: what breaks, where, and which tests must fail of it. ``old`` stands once in its file.

Not planted of reliability.md, section 10: webhooks, ACL files and CSV exports, which the hub does not have; the offset
reset of a client, since every read begins at an offset of ours; a restore to an end taken before fencing, which the
check of state against offset turns into a refused start, and that check is planted against.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Bug:
    """One patch."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


LAWS = "tests/streams/test_laws.py::"
POLL = "tests/connectors/test_poll.py::"
CIRCUIT = "tests/connectors/test_circuit.py::"
MEMORY = "tests/connectors/test_memory.py::"
STORE = "tests/sinks/test_store.py::"
BATCH = "tests/streams/test_batch.py::"
PROMISES = "tests/schemas/test_promises.py::"
COUNTING = "tests/streams/test_counting.py::"
REBUILD = "tests/streams/test_rebuild.py::"
STAGE = "tests/live/test_stage_exactness.py::"
RESTORE = "tests/live/test_stage_restore.py::"
DEATHS = "tests/streams/test_deaths.py::"

BUGS = (
    # Ids and revisions
    Bug(
        "uuid4 id",
        "streams/identity.py",
        "{short_hash(kind, *parts)}",
        "{__import__('uuid').uuid4().hex}",
        (f"{COUNTING}test_an_event_has_the_same_name_in_every_process",),
    ),
    Bug(
        "clock in an id",
        "streams/identity.py",
        "{short_hash(kind, *parts)}",
        "{short_hash(str(__import__('time').time_ns()), *parts)}",
        (f"{COUNTING}test_an_event_has_the_same_name_in_every_process",),
    ),
    Bug(
        "hash that joins its parts",
        "schemas/wire.py",
        'h.update(str(len(raw)).encode() + b":" + raw)',
        "h.update(raw)",
        (f"{PROMISES}test_names_of_two_tuples_never_meet_by_joining",),
    ),
    Bug(
        "partition by the interpreter's hash",
        "schemas/topics.py",
        "return zlib.crc32(key if isinstance(key, bytes) else key.encode()) % partitions",
        "return hash(key) % partitions",
        (f"{PROMISES}test_a_key_lies_in_one_partition_in_every_process_and_release",),
    ),
    Bug(
        "the weaker identity names the event",
        "streams/merge.py",
        "for one in sorted(self.identities)]",
        "for one in sorted(self.identities)[::-1]]",
        (f"{COUNTING}test_the_record_names_the_event_and_the_notice_s_name_leads_to_it",),
    ),
    Bug(
        "a rebuild's farewell under an old revision",
        "streams/rebuild/handover.py",
        "floor_of(generation))",
        "generation)",
        (f"{REBUILD}test_what_the_new_generation_never_had_is_published_as_gone_between_the_two_ranges_of_revisions",),
    ),
    Bug(
        "the generation is forgotten with the first batch",
        "streams/batch.py",
        "            self.totals.generation,\n",
        "",
        (f"{BATCH}test_the_position_record_carries_the_generation_into_every_process_after",),
    ),
    Bug(
        "digest over retrieval stamp",
        "connectors/memory.py",
        "left_out = frozenset(volatile)",
        "left_out = frozenset[str]()",
        (f"{MEMORY}test_a_volatile_field_makes_no_change",),
    ),
    # Dossiers
    Bug(
        "arrival-order tie",
        "streams/choice.py",
        'ordered = sorted(members, key=lambda seen: str(seen["id"]))',
        "ordered = list(members)",
        (f"{COUNTING}test_of_two_equally_trusted_statements_the_smaller_id_wins_whatever_came_first",),
    ),
    Bug(
        "an older repeat is taken in",
        "streams/fold.py",
        '>= (seen["sequence"], seen["definition"])',
        '== (seen["sequence"], seen["definition"])',
        (f"{LAWS}test_an_older_repeat_stays_dead",),
    ),
    Bug(
        "marks dropped",
        "streams/fold.py",
        '    kept["sightings"][seen["id"]] = seen\n',
        '    kept["sightings"][seen["id"]] = seen\n    if seen.get("absent"):\n        del kept["sightings"][seen["id"]]\n',
        (f"{LAWS}test_an_older_repeat_stays_dead", f"{LAWS}test_withdrawing_undoes_asserting"),
    ),
    Bug(
        "a withdrawn event still counts",
        "streams/fold.py",
        '{"live": False, "revision"',
        '{"live": True, "revision"',
        (f"{LAWS}test_withdrawing_undoes_asserting",),
    ),
    Bug(
        "a correction leaves the old subject standing",
        "streams/normalise.py",
        "if subject not in now\n",
        "if subject is None\n",
        ("tests/streams/test_normalise.py::test_a_corrected_record_withdraws_what_it_said_of_the_other_patent",),
    ),
    Bug(
        "a vanished page taken as withdrawal",
        "streams/normalise.py",
        'elif reader.feed.absence.means == "nothing":',
        "elif False:",
        ("tests/streams/test_normalise.py::test_a_vanished_notice_is_no_withdrawal_and_a_vanished_offer_is",),
    ),
    Bug(
        "null for a withdrawn contribution",
        "streams/fold.py",
        "encode(made), place)",
        'encode(made) if made.get("live", True) else None, place)',
        (f"{LAWS}test_withdrawing_undoes_asserting",),
    ),
    Bug(
        "a telephone number goes through",
        "schemas/source/reading.py",
        'PHONE.sub("***", str(column.value))',
        "str(column.value)",
        (
            "tests/streams/test_normalise.py::test_a_person_is_masked_and_a_telephone_number_in_free_text_goes_no_further",
        ),
    ),
    # Figures
    Bug(
        "float money",
        "schemas/fields/money.py",
        'fen = int(yuan.lstrip("-")) * 100 + int(rest.ljust(2, "0"))',
        'fen = abs(int(float(value["value"]) * 100))',
        (f"{PROMISES}test_an_amount_comes_back_from_the_wire_to_the_last_fen",),
    ),
    Bug(
        "None as 0",
        "streams/contributions.py",
        'made["amount_missing"] = True',
        'made["amount"] = {"value": "0.00", "unit": "元"}',
        (f"{COUNTING}test_an_amount_that_nobody_named_is_not_nothing",),
    ),
    Bug(
        "delta statistics",
        "streams/tally.py",
        "else str(weight[KEYS]),",
        "else str(min(1, weight[KEYS])),",
        ("tests/streams/test_worked_example.py",),
    ),
    Bug(
        "件 summed over months",
        "streams/indicators.py",
        'R | P, not_by_law, additivity="d"',
        "R | P, not_by_law",
        (f"{COUNTING}test_a_patent_sold_in_two_months_is_one_patent_in_each_and_one_in_the_year",),
    ),
    Bug(
        "money of every statement added up",
        "streams/tally.py",
        "fen, with_amount, disputed = min(naming)[2],",
        "fen, with_amount, disputed = sum(one[2] for one in naming),",
        (f"{COUNTING}test_one_pledge_of_two_patents_has_its_money_once",),
    ),
    # Connectors
    Bug(
        "absence after one poll",
        "connectors/memory.py",
        "gone = known.missing_polls + 1 >= polls",
        "gone = True",
        (f"{MEMORY}test_one_miss_is_no_absence_and_a_sighting_between_two_misses_forgets_the_first",),
    ),
    Bug(
        "mass absence believed",
        "connectors/memory.py",
        "            return Absences(held=True)\n",
        "            pass\n",
        (f"{POLL}test_half_a_feed_that_vanishes_is_held",),
    ),
    Bug(
        "the watermark moves over a short slice",
        "connectors/lists.py",
        'if poll.outcome.verdict == "complete":\n            _advance',
        "if poll.outcome.verdict:\n            _advance",
        (f"{POLL}test_the_watermark_stands_still_before_a_slice_that_was_short",),
    ),
    Bug(
        "memory committed without its cursor",
        "connectors/publish.py",
        "yield [*records, *memory, moved], changes",
        "yield [*records, *memory], changes",
        (f"{POLL}test_a_page_and_its_cursor_and_memory_are_one_transaction",),
    ),
    Bug(
        "cursor past the platform's Date",
        "connectors/plan.py",
        "(min(now, served_at.astimezone(now.tzinfo)) if served_at else now)",
        "now",
        (f"{MEMORY}test_the_watermark_never_reaches_today_nor_passes_the_platforms_clock_nor_goes_back",),
    ),
    Bug(
        "day cursor without re-read",
        "connectors/plan.py",
        " - timedelta(days=_days(feed.slice.reread))",
        "",
        (f"{MEMORY}test_windows_join_without_a_gap_and_end_today",),
    ),
    Bug(
        "an empty page in the middle is believed",
        "connectors/lists.py",
        "if page.read == 0 and sweep.pages and",
        "if page.read < 0 and sweep.pages and",
        (f"{POLL}test_a_middle_page_that_is_empty_once_is_asked_for_again",),
    ),
    Bug(
        "HTML taken as a list",
        "connectors/prove.py",
        "if answer.media not in accepted:",
        "if not answer.media:",
        (f"{POLL}test_a_challenge_page_is_blocked_with_its_evidence",),
    ),
    Bug(
        "a business code ignored",
        "connectors/prove.py",
        "if access.ok is not None and not matches(access.ok, value):",
        "if access.ok is None and value is None:",
        (f"{POLL}test_a_code_that_nobody_declared_is_never_an_empty_list",),
    ),
    Bug(
        "per-read timeout only",
        "connectors/fetch.py",
        "async with asyncio.timeout(ask.deadline_seconds):",
        "async with asyncio.timeout(None):",
        (f"{POLL}test_a_body_that_drips_ends_at_the_total_deadline",),
    ),
    Bug(
        "redirects followed",
        "connectors/fetch.py",
        "follow_redirects=False",
        "follow_redirects=True",
        (f"{POLL}test_no_redirect_is_followed",),
    ),
    Bug(
        "Retry-After ignored",
        "connectors/prove.py",
        "after_seconds=asked or 0.0",
        "after_seconds=0.0",
        (f"{POLL}test_retry_after_is_waited_for_in_place_when_it_is_short",),
    ),
    Bug(
        "rows that did not change close the circuit",
        "connectors/circuit.py",
        "if news or self.before else ()",
        "if news else ()",
        (f"{CIRCUIT}test_a_renamed_column_opens_the_circuit_and_every_row_is_raw_all_the_same",),
    ),
    Bug(
        "silence closes the circuit",
        "connectors/circuit.py",
        "if not self.seen:",
        "if self.seen is None:",
        (f"{CIRCUIT}test_a_poll_that_shows_nothing_leaves_the_circuit_open",),
    ),
    Bug(
        "one dead list opens the circuit of all",
        "connectors/circuit.py",
        "silent = all(",
        "silent = any(",
        (f"{CIRCUIT}test_failures_open_the_circuit_when_no_list_answers_and_a_list_alone_backs_off_alone",),
    ),
    Bug(
        "a file of the future moves the watermark",
        "connectors/editions.py",
        'day if day <= today else ""',
        "day",
        ("tests/connectors/test_clock.py::test_a_dropped_file_of_the_future_is_read_and_moves_nothing",),
    ),
    Bug(
        "a watermark of the future skips the days between",
        "connectors/plan.py",
        "mark = min(date.fromisoformat(cursor.watermark), today)",
        "mark = date.fromisoformat(cursor.watermark)",
        (
            "tests/connectors/test_clock.py::test_a_watermark_far_off_costs_neither_the_days_between_nor_a_thousand_requests",
        ),
    ),
    Bug(
        "元 taken for 万元",
        "connectors/poll.py",
        "check_page(self.feed.expect, understood)",
        "pass",
        ("tests/connectors/test_expect.py::test_wan_yuan_that_became_yuan_is_held_until_a_person_lets_it_pass",),
    ),
    Bug(
        "absence from a short slice",
        "connectors/prove.py",
        "if sweep.distinct < first.total:",
        "if sweep.distinct < 0:",
        (
            f"{MEMORY}test_complete_means_that_every_declared_record_was_seen",
            f"{POLL}test_a_middle_page_that_stays_empty_is_short_and_heals",
        ),
    ),
    Bug(
        "cursor before raw",
        "connectors/publish.py",
        "            yield [*records, *memory, moved], changes\n",
        "            yield [moved], {}\n            yield [*records, *memory], changes\n",
        (f"{POLL}test_a_page_and_its_cursor_and_memory_are_one_transaction",),
    ),
    Bug(
        "rows counted before they are published",
        "connectors/publish.py",
        "(batch.rows if is_last else counted)",
        "batch.rows",
        (f"{MEMORY}test_a_poll_that_ends_between_two_transactions_leaves_totals_of_what_it_published",),
    ),
    Bug(
        "evidence of good answers only",
        "connectors/poll.py",
        "answer = self.tools.door.fetch(ask)\n            sha256 = keep(store, answer)",
        'answer = self.tools.door.fetch(ask)\n            sha256 = keep(store, answer) if "json" in answer.media else ""',
        (f"{POLL}test_a_challenge_page_is_blocked_with_its_evidence",),
    ),
    Bug(
        "memory that lasts as long as the process",
        "connectors/lease.py",
        "memory.records[rest[0]] = load(Remembered, record.value)",
        "pass",
        ("tests/live/test_fencing.py",),
    ),
    Bug(
        "a poller that fences nobody",
        "connectors/lease.py",
        'f"tongda.connectors.{partition}"',
        'f"tongda.connectors.{partition}.{self.settings.slot}"',
        ("tests/live/test_fencing.py",),
    ),
    Bug(
        "producer kept after an unknown outcome",
        "ops/bus/writer.py",
        "        self._broken = True\n",
        "        self._broken = False\n",
        ("tests/ops/test_bus.py::test_a_record_that_is_too_large_takes_its_whole_transaction_with_it",),
    ),
    # Stage
    Bug(
        "a record unaccounted for is committed",
        "streams/batch.py",
        "        if totals.gap:\n",
        "        if totals.gap > 10**9:\n",
        (f"{BATCH}test_a_batch_with_a_record_unaccounted_for_is_refused_before_it_is_written",),
    ),
    Bug(
        "a killer is met for ever",
        "streams/deaths.py",
        "LIMIT = 3",
        "LIMIT = 300",
        (f"{BATCH}test_a_record_that_crashes_the_verb_is_set_aside_unread_at_its_third_death",),
    ),
    Bug(
        "one killer forgets another",
        "streams/deaths.py",
        "        if in_hand != NOTHING:\n",
        "        if in_hand != NOTHING:\n            self.killers.clear()\n",
        (f"{DEATHS}test_two_killers_in_one_batch_are_both_set_aside_after_three_deaths_each",),
    ),
    Bug(
        "one letter for every state of a record",
        "streams/verb.py",
        "short_hash(stage, key, original, reject.reason)",
        "short_hash(stage, key, reject.reason)",
        ("tests/streams/test_redrive.py::test_two_states_of_a_record_that_were_both_refused_are_two_letters",),
    ),
    Bug(
        "a failed verb swallows its record",
        "streams/batch.py",
        "            finally:                       # whatever",
        "            except ZeroDivisionError:\n                said = []\n            finally:  # whatever",
        (f"{BATCH}test_a_record_that_crashes_the_verb_is_set_aside_unread_at_its_third_death",),
    ),
    Bug(
        "transactional id per process",
        "streams/stage.py",
        'transactional_id=f"{self.host.group}-{self.tp.partition}"',
        'transactional_id=f"{self.host.group}-{self.settings.slot}"',
        (f"{STAGE}test_a_broken_record_is_a_dead_letter_in_the_same_transaction",),
    ),
    Bug(
        "restore read_uncommitted",
        "streams/client.py",
        '"isolation_level": "read_committed"',
        '"isolation_level": "read_uncommitted"',
        ("tests/streams/test_client.py::test_the_stages_own_settings_are_safe",),
    ),
    Bug(
        "an unsafe client starts",
        "ops/bus/safety.py",
        "if found := complaints(config, safe):",
        "if found := complaints(config, {}):",
        ("tests/ops/test_safety.py::test_an_unsafe_value_is_refused_by_name",),
    ),
    Bug(
        "offset outside the transaction",
        "streams/stage.py",
        "offsets = producer.send_offsets_to_transaction({self.tp: position}, self.host.group)",
        "offsets = self.consumer.commit({self.tp: position})",
        (f"{STAGE}test_a_broken_record_is_a_dead_letter_in_the_same_transaction",),
    ),
    Bug(
        "a torn transaction is accepted",
        "streams/stage.py",
        "if kept != (committed or 0):",
        "if False:",
        (f"{RESTORE}test_a_state_that_is_not_at_the_committed_offset_is_a_torn_transaction_and_refused",),
    ),
    Bug(
        "a half restored state is kept",
        "streams/stage.py",
        "if not (task.done() and self.owned[partition].clean):",
        "if not task.done():",
        (f"{RESTORE}test_a_half_restored_state_is_never_kept_over_a_rebalance",),
    ),
    # Store and what reads it
    Bug(
        "store upsert without revision guard",
        "sinks/store/queries.sql",
        "(held.revision is null or held.revision < i.revision)",
        "true",
        (f"{STORE}test_an_older_revision_changes_nothing",),
    ),
    Bug(
        "offsets move for a former owner",
        "sinks/store/queries.sql",
        "and epoch = %(epoch)s and position <= %(first)s",
        "and position <= %(first)s",
        (f"{STORE}test_a_store_whose_partition_was_claimed_by_another_is_fenced",),
    ),
    Bug(
        "offset before effect",
        "sinks/store/store.py",
        '            db.execute("select pg_advisory_xact_lock(%(lock)s)", {"lock": WRITERS_LOCK})\n            self._move(db, batch)\n',
        "            self._move(db, batch)\n        with self._database.transaction() as db:\n",
        (f"{STORE}test_kill_9_anywhere_leaves_rows_and_offsets_in_step",),
    ),
    Bug(
        "a batch is written twice",
        "sinks/store/queries.sql",
        "and epoch = %(epoch)s and position <= %(first)s",
        "and epoch = %(epoch)s",
        (f"{STORE}test_a_batch_that_was_written_is_not_written_again",),
    ),
    Bug(
        "a letter put back on the wrong topic",
        "sinks/store/letters.py",
        'Outgoing(letter["topic"], key',
        "Outgoing(RAW.name, key",
        (
            "tests/streams/test_redrive.py::test_a_record_that_crashed_a_stage_is_put_back_with_the_same_ids_and_twice_changes_nothing",
        ),
    ),
    Bug(
        "metric label from source text",
        "ops/telemetry.py",
        "if len(seen) >= LABEL_LIMIT:",
        "if False:",
        ("tests/ops/test_telemetry.py::test_a_label_with_too_many_values_becomes_other",),
    ),
    Bug(
        "SSE resume off by one",
        "sinks/store/queries.sql",
        "from FAMILY_revision\nwhere topic = %(topic)s and sequence > %(after)s",
        "from FAMILY_revision\nwhere topic = %(topic)s and sequence > %(after)s + 1",
        ("tests/sinks/test_stream.py::test_a_reader_cut_anywhere_gets_the_rest_once",),
    ),
    Bug(
        "failpoints in production",
        "ops/settings.py",
        'if settings.failpoints and settings.profile != "test":',
        "if False:",
        ("tests/ops/test_settings.py",),
    ),
)
