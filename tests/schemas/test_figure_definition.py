"""The entry of a figure that cannot count is refused when it is defined, with what is accepted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from schemas.errors import Misconfigured
from schemas.figures import BY_ID, INDICATORS
from schemas.figures.definition import by_id
from schemas.figures.dimensions import AREA, RIGHT_TYPE
from schemas.figures.distinct import numbered
from schemas.figures.indicator import Counting, Indicator, Reads
from schemas.kinds.pledge import Pledge
from schemas.kinds.supply import Supply

MONEY = BY_ID["pledge_financing"]


def refusal(*entries: Indicator) -> str:
    with pytest.raises(Misconfigured) as caught:
        by_id(entries)
    assert (caught.value.code, caught.value.next_step) == ("T3017", "correct its entry in schemas/figures/")
    return caught.value.message.partition(" · ")[0]


def test_the_figures_are_accepted_in_their_order() -> None:
    assert list(by_id(INDICATORS)) == [indicator.id for indicator in INDICATORS]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"id": "A b"}, "id: 'A b' is no id; write small letters, digits and underscores, as insured_patents"),
        ({"label": "质押"}, 'label: write Term("中文", "English")'),
        ({"definition": ""}, 'definition: write Term("中文", "English")'),
        (
            {"secrecy": "secret"},
            "secrecy: 'secret' is no secrecy; accepted: public, shared, internal, sensitive",
        ),
        (
            {"revision_class": "R5"},
            "revision_class: 'R5' is no revision_class; accepted: R1, R2, R3, R4",
        ),
        ({"reads": ()}, 'reads: is empty; write (Reads(Transfer, ("recorded",)),)'),
        (
            {"reads": (Reads(Pledge, ("registerd",)),)},
            "reads: 'registerd' is no phase of pledge; accepted: registered, changed, released; did you mean registered?",
        ),
        (
            {"reads": (Reads(Pledge, ()),)},
            "reads: names no phase of pledge; accepted: registered, changed, released",
        ),
        (
            {"reads": (Reads(Pledge, "registered"),)},  # type: ignore[arg-type]
            "reads: 'registered' is one text; write Reads(Pledge, (\"registered\",))",
        ),
        ({"amount": None}, "unit: a figure of money names the field of its amount, and no other figure does"),
        (
            {"amount": "secured_amuont"},
            "amount: 'secured_amuont' is no field of pledge that fits; accepted: secured_amount, loan_amount, assessed_value, compensated_amount; "
            "did you mean secured_amount?",
        ),
        (
            {"dimensions": (AREA,)},
            "dimensions: every figure has the area without naming it",
        ),
        ({"dimensions": (RIGHT_TYPE, RIGHT_TYPE)}, "dimensions: one of right_type, right_type stands twice"),
    ],
)
def test_an_entry_that_cannot_count_is_refused_with_what_is_accepted(changes: dict[str, Any], complaint: str) -> None:
    wrong = replace(MONEY, **changes)
    assert refusal(wrong) == f"figure {wrong.id}: {complaint}"


@pytest.mark.parametrize(
    ("changes", "begins"),
    [
        ({"day": "patents"}, "day: 'patents' is no field of pledge that fits; accepted: "),
        (
            {"distinct": numbered("registration_numbr")},
            "distinct: 'registration_numbr' is no field of pledge that fits",
        ),
    ],
)
def test_a_day_and_an_official_number_are_fields_of_the_kind(changes: dict[str, Any], begins: str) -> None:
    assert refusal(replace(MONEY, **changes)).startswith(f"figure {MONEY.id}: {begins}")


def test_what_is_on_offer_counts_now_alone() -> None:
    offers = replace(
        BY_ID["supply_listings"], reads=(Reads(Supply, ("listed",)),), counting=Counting.ONCE, dimensions=()
    )
    assert "counting: supply is on offer now, or not; write Counting.STOCK" in refusal(offers)


def test_an_id_stands_once() -> None:
    told = f"figure {MONEY.id}: id: '{MONEY.id}' is the id of an entry before it; write another one"
    assert refusal(MONEY, MONEY) == told
