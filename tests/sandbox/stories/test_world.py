"""The world: equal seeds give equal bytes, a restart continues, the ledger is written before anything is shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from ops.sandbox.stories.simulation import Origin, Simulation
from ops.sandbox.world import facts, ledger
from ops.sandbox.world.ledger import Change
from schemas.errors import Misconfigured, Refused
from schemas.fields.credit_code import read_credit_code
from schemas.fields.patent_number import read_patent_number

ORIGIN = Origin(3, 120, date(2026, 6, 1))
NOON = datetime.fromisoformat("2026-06-01T12:00:00+08:00")


def grown(
    path: Path, ticks: int, show: Callable[[list[Change]], None] = lambda changes: None, origin: Origin = ORIGIN
) -> Simulation:
    simulation = Simulation(path, origin, show)
    simulation.open()
    for second in range(ticks):
        simulation.tick(NOON + timedelta(seconds=second))
    return simulation


def test_the_same_seed_gives_the_same_province(tmp_path: Path) -> None:
    for name in ("a", "b"):
        grown(tmp_path / name / "truth.jsonl", 60).close()
    grown(tmp_path / "c" / "truth.jsonl", 60, origin=Origin(4, 120, ORIGIN.start)).close()
    first, again, other = ((tmp_path / name / "truth.jsonl").read_bytes() for name in "abc")
    assert first == again
    assert first != other


def test_a_restart_shows_the_same_and_continues_with_the_same_bytes(tmp_path: Path) -> None:
    whole = grown(tmp_path / "whole" / "truth.jsonl", 80)
    broken = grown(tmp_path / "broken" / "truth.jsonl", 50)
    broken.close()
    shown: list[Change] = []
    resumed = Simulation(tmp_path / "broken" / "truth.jsonl", Origin(99, 1, date(2020, 1, 1)), shown.extend)
    assert resumed.open() == len(shown)
    for second in range(50, 80):
        resumed.tick(NOON + timedelta(seconds=second))
    whole.close()
    resumed.close()
    assert (tmp_path / "broken" / "truth.jsonl").read_bytes() == (tmp_path / "whole" / "truth.jsonl").read_bytes()


def test_changes_lost_in_a_crash_are_written_again(tmp_path: Path) -> None:
    path = tmp_path / "truth.jsonl"
    grown(path, 0).close()
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    grown(path, 0).close()
    assert path.read_bytes() == whole


def test_a_change_is_in_the_ledger_before_it_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "truth.jsonl"
    missing = []

    def show(changes: list[Change]) -> None:
        written = {change.seq for change in ledger.read(path)}
        missing.extend(change.seq for change in changes if change.seq not in written)

    grown(path, 40, show).close()
    assert missing == []


def test_a_ledger_of_another_world_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "truth.jsonl"
    grown(path, 5).close()
    path.with_name("origin.txt").write_text("5 120 2026-06-01\n")
    simulation = Simulation(path, ORIGIN, lambda changes: None)
    with pytest.raises(Misconfigured, match="another world"):
        simulation.open()
    simulation.close()


def test_a_second_process_on_the_same_ledger_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "truth.jsonl"
    running = grown(path, 5)
    before = path.read_bytes()
    with pytest.raises(Refused, match="already run") as refused:
        Simulation(path, ORIGIN, lambda changes: None).open()
    assert (refused.value.code, refused.value.next_step) == ("T5001", "tongda status")
    assert path.read_bytes() == before
    running.close()
    grown(path, 1).close()


def test_every_generated_number_passes_its_check(tmp_path: Path) -> None:
    simulation = grown(tmp_path / "truth.jsonl", 0)
    assert all(read_patent_number(patent.number).number == patent.number for patent in simulation.world.patents)
    assert all(read_credit_code(holder.credit_code) for holder in simulation.world.facts.organisations)
    simulation.close()


def test_the_facts_name_organisations_only() -> None:
    assert {holder.type for holder in facts.load().organisations} == {
        "enterprise",
        "university",
        "research_institute",
        "hospital",
    }
    assert (Path(facts.__file__).parent / "facts.json").stat().st_size < 400_000


def test_announcements_with_the_same_number_day_and_title_are_all_kept(tmp_path: Path) -> None:
    path = tmp_path / "truth.jsonl"
    grown(path, 900, origin=Origin(1, 100, ORIGIN.start)).close()
    kept: dict[tuple[str, str], tuple[object, str]] = {}
    for change in ledger.read(path):
        if change.source == "cnipa_gazette" and change.op == "insert":
            shown_as = (change.content, change.place)
            assert kept.setdefault((change.feed, change.record), shown_as) == shown_as
    later = [(feed, record) for feed, record in kept if record.endswith("/2")]
    assert later and all(kept[feed, record][1] == kept[feed, record.removesuffix("/2")][1] for feed, record in later)


def test_the_history_has_every_case_that_the_hub_must_handle(tmp_path: Path) -> None:
    path = tmp_path / "truth.jsonl"
    grown(path, 300, origin=Origin(1, 400, ORIGIN.start)).close()
    seen = {change.event for change in ledger.read(path)}
    unreadable = {change.unreadable for change in ledger.read(path)} - {""}
    forms = {fact.get("form") for change in ledger.read(path) for fact in change.facts if fact["kind"] == "transfer"}
    assert seen >= {
        "redropped",
        "announced_twice",
        "relisted",
        "renamed",
        "moved_house",
        "restored",
        "pledge_released",
        "licence_cancelled",
        "contract_cancelled",
        "taken_down",
        "open_licence_withdrawn",
        "listed_sme",
        "repaired",
        "amount_corrected",
        "zone_declared",
        "zone_withdrawn",
        "loan_left_out",
        "contract_left_out",
        "compensated",
        "exchange_deal",
        "market_project",
        "university_equity",
        "certified",
        "cancelled",
        "month_reported",
        "year_reported",
        "inventory",
        "declaration",
        "project",
        "on_list",
    }
    assert unreadable >= {
        "patent_number_check_digit",
        "patent_number_destroyed",
        "money_unreadable",
        "contract_values_inverted",
    }
    assert forms >= {"whole", "entry", "exit", "partial"}
