"""The ceilings of inclusive loans are dated: a new one changes the series from its day on, and says so to people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.sandbox.oracle.events import Event as ExpectedEvent
from ops.sandbox.oracle.figure_rules import small_loan
from ops.settings import ROOT
from ops.sources import read_yaml
from schemas import codes
from schemas.fields.amount import UNITS
from schemas.fields.money import Money
from schemas.figures import BY_ID
from schemas.figures.loans import Ceiling, ceilings_in, is_inclusive
from schemas.kinds.pledge import Pledge
from schemas.records.event import EVENTS, Event
from schemas.topics import CONTRIBUTION
from tests.examples import A, a_pledge
from tests.examples_count import examples
from tests.hub import Hub
from tests.streams.defined import defined

SERIES = "inclusive_loan_enterprises"
TABLE = codes.rows("loan_ceilings")
ALL = [row["series"] for row in TABLE]
DAYS = [f"2025-{month:02d}-{day:02d}" for month in (2, 3, 4) for day in (1, 14, 15, 16, 28)]
WAN = st.integers(1, 40).map(lambda number: number * 100)  # 100万元 … 4000万元, with every tie


def counted(loans: Sequence[tuple[str, int]], steps: Sequence[Ceiling]) -> tuple[set[tuple[str, str]], dict[str, str]]:
    """What counts, and the province's months, when these are the ceilings; each loan is a firm's and a patent's own."""
    told = [
        a_pledge(
            f"20211{number:07d}.0", f"Y{number}", on=day, pledgor=f"长沙样例{number}号有限公司", secured=wan * 10_000
        )
        for number, (day, wan) in enumerate(loans)
    ]
    dated = replace(BY_ID[SERIES], condition=lambda event: is_inclusive(event, tuple(steps)))
    with defined(dated):
        hub = Hub().sight(told)
    made = [one for one in hub.values(CONTRIBUTION.name).values() if one["indicator"] == SERIES and one["live"]]
    months = {day[:7] for day in DAYS}
    return (
        {(one["distinct"], one["occurred_on"]) for one in made},
        {month: hub.figure(f"{SERIES}:area=430000:{month}") for month in months},
    )


@settings(max_examples=examples(40), deadline=None)
@given(
    loans=st.lists(st.tuples(st.sampled_from(DAYS), WAN), min_size=1, max_size=8),
    since=st.sampled_from(DAYS),
    ceiling=WAN,
)
def test_a_dated_ceiling_changes_the_series_only_from_its_date(
    loans: list[tuple[str, int]], since: str, ceiling: int
) -> None:
    old = [Ceiling("1985-04-01", 1000 * UNITS["万元"])]
    new = Ceiling(since, ceiling * UNITS["万元"])
    before, months_before = counted(loans, old)
    after, months_after = counted(loans, (new, *old))
    assert len(before) == sum(wan <= 1000 for _, wan in loans)
    from_the_start, months_anew = counted(loans, [Ceiling("1985-04-01", new.fen)])
    assert {one for one in after if one[1] < since} == {one for one in before if one[1] < since}
    assert {one for one in after if one[1] >= since} == {one for one in from_the_start if one[1] >= since}
    for month, value in months_after.items():
        if month < since[:7]:
            assert value == months_before[month]
        if month > since[:7]:
            assert value == months_anew[month]


@settings(max_examples=examples(60), deadline=None)
@given(
    rows=st.lists(st.tuples(st.sampled_from(DAYS), WAN), max_size=4, unique_by=lambda row: row[0]),
    day=st.sampled_from([*DAYS, "2025-03", "2025"]),
    wan=st.none() | WAN,
)
def test_the_hub_and_the_oracle_read_any_table_alike(rows: list[tuple[str, int]], day: str, wan: int | None) -> None:
    """Each by code of its own: what counts by one counts by the other."""
    table = tuple({"series": SERIES, "from": since, "ceiling": f"{ceiling}万元"} for since, ceiling in rows)
    fen = None if wan is None else wan * UNITS["万元"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codes, "rows", lambda name: table)
        oracle = small_loan(SERIES)
    fact = {"registered_on": day} | ({} if fen is None else {"secured_amount": fen})
    expected = oracle(ExpectedEvent("pledge:1", "pledge", "patent:1", "registered", day, fact))
    assert is_inclusive(pledge(day, fen), ceilings_in(table, SERIES)) == expected


def pledge(day: str, fen: int | None) -> Event:
    """A pledge registered that day that secures so much."""
    statement = Pledge(patents=(A,), registered_on=day, secured_amount=None if fen is None else Money.of(fen))
    return EVENTS["pledge"](
        id="pledge:1",
        subject=f"patent:{A}",
        revision=1,
        state="current",
        phase="registered",
        occurred_on=day,
        statement=statement,
        sources=(),
        disagreements=(),
        received_at="2026-01-01T00:00:00+08:00",
        synthetic=False,
    )


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row['series']} {row['from']}")
def test_every_ceiling_is_a_figure_s_and_is_told_to_people(row: dict[str, str]) -> None:
    """Whoever adds a row finds here which words must say it."""
    indicator, ceiling = BY_ID[row["series"]], row["ceiling"]
    assert indicator.version == ALL.count(row["series"])
    assert ceiling in indicator.definition.zh
    assert f"¥{int(ceiling.removesuffix('万元')) // 100} million" in indicator.definition.en
    plans = [read_yaml(file) for file in sorted((ROOT / "ops/targets").glob("*.yml"))]
    told = [
        text
        for plan in plans
        for goal in plan["targets"]
        for measured, text in (
            (goal.get("indicator"), goal.get("default", "")),
            *((other.get("indicator"), other["label"]) for other in goal.get("readings", ())),
        )
        if measured == row["series"]
    ]
    assert any(ceiling in text for text in told)
