"""No public topic carries a natural person: neither the name nor the key under which statements of one person meet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from schemas.fields.party import name_key, read_party
from schemas.records.listing import organisation_id
from schemas.topics import DEMAND, EVENTS, STATISTICS, SUPPLY
from schemas.wire import decode
from tests.examples import FIRM, P, a_demand, a_legal_status, a_supply, a_transfer, seen
from tests.hub import Hub
from tests.streams.test_normalise import Normaliser, announcement

PERSON, OTHER = "张某某", "欧阳某某"
KEYS = tuple(read_party(name).key for name in (PERSON, OTHER))
PUBLIC = frozenset(
    {*(topic.name for topic in EVENTS.values()), SUPPLY.name, DEMAND.name, *(topic.name for topic in STATISTICS)}
)


def published(hub: Hub) -> list[bytes]:
    """Everything that ever went out to subscribers, keys and headers too."""
    return [
        b" ".join((output.key, output.value or b"", *(value for _, value in output.headers)))
        for output in hub.history
        if output.topic in PUBLIC
    ]


def of_gazette(text: str, day: str) -> list[dict[str, Any]]:
    return Normaliser().sightings("cnipa_gazette", "transfers", announcement(text, day, P))


STORIES: dict[str, Any] = {
    "a person sells": lambda: of_gazette(
        f"专利权的转移\n登记生效日:20250402\n变更前专利权人:{PERSON}\n变更前地址:410000 湖南省长沙市\n变更后专利权人:{FIRM}",
        "2025.04.15",
    ),
    "a person buys, and two sources name two persons": lambda: [
        a_transfer(P, takers=(PERSON,)),
        a_transfer(P, takers=(OTHER,), record="vendor|t|1"),
    ],
    "a noticed sale to a person is recorded": lambda: [
        a_transfer(P, takers=(PERSON,), phase="noticed", signed_on="2025-03-01"),
        a_transfer(P, takers=(PERSON,)),
    ],
    "a person holds, offers and withdraws": lambda: [
        a_legal_status(P, "granted", "2025-01-07", holder=PERSON),
        a_supply(owner=PERSON),
        seen("supply", "open", f"patent:{P}", a_supply()["id"], sequence=2, absent=True),
    ],
    "a person wants": lambda: [a_demand(owner=PERSON)],
    "a person evaluates, and the record is named after him": lambda: Normaliser().sightings(
        "cn_patent_navigation",
        "evaluations",
        {"专利号": P, "企业名称": PERSON, "评价日期": "2025-04-02", "产业化前景": "高"},
        record=f"{P}/{PERSON}/2025-04-02",
    ),
    "a person's name changes": lambda: of_gazette(
        f"专利权人的姓名或者名称的变更\n变更前专利权人:{PERSON}\n变更后专利权人:{OTHER}", "2025.04.15"
    ),
}


@pytest.mark.parametrize("story", STORIES)
def test_neither_name_nor_key_of_a_person_leaves(story: str) -> None:
    sightings = STORIES[story]()
    out = published(Hub().sight(sightings))
    assert out
    for text in out:
        for secret in (PERSON, OTHER, *KEYS, *(key.removeprefix("person:") for key in KEYS)):
            assert secret.encode() not in text, text.decode()


def test_a_person_stays_in_the_statement_by_the_masked_name_and_an_organisation_keeps_its_key() -> None:
    (event,) = Hub().sight([a_transfer(P, takers=(PERSON, FIRM))]).current("transfer").values()
    assert event["statement"]["transferee"][0] == {"name": "张*", "party_type": "individual"}
    assert event["statement"]["transferee"][1]["key"] == FIRM


def parties(part: Any) -> Iterator[dict[str, Any]]:
    """Every party that stands anywhere in a plain value."""
    if isinstance(part, dict):
        if "party_type" in part and "name" in part:
            yield part
        part = list(part.values())
    for each in part if isinstance(part, list) else ():
        yield from parties(each)


def test_every_organisation_leaves_with_its_id_and_no_person_has_one() -> None:
    told = []
    for story in STORIES.values():
        hub = Hub().sight([*story(), a_transfer(P, record="vendor|x|1"), a_demand(owner=FIRM)])
        values = [decode(output.value or b"null") for output in hub.history if output.topic in PUBLIC]
        told += [party for value in values for party in parties(value)]
    assert all("*" in name for name in {each["name"] for each in told if not each.get("organisation_id")})
    named = {each["organisation_id"]: each["name"] for each in told if each.get("organisation_id")}
    assert {id: organisation_id(name_key(name)) for id, name in named.items()} == {id: id for id in named}
    assert FIRM in named.values()


def test_inside_two_statements_of_one_person_still_meet() -> None:
    noticed, recorded = STORIES["a noticed sale to a person is recorded"]()
    hub = Hub().sight([noticed, recorded])
    assert len(hub.current("transfer")) == 1
    assert KEYS[0].encode() in b" ".join(
        output.value or b"" for output in hub.history if output.topic == "tongda.fold-state"
    )
