"""A figure is one number (docs/figures.md#identities): on its topic, on the page, in the API and in the metric."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

import pytest

from ops.telemetry import Sample, read_samples
from schemas import topics
from schemas.fields.date import CHINA
from schemas.wire import encode
from sinks.figures import vintages
from sinks.portal.show.numbers import rounded
from sinks.store.database import Database
from tests.examples import FIRM, SME, UNIVERSITY, A, B, C, D, P, a_contract, a_party_status, a_pledge, a_transfer, party
from tests.hub import Hub
from tests.sinks.conftest import Feeder, Portal

VALUE, GOAL = "tongda_target_value", "tongda_target_goal"
RATIOS = {"progress": "tongda_target_progress_ratio", "elapsed": "tongda_target_elapsed_ratio"}
SERIES = (VALUE, GOAL, *RATIOS.values())
FIRMS = (FIRM, SME, UNIVERSITY)
UNITS = {"元": 1, "万元": 10_000, "亿元": 100_000_000}


@pytest.fixture
def hub(feeder: Feeder, db: Database) -> Hub:
    """Deals of three years through the stages; what they publish is what the store reads. No sum is of fewer than three firms."""
    told = [
        a_party_status(since="2022-01-01"),
        *(a_transfer(patent, on=on) for patent, on in ((A, "2023-05-02"), (B, "2023-06-02"))),
        *(a_transfer(patent, on=on) for patent, on in ((C, "2025-02-03"), (D, "2025-03-04"), (P, "2025-04-05"))),
        *(a_pledge(A, f"Y1{n}", on="2024-03-10", pledgor=firm, secured=1_100_000_000) for n, firm in enumerate(FIRMS)),
        *(a_pledge(P, f"Y2{n}", on="2025-03-10", pledgor=firm, secured=9_123_400) for n, firm in enumerate(FIRMS)),
        *(a_contract(f"N{n}", seller=[party(firm)], value=4_345_678_900) for n, firm in enumerate(FIRMS)),
    ]
    hub = Hub().sight(told)
    for topic in (topics.EVENTS["pledge"], topics.EVENTS["contract"], topics.CONTRIBUTION, *topics.STATISTICS):
        feeder.store.write(
            [feeder.record(topic.name, key, encode(value)) for key, value in hub.values(topic.name).items()]
        )
    with db.transaction() as opened:
        vintages.publish(opened, datetime.now(CHINA))
    return hub


def on_the_topic(hub: Hub) -> dict[str, Decimal]:
    """The goals by hand, from the province's published figures alone."""

    def figure(indicator: str, year: int) -> Decimal:
        return Decimal(hub.figure(f"{indicator}:area=430000:{year}"))

    hundred_million = UNITS["亿元"]
    return {
        "K1": (figure("university_to_sme_deals", 2025) / figure("university_to_sme_deals", 2023) - 1) * 100,
        "K4": figure("patent_contract_value", 2025) / hundred_million,
        "K5": (figure("pledge_financing", 2024) + figure("pledge_financing", 2025)) / hundred_million,
        "K6": figure("inclusive_loan_enterprises", 2025),
    }


def on_the_page(page: str) -> dict[str, Decimal]:
    """The value that each goal's row prints, in the goal's unit."""
    found = {}
    for goal, row in re.findall(r'<tr id="(K\d)">(.*?)</tr>', page, re.S):
        cell = re.search(r'data-label="现值" class="r">([\d,.]+) (\S+?)</td>', row)
        wanted = re.search(r'data-label="目标值">[\d,.]+ (\S+?)</td>', row)
        if cell and wanted:
            scale = Decimal(UNITS.get(cell[2], 1)) / UNITS.get(wanted[1], 1)
            found[goal] = Decimal(cell[1].replace(",", "")) * scale
    return found


def series(samples: tuple[Sample, ...], name: str) -> Mapping[str, float]:
    return {sample.labels["target"]: sample.value for sample in samples if sample.name == name}


def test_a_target_has_one_value_on_the_topic_the_page_the_api_and_the_metric(portal: Portal, hub: Hub) -> None:
    goals = {goal["id"]: goal for goal in portal.get("/api/v1/targets").json()["items"][0]["targets"]}
    answered = {name: Decimal(goal["value"]) for name, goal in goals.items() if goal["value"] is not None}
    samples = read_samples(portal.metrics(), SERIES)
    rounding = Decimal("0.0001")
    assert {name: value.quantize(rounding) for name, value in on_the_topic(hub).items()} == {
        name: value.quantize(rounding) for name, value in answered.items()
    }
    assert on_the_page(portal.get("/targets").text) == {name: rounded(value, 2) for name, value in answered.items()}
    assert series(samples, VALUE) == {name: float(value) for name, value in answered.items()}
    assert series(samples, GOAL) == {name: float(goal["goal"]) for name, goal in goals.items()}
    for field, name in RATIOS.items():
        assert series(samples, name) == {
            goal["id"]: float(goal[field]) for goal in goals.values() if goal[field] is not None
        }
    units = {sample.labels["target"]: sample.labels["unit"] for sample in samples if sample.name == GOAL}
    assert units == {name: goal["unit"] for name, goal in goals.items()}


def test_a_target_that_lost_its_value_has_no_series_of_an_old_one(portal: Portal, hub: Hub, feeder: Feeder) -> None:
    before = read_samples(portal.metrics(), SERIES)
    feeder.store.write(
        [
            feeder.record(topics.CONTRIBUTION.name, key, encode({**one, "revision": 99, "live": False}))
            for key, one in hub.values(topics.CONTRIBUTION.name).items()
            if one["indicator"] == "university_to_sme_deals" and one["occurred_on"].startswith("2023")
        ]
    )
    after = read_samples(portal.metrics(), SERIES)
    for name in (VALUE, RATIOS["progress"]):
        assert series(before, name).keys() - series(after, name).keys() == {"K1"}
    assert series(after, GOAL) == series(before, GOAL)
