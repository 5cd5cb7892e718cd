"""Former names: deals meet across a rename that the register announced of the same patent; nobody else's, and no person's."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from tests.examples import FIRM, A, B, a_legal_status, a_transfer
from tests.hub import Hub
from tests.streams.test_normalise import RECORDS, XUANKAI, Normaliser, announcement

RENAMED = "南京轩凯生物科技股份有限公司"


def record(name: str) -> dict[str, Any]:
    """One of the verbatim announcements as normalise reads it."""
    text, day, *_ = RECORDS[name]
    (seen,) = Normaliser().sightings("cnipa_gazette", "transfers", announcement(text, day))
    return {**seen, "id": f"cnipa_gazette|transfers|{name}"}


def notice(giver: str = XUANKAI, signed_on: str = "2020-11-20", patent: str = A) -> dict[str, Any]:
    return a_transfer(patent, givers=(giver,), takers=(FIRM,), phase="noticed", signed_on=signed_on)


def recorded(giver: str = RENAMED, on: str = "2021-03-04", patent: str = A) -> dict[str, Any]:
    return a_transfer(patent, givers=(giver,), takers=(FIRM,), on=on)


def transfers(*sightings: dict[str, Any]) -> list[dict[str, Any]]:
    return sorted(
        Hub().sight(sightings, 1).current("transfer").values(), key=lambda event: str(event.get("occurred_on"))
    )


def test_a_sale_noticed_under_the_old_name_and_recorded_under_the_new_is_one_event_in_any_order() -> None:
    ids = set()
    for order in permutations([record("B"), record("C"), notice(), recorded()]):
        left, sold = transfers(*order)
        assert [source["phase"] for source in sold["sources"]] == ["recorded", "noticed"]
        assert (sold["statement"]["transferor"][0]["name"], sold["disagreements"]) == (RENAMED, [])
        ids.add((left["id"], sold["id"]))
    assert len(ids) == 1


def test_without_the_rename_they_are_two() -> None:
    assert len(transfers(notice(), recorded())) == 2
    of_another_patent = a_legal_status(B, "holder_renamed", "2020-12-22", renamed_from=[XUANKAI], renamed_to=[RENAMED])
    assert len(transfers(notice(), recorded(), of_another_patent)) == 2


def test_a_rename_that_arrives_last_merges_what_was_published_and_one_that_is_withdrawn_parts_it_again() -> None:
    hub = Hub().sight([notice(), recorded()], 1)
    before = {name: event["revision"] for name, event in hub.current("transfer").items()}
    rename = record("C")
    hub.sight([rename])
    ((name, event),) = hub.current("transfer").items()
    assert event["revision"] > before[name]
    hub.sight(
        [{**{field: value for field, value in rename.items() if field != "statement"}, "sequence": 2, "absent": True}]
    )
    assert len(hub.current("transfer")) == 2
    assert all(event["revision"] > before[name] for name, event in hub.current("transfer").items())


def test_who_bears_the_old_name_after_the_rename_is_somebody_else() -> None:
    assert len(transfers(record("C"), notice(signed_on="2021-02-01"), recorded())) == 2


def test_names_that_change_twice_are_followed() -> None:
    steps = [("甲科技有限公司", "乙科技有限公司", "2020-05-01"), ("乙科技有限公司", "丙科技有限公司", "2020-12-22")]
    named = [a_legal_status(A, "holder_renamed", day, renamed_from=[old], renamed_to=[new]) for old, new, day in steps]
    assert len(transfers(*named, notice("甲科技有限公司", "2020-04-20"), recorded("丙科技有限公司", "2021-01-05"))) == 1
    assert len(transfers(*named, notice("丙科技有限公司", "2020-12-01"), recorded("乙科技有限公司", "2020-12-10"))) == 1


@pytest.mark.parametrize(
    ("before", "after", "day"),
    [
        ([XUANKAI, "乙科技有限公司"], [RENAMED], "2020-12-22"),
        ([XUANKAI], [RENAMED, "乙科技有限公司"], "2020-12-22"),
        (["张*"], ["李*"], "2020-12-22"),
        ([XUANKAI], [RENAMED], None),
    ],
)
def test_two_names_out_or_in_a_person_or_no_day_is_no_rename(
    before: list[str], after: list[str], day: str | None
) -> None:
    rename = a_legal_status(A, "holder_renamed", day or "", renamed_from=before, renamed_to=after)
    if day is None:
        del rename["statement"]["announced_on"]
    one, other = (XUANKAI, RENAMED) if XUANKAI in before else ("张某某", "李某某")
    assert len(transfers(rename, notice(one), recorded(other))) == 2
