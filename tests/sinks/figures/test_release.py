"""What a bureau signs: checked before, immutable after, made again byte for byte."""

from __future__ import annotations

import json
import os
import subprocess
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace as revised
from psycopg.types.json import Jsonb

from ops.bus import Incoming
from ops.supervisor.parts import TONGDA
from schemas.errors import Exit, NotFound, Refused
from schemas.fields.date import CHINA
from schemas.figures import BY_ID, INDICATORS, Counting
from schemas.figures.derived import DERIVED
from schemas.kinds.licence import Licence
from schemas.records.contribution import Contribution
from schemas.records.event import Event
from schemas.records.listing import Listing
from schemas.records.point import Point
from schemas.topics import CONTRIBUTION, FIGURES
from schemas.wire import encode, load
from sinks.figures.cells import Change, sha256, written
from sinks.figures.recount import Difference, check, check_running
from sinks.figures.release import Inputs, cells_of, differing, in_form, listed, make, named, reproduce
from sinks.store.database import Database
from streams.figures.contributions import spread
from streams.processor import Context
from streams.tally import Tally
from tests.conformance.happenings import happening
from tests.sinks.conftest import Feeder

NOW = datetime(2025, 5, 2, 9, 0, tzinfo=CHINA)
GENERATION = 1 << 40
OFFICE = "样例省知识产权局运用促进处"


class Province:
    """A store fed with what the streams make of random events of every kind."""

    def __init__(self, feeder: Feeder) -> None:
        self.feeder, self.tally, self.chance = feeder, Tally(0, Context(1)), Random(7)
        self.events = 0
        self.licensed: set[tuple[str, str]] = set()

    def happens(self, number: int) -> None:
        """So many more events for each figure, counted in every figure that reads them."""
        made: list[Contribution] = []
        for indicator in INDICATORS:
            for _ in range(number):
                self.events += 1
                found, sighting = happening(self.chance, indicator.reads, f"event:{self.events}", 1)
                if self.is_new(found):
                    made += spread(found, [sighting])
        records = [Incoming(CONTRIBUTION.name, 0, n, b"", encode(one), (), 0) for n, one in enumerate(made)]
        outputs = self.tally.apply(records)
        points = [load(Point, one.value or b"") for one in outputs if one.topic in FIGURES]
        self.told = (*made, *points)
        self.feeder.feed(*self.told)

    def is_rebuilt(self) -> None:
        """Everything is said again in a new generation, whose revisions are higher."""
        self.feeder.feed(*(revised(one, revision=one.revision + GENERATION) for one in self.told))

    def is_new(self, found: Event | Listing) -> bool:
        """One patent under one recordal number is one event; as two it could count in two months of two figures."""
        if found.kind != Licence.name or not found.statement.recordal_number:
            return True
        key = found.subject, found.statement.recordal_number
        is_new = key not in self.licensed
        self.licensed.add(key)
        return is_new


@pytest.fixture
def province(feeder: Feeder) -> Province:
    found = Province(feeder)
    found.happens(12)
    return found


def test_every_published_cell_is_recounted_and_every_identity_holds(db: Database, province: Province) -> None:
    with db.snapshot() as snapshot:
        found = check(snapshot)
    assert (found.is_sound, found.differences, found.broken, found.unchecked) == (True, (), (), ())
    assert found.cells > 500
    assert found.explained == found.cells


def test_a_cell_that_its_explanation_does_not_add_up_to_is_named(db: Database, province: Province) -> None:
    """The value is right; of what stands behind it a contribution was lost."""
    with db.transaction() as snapshot:
        lied = "update point set value = jsonb_set(value, '{contributions}', '99') where id = 'transfers:area=430000:2025-03'"
        snapshot.execute(lied)
    with db.snapshot() as snapshot:
        found = check(snapshot, "2025-03")
    (one,) = found.differences
    value = one.published.split()[0]
    assert (one.published, one.recounted) == (f"{value} (99 contributions)", f"{value} ({value} contributions)")
    assert (one.cell, found.explained) == ("transfers:430000:period:2025-03", found.cells - 1)


def test_a_wrong_cell_a_missing_and_an_invented_one_are_named_and_stop_the_release(
    db: Database, province: Province
) -> None:
    with db.snapshot() as snapshot:
        cell = next(one for one in cells_of(snapshot, "2025-03", 1 << 40) if one.key[:3] == ("transfers", "430000", ""))
    key = "transfers:area=430000:2025-03"
    for damage, published in (
        ("update point set value = jsonb_set(value, '{value}', '\"999\"') where id = %(id)s", "999"),
        ("delete from point where id = %(id)s", "0"),
    ):
        with db.transaction() as snapshot:
            snapshot.execute(damage, {"id": key})
        with db.snapshot() as snapshot:
            found = check(snapshot, "2025-03").differences
        assert [one._replace(contribution="") for one in found] == [
            Difference("transfers:430000:period:2025-03", published, cell.value, "")
        ]
        assert found[0].contribution.startswith("transfers|")
        with pytest.raises(Refused, match="transfers:430000:period:2025-03") as refused:
            make(db, "2025-03", OFFICE, "", NOW)
        assert refused.value.code == "T5702"
    with db.snapshot() as snapshot:
        assert listed(snapshot) == []


def test_a_cell_whose_point_is_under_way_is_looked_at_again_and_one_that_stays_wrong_is_told(
    db: Database, province: Province
) -> None:
    """Two points lag behind their contributions; one of them arrives between two looks."""
    ids = ["transfers:area=430000:2025-03", "transfers:area=430100:2025-03"]

    def put(id: str, value: object) -> None:
        with db.transaction() as snapshot:
            snapshot.execute(
                "update point set value = jsonb_set(value, '{value}', %(value)s) where id = %(id)s",
                {"id": id, "value": Jsonb(value)},
            )

    with db.snapshot() as snapshot:
        right = snapshot.fetch("select value->>'value' as value from point where id = %(id)s", {"id": ids[0]})[0]
    for id in ids:
        put(id, "999")
    looks: list[float] = []

    def wait(seconds: float) -> None:
        looks.append(seconds)
        put(ids[0], right["value"])

    found = check_running(db, "2025-03", seconds=3, clock=lambda: float(len(looks)), wait=wait)
    assert looks == [1.0, 1.0, 1.0]
    assert [one.cell for one in found.differences] == ["transfers:430100:period:2025-03"]


def test_what_was_signed_stays_and_a_late_record_makes_a_second_release_that_says_why(
    db: Database, province: Province
) -> None:
    first = make(db, "2025-03", OFFICE, "", NOW)
    with db.snapshot() as snapshot:
        signed = reproduce(snapshot, first)
    assert (first.id, first.replaces, first.causes, first.signed_by) == ("2025-03.1", None, {}, OFFICE)
    assert first.cells == signed.count(b"\r\n") - 1
    with pytest.raises(Refused) as refused:
        make(db, "2025-03", OFFICE, "", NOW)
    assert refused.value.code == "T5704"

    province.happens(6)
    with pytest.raises(Refused) as refused:
        make(db, "2025-03", OFFICE, "", NOW)
    assert refused.value.code == "T5703"
    second = make(db, "2025-03", OFFICE, "迟到的登记记录", NOW)
    assert (second.id, second.replaces, second.because) == ("2025-03.2", "2025-03.1", "迟到的登记记录")
    province.happens(3)
    with db.snapshot() as snapshot:
        assert reproduce(snapshot, named(snapshot, "2025-03.1")) == signed
        assert reproduce(snapshot, second) != signed
        found = differing(snapshot, first, second)
        assert [one.id for one in listed(snapshot)] == ["2025-03.2", "2025-03.1"]
    assert sum(second.causes.values()) == len(found) > 0
    assert {one.cause for one in found} <= set(second.causes)
    assert all(isinstance(one, Change) and one.was != one.now for one in found)


def test_a_release_is_the_same_bytes_after_a_rebuild_and_nothing_differs_from_it(
    db: Database, province: Province
) -> None:
    release = make(db, "2025-03", OFFICE, "", NOW)
    with db.snapshot() as snapshot:
        signed = reproduce(snapshot, release)
    province.is_rebuilt()
    with db.snapshot() as snapshot:
        assert reproduce(snapshot, named(snapshot, release.id)) == signed
        newest = int(snapshot.rows("newest_change")[0]["sequence"])
        assert newest > release.sequence, "the rebuild said nothing"
    with pytest.raises(Refused) as refused:
        make(db, "2025-03", OFFICE, "", NOW)
    assert refused.value.code == "T5704"


def test_an_identity_that_does_not_hold_stops_the_release_and_names_what_stands_behind(
    db: Database, province: Province
) -> None:
    """More patents are transferred in a prefecture than there are transfers."""
    with db.transaction() as snapshot:
        snapshot.execute(
            "update point set value = jsonb_set(value, '{value}', '\"99999\"')"
            " where id = 'transferred_patents:area=430100:2025-03'"
        )
    with db.snapshot() as snapshot:
        broken = check(snapshot, "2025-03").broken
    assert [(one.identity, one.cell) for one in broken] == [
        ("transferred_patents_within_transfers", "transferred_patents:430100:period:2025-03")
    ]
    assert broken[0].contribution.startswith("transferred_patents|")
    with pytest.raises(Refused) as refused:
        make(db, "2025-03", OFFICE, "", NOW)
    assert refused.value.code == "T5702"


def test_the_year_so_far_of_a_month_is_the_sum_of_its_months_where_keys_count_once(
    db: Database, province: Province
) -> None:
    with db.snapshot() as snapshot:
        march, april = (cells_of(snapshot, period, 1 << 40) for period in ("2025-03", "2025-04"))
    once = {one.id for one in INDICATORS if one.counting is Counting.ONCE}
    months: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for cell in (*march, *april):
        if cell.accumulation == "period" and cell.indicator in once:
            months[cell.key[:4]] += Decimal(cell.value)
    so_far = {cell.key[:4]: Decimal(cell.value) for cell in april if cell.accumulation == "ytd"}
    assert {key: value for key, value in months.items() if value} == {
        key: value for key, value in so_far.items() if key[0] in once and value
    }
    assert len(months) > 50


def test_a_revision_that_was_changed_afterwards_is_found(db: Database, province: Province) -> None:
    release = make(db, "2025-03", OFFICE, "", NOW)
    with db.transaction() as snapshot:
        snapshot.execute(
            "update point_revision set value = jsonb_set(value, '{value}', '\"999\"') where id = %(id)s",
            {"id": "transfers:area=430000:2025-03"},
        )
    with db.snapshot() as snapshot, pytest.raises(Refused) as refused:
        reproduce(snapshot, release)
    assert refused.value.code == "T5705"


def test_contributions_that_are_not_those_that_were_signed_are_named_by_figure(
    db: Database, province: Province
) -> None:
    """The table is the same: what was counted has another revision than the manifest says."""
    release = make(db, "2025-03", OFFICE, "", NOW)
    assert release.inputs.keys() == {one.indicator for one in province.told if isinstance(one, Contribution)}
    newest = {one.key: one for one in province.told if isinstance(one, Contribution) and one.indicator == "pledges"}
    lines = "".join(f"{key} {newest[key].revision}\n" for key in sorted(newest, key=str.encode))
    assert release.inputs["pledges"] == Inputs(contributions=len(newest), sha256=sha256(lines.encode()))
    with db.transaction() as snapshot:
        snapshot.execute(
            "update contribution_revision set revision = revision + 1000 where sequence ="
            " (select max(sequence) from contribution_revision where value->>'indicator' = 'pledges')"
        )
    with db.snapshot() as snapshot, pytest.raises(Refused, match="other contributions behind pledges ·") as refused:
        reproduce(snapshot, release)
    assert refused.value.code == "T5705"


def test_a_release_has_the_derived_figures_that_follow_from_its_cells(db: Database, province: Province) -> None:
    with db.snapshot() as snapshot:
        cells = {cell.key: cell for cell in cells_of(snapshot, "2025-03", 1 << 40)}
    pledges = [cells["pledges", "430000", *cut, "period", "2025-03"] for cut in (("loan_band", "le_10m"), ("", ""))]
    few, all_ = (Decimal(cell.value) for cell in pledges)
    share = cells["inclusive_loan_share", "430000", "", "", "period", "2025-03"]
    assert (share.value, share.unit, share.flags) == (
        str((few * 100 / all_).quantize(Decimal("0.1"), "ROUND_HALF_UP")),
        "%",
        "derived",
    )
    assert share.contributions == sum(cell.contributions for cell in pledges)
    derived = [cell for cell in cells.values() if cell.flags == "derived"]
    assert {cell.indicator for cell in derived} == {
        "inclusive_loan_share",
        "patent_contract_share",
    }  # nothing flows here
    assert {cell.accumulation for cell in derived} == {"period", "ytd"}


def test_a_release_of_the_first_format_is_made_again_and_is_no_reason_for_another(
    db: Database, province: Province
) -> None:
    """It has no derived figures and no digests of what it was counted from."""
    release = make(db, "2025-03", OFFICE, "", NOW)
    with db.transaction() as snapshot:
        table = written(in_form(cells_of(snapshot, "2025-03", release.sequence), 1))
        first = release.model_dump(mode="json", exclude={"inputs", "identities", "recounted"})
        first |= {"format": 1, "cells": table.count(b"\r\n") - 1, "sha256": sha256(table)}
        snapshot.execute("update release set manifest = %(manifest)s", {"manifest": Jsonb(first)})
    with db.snapshot() as snapshot:
        signed = named(snapshot, release.id)
        assert (signed.format, signed.inputs, reproduce(snapshot, signed)) == (1, {}, table)
    assert b"derived" not in table
    with pytest.raises(Refused) as refused:
        make(db, "2025-03", OFFICE, "again", NOW)
    assert refused.value.code == "T5704"
    province.happens(6)
    second = make(db, "2025-03", OFFICE, "late", NOW)
    with db.snapshot() as snapshot:
        found = differing(snapshot, signed, second)
    assert found
    assert not any(one.cell.startswith(tuple(each.id for each in DERIVED)) for one in found)


def test_a_rule_that_changed_since_is_named_when_a_release_cannot_be_made_again(
    db: Database, province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = make(db, "2025-03", OFFICE, "", NOW)
    today = {name: replace(each, version=2) if name == "licences" else each for name, each in BY_ID.items()}
    monkeypatch.setattr("sinks.figures.release.BY_ID", today)
    monkeypatch.setattr("sinks.figures.release.INDICATORS", tuple(today.values()))
    with db.snapshot() as snapshot, pytest.raises(Refused, match="; licences are counted by another rule") as refused:
        reproduce(snapshot, release)
    assert refused.value.next_step == f"make it again with version {release.hub} of the hub"


@pytest.mark.parametrize("period", ["2025-05", "2025", "2025-06", "2025-13", "current", "", "2025-3"])
def test_a_period_that_is_not_over_or_no_period_is_not_signed(db: Database, period: str) -> None:
    with pytest.raises(Refused) as refused:
        make(db, period, OFFICE, "", NOW)
    assert refused.value.code == "T5701"


def test_a_period_without_figures_is_not_signed(db: Database) -> None:
    with pytest.raises(NotFound):
        make(db, "2025-03", OFFICE, "", NOW)


@pytest.fixture
def tongda(read_model: str, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    surroundings = {**os.environ, "TONGDA_DATABASE": read_model, "TONGDA_HOME": str(tmp_path), "TONGDA_LANG": "en"}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*TONGDA, "figures", *words], env=surroundings, capture_output=True, text=True, check=False
        )

    return run


def test_an_operator_checks_signs_compares_and_reproduces(
    tongda: Callable[..., subprocess.CompletedProcess[str]], province: Province, tmp_path: Path
) -> None:
    assert json.loads(tongda("check", "--format", "json").stdout)["differences"] == []
    assert tongda("release", "2025-03", "--signed-by", OFFICE).stdout.startswith("2025-03.1  ")
    province.happens(6)
    assert tongda("release", "2025-03", "--signed-by", OFFICE, "--because", "late").stdout.startswith("2025-03.2  ")
    assert [one["id"] for one in json.loads(tongda("list", "--format", "json").stdout)] == ["2025-03.2", "2025-03.1"]
    manifest = json.loads(tongda("manifest", "2025-03.2").stdout)
    assert len(json.loads(tongda("diff", "2025-03.1", "2025-03.2", "--format", "json").stdout)) == sum(
        manifest["causes"].values()
    )
    done = tongda("reproduce", "2025-03.1", "--into", str(tmp_path / "march.csv"))
    assert (done.returncode, "as signed" in done.stdout) == (0, True)
    assert (tmp_path / "march.csv").read_bytes().startswith(b"indicator,area,dimension,category,")
    refused = tongda("release", "2099-01", "--signed-by", OFFICE)
    assert (refused.returncode, "T5701" in refused.stderr) == (Exit.REFUSED, True)
    assert tongda("manifest", "2001-01.1").returncode == Exit.NOT_FOUND
