"""A small case with its full table of figures, cell for cell (docs/figures.md#counting-rules)."""

from __future__ import annotations

import pytest

from tests.examples import worked_example
from tests.hub import Hub

CHANGSHA = "area=430100"
EXPECTED = {
    f"pledges:{CHANGSHA}:2025-03": "1",
    f"pledges:{CHANGSHA}:2025-04": "1",
    f"pledges:{CHANGSHA}:2025": "2",
    f"pledge_financing:{CHANGSHA}:2025-03": "5000000.00",
    f"pledge_financing:{CHANGSHA}:2025-04": "3000000.00",
    f"pledge_financing:{CHANGSHA}:2025": "8000000.00",
    f"pledged_patents:{CHANGSHA}:2025-03": "3",
    f"pledged_patents:{CHANGSHA}:2025-04": "1",
    f"pledged_patents:{CHANGSHA}:2025": "4",
    f"pledge_enterprises:{CHANGSHA}:2025-03": "1",
    f"pledge_enterprises:{CHANGSHA}:2025-04": "1",
    f"pledge_enterprises:{CHANGSHA}:2025": "1",
    f"inclusive_loan_enterprises:{CHANGSHA}:2025-03": "1",
    f"inclusive_loan_enterprises:{CHANGSHA}:2025": "1",
    f"pledge_releases:{CHANGSHA}:2025-05": "0",
    f"pledge_releases:{CHANGSHA}:2025-06": "1",
    f"transfers:{CHANGSHA}:2025-03": "0",
    f"transfers:{CHANGSHA}:2025-04": "2",
    "transfers:area=430000:2025": "2",
    f"university_to_sme_deals:{CHANGSHA}:2025-04": "2",
    f"university_to_sme_transfers:{CHANGSHA}:2025-04": "2",
    f"transferred_patents:{CHANGSHA}:2025-04": "2",
    f"contracts:{CHANGSHA}:2025-04": "1",
    f"patent_contract_value:{CHANGSHA}:2025-04": "200000.00",
}
OUTSTANDING = ("pledges_outstanding", "pledged_patents_outstanding", "pledge_financing_outstanding")


@pytest.mark.parametrize("batch", [1, 3, 1000])
def test_the_worked_example_gives_its_table(batch: int) -> None:
    hub = Hub().sight(worked_example(), batch)
    assert {key: hub.figure(key) for key in EXPECTED} == EXPECTED


def test_the_worked_example_backwards_gives_the_same_table() -> None:
    hub = Hub().sight(reversed(worked_example()), 2)
    assert {key: hub.figure(key) for key in EXPECTED} == EXPECTED


@pytest.mark.parametrize(
    ("until", "items", "patents", "amount"),
    [
        ("2025-04-30", "2", "4", "8000000.00"),
        ("2025-05-31", "2", "3", "8000000.00"),
        ("2025-06-30", "1", "2", "5000000.00"),
    ],
)
def test_what_is_under_pledge_follows_each_release_and_the_amount_stays_whole_until_the_last(
    until: str, items: str, patents: str, amount: str
) -> None:
    known = (one for one in worked_example() if (one["statement"].get("released_on") or "") <= until)
    hub = Hub().sight(known, 3)
    assert [hub.figure(f"{name}:{CHANGSHA}:current") for name in OUTSTANDING] == [items, patents, amount]
    by_collateral = "pledge_financing_outstanding:area=430000;collateral=patent:current"
    assert hub.figure(by_collateral) == amount
