"""What an operator types: lists as tables and as JSON, errors as a code, a sentence, a next step and an exit code."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ops.supervisor.parts import TONGDA
from schemas.errors import Exit
from schemas.records.dead_letter import DeadLetter
from tests.sinks.conftest import Feeder

Tongda = Callable[..., subprocess.CompletedProcess[str]]
LETTER = DeadLetter(
    id="n:1", stage="normalise", reason="money_unreadable", message="约三百万", source="hn", feed="supply", record="7"
)


@pytest.fixture
def tongda(read_model: str, tmp_path: Path) -> Tongda:
    """Runs a command on the database of this test, without a broker."""
    surroundings = {**os.environ, "TONGDA_DATABASE": read_model, "TONGDA_HOME": str(tmp_path), "TONGDA_LANG": "en"}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*TONGDA, *words], env=surroundings, capture_output=True, text=True, check=False)

    return run


def test_letters_are_listed_as_a_table_and_as_json_and_shown_whole(tongda: Tongda, feeder: Feeder) -> None:
    feeder.feed(LETTER)
    head, row = tongda("dead-letters", "list").stdout.splitlines()
    assert head.split() == [
        *("编号", "id", "环节", "stage", "原因", "reason", "平台", "source", "栏目", "feed", "记录", "record"),
        *("状态", "state"),
    ]
    assert row.split() == ["n:1", "normalise", "money_unreadable", "hn", "supply", "7", "open"]
    (listed,) = json.loads(tongda("dead-letters", "list", "--source", "hn", "--format", "json").stdout)
    assert {listed[name] for name in ("id", "stage", "closed_because", "state")} == {"n:1", "normalise", None, "open"}
    assert json.loads(tongda("dead-letters", "list", "--reason", "crashed", "--format", "json").stdout) == []
    assert json.loads(tongda("dead-letters", "show", "n:1").stdout)["message"] == "约三百万"


def test_what_nobody_knows_ends_with_its_exit_code_and_a_next_step(tongda: Tongda) -> None:
    for words, exit, code in (
        (("dead-letters", "show", "nothing"), Exit.NOT_FOUND, "T4001"),
        (("dead-letters", "list", "--source", "nope"), Exit.NOT_FOUND, "no source 'nope'; known: "),
        (("dead-letters", "replay", "--source", "nope"), Exit.NOT_FOUND, "T4001"),
        (("explain", "supply:nothing"), Exit.NOT_FOUND, "T4001"),
        (("backup", "restore", "20250101T000000"), Exit.NOT_FOUND, "T4001"),
        (("review", "merge", "a", "b"), Exit.NOT_FOUND, "T4001"),
        (("review", "list"), Exit.UNREACHABLE, "T8001"),
        (("store", "verify"), Exit.UNREACHABLE, "T8001"),
        (("verify",), Exit.NOT_FOUND, "T4001"),
        (("review", "part"), Exit.USAGE, "no such command: tongda review part"),
    ):
        done = tongda(*words)
        assert (done.returncode, code in done.stderr, "Traceback" in done.stderr) == (exit, True, False), words


def test_a_letter_of_another_stage_than_those_that_read_topics_is_not_replayed(tongda: Tongda, feeder: Feeder) -> None:
    feeder.feed(LETTER)
    done = tongda("dead-letters", "replay", "n:1")
    assert (done.returncode, "cannot be replayed" in done.stderr) == (Exit.REFUSED, True)
    assert "tongda dead-letters show n:1" in done.stderr


def test_what_is_done_to_webhooks_stands_in_the_audit_trail(tongda: Tongda, feeder: Feeder) -> None:
    assert tongda("follows", "stop", "none", "--reason", "x").returncode == Exit.NOT_FOUND
    assert json.loads(tongda("follows", "list", "--format", "json").stdout) == []
    assert tongda("webhooks", "disable", "none").returncode == Exit.NOT_FOUND
    assert json.loads(tongda("webhooks", "list", "--format", "json").stdout) == []
    trail = json.loads(tongda("audit", "list", "--format", "json").stdout)
    noted = [(entry["action"], entry["object"], entry["outcome"]) for entry in trail]
    assert sorted(noted) == [("webhooks disable", "none", "T4001"), ("webhooks disable", "none", "begun")]


def test_a_database_that_is_up_to_date_needs_no_migration(tongda: Tongda) -> None:
    assert tongda("store", "migrate").stdout == "migrated: nothing to do\n"


def test_a_hub_without_backups_lists_none(tongda: Tongda) -> None:
    assert json.loads(tongda("backup", "list", "--format", "json").stdout) == []


@pytest.mark.parametrize("noun", ["explain", "verify", "dead-letters", "review", "store", "backup"])
def test_help_names_what_one_types(tongda: Tongda, noun: str) -> None:
    done = tongda(noun, "--help")
    assert done.returncode == 0
    assert f"Usage: tongda {noun}" in done.stdout
    assert "python -m" not in done.stdout


def test_a_key_is_printed_when_it_is_made_and_afterwards_only_known_by_its_id(tongda: Tongda) -> None:
    text = tongda("keys", "make", "--name", "省科技厅").stdout.strip()
    (made,) = json.loads(tongda("keys", "list", "--format", "json").stdout)
    assert (made["name"], made["scope"], made["revoked_at"]) == ("省科技厅", "shared", None)
    assert text.split("_")[1] == made["id"] and text not in tongda("keys", "list").stdout
    for _ in range(2):
        assert tongda("keys", "revoke", made["id"]).stdout.split() == ["已吊销", "revoked", made["id"]]
    (revoked,) = json.loads(tongda("keys", "list", "--format", "json").stdout)
    assert revoked == {**made, "revoked_at": revoked["revoked_at"]} and revoked["revoked_at"]
    unknown = tongda("keys", "revoke", "000000000000")
    assert (unknown.returncode, "T4001" in unknown.stderr) == (Exit.NOT_FOUND, True)
