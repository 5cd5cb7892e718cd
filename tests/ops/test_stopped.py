"""A hub that is stopped, and one that runs already: each is told once, with what to type next."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ops import run
from ops.cli import main
from ops.doctor import OF_A_RUNNING_HUB, as_started
from ops.doctor_files import secrets
from ops.settings import read_settings
from ops.supervisor.up import detach
from schemas.errors import Exit, Refused


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of a hub that has never run; whatever this shell has set is not its."""
    for name in [name for name in os.environ if name.startswith("TONGDA_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TONGDA_HOME", str(tmp_path))
    monkeypatch.setenv("TONGDA_LANG", "en")
    return tmp_path


def ended(*words: str) -> int:
    """The exit code of a command."""
    with pytest.raises(SystemExit) as caught:
        main(words)
    return int(caught.value.code or 0)


@pytest.mark.process  # it asks Java for its version
def test_the_doctor_says_once_that_the_hub_is_stopped_and_counts_what_is_well(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended("doctor") == Exit.DIFFERENT
    first, step, *others = capsys.readouterr().out.splitlines()
    assert first.split() == ["bad", "hub", "the", "hub", "is", "stopped"]
    assert step.split() == ["next", "tongda", "up", "--detach"]
    (others,) = others  # neither secrets nor inboxes of platforms for which stand-ins will answer
    assert (
        others.startswith("ok ")
        and "other checks: " in others
        and others.endswith("sources, secrets, evidence, backups")
    )


def test_what_is_wrong_beside_is_told_whole(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = read_settings({"TONGDA_HOME": str(home), "TONGDA_SOURCE_CNIPR_BASE": "https://cnipr.example.invalid"})
    found = list(secrets(as_started(settings)))
    assert [each.detail.partition(",")[0] for each in found if not each.well] == ["cnipr needs the secret CNIPR_KEY"]
    production = settings.model_copy(update={"profile": "production"})
    assert len([each for each in secrets(as_started(production)) if not each.well]) > 1


@pytest.mark.parametrize("what", OF_A_RUNNING_HUB)
def test_what_only_a_running_hub_has_is_not_looked_for(
    what: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended("doctor", what, "--format", "json") == Exit.DIFFERENT
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["check"], found["well"], found["next_step"]) == ("hub", False, "tongda up --detach")


def test_a_group_that_needs_no_running_hub_is_told_whole(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ended("doctor", "sources") == Exit.OK
    assert capsys.readouterr().out.startswith("ok   sources       ")


def test_a_hub_whose_servers_run_elsewhere_is_looked_at_part_by_part(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TONGDA_DATABASE", "postgresql://hub@db.example.invalid/tongda")
    assert ended("doctor", "processes", "--format", "json") == Exit.DIFFERENT
    assert {"connectors", "portal"} <= {each["check"] for each in json.loads(capsys.readouterr().out)}


def test_a_second_start_in_the_background_is_refused_and_leaves_the_log_of_the_first(home: Path) -> None:
    settings = read_settings({"TONGDA_HOME": str(home)})
    log = home / "log" / "tongda.log"
    log.parent.mkdir()
    log.write_text("12:00:00  raw 10/s\n")
    run.write(settings.run, "tongda", os.getpid())
    with pytest.raises(Refused, match="already runs") as caught:
        detach(settings)
    assert caught.value.next_step == "tongda status"
    assert log.read_text() == "12:00:00  raw 10/s\n"
