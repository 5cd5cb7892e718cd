"""The platforms stand under the clauses of the province's plan that ask for them."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from ops.settings import ROOT
from ops.sources import load_sources
from sinks.portal.show.clauses import by_clause, clause_word
from tests.sinks.conftest import Feeder, Portal
from tests.sinks.portal.examples import a_status

BESIDE_THE_PLAN = {"company_registry", "hub_desk"}


@pytest.mark.parametrize(
    ("clause", "zh", "en"),
    [
        ("1", "第一部分", "part 1"),
        ("2(4)1", "第二部分（四）1", "part 2 (4) 1"),
        ("3(2)", "第三部分（二）", "part 3 (2)"),
    ],
)
def test_a_clause_is_named_as_the_plan_numbers_it(clause: str, zh: str, en: str) -> None:
    assert (clause_word(clause, "zh"), clause_word(clause, "en")) == (zh, en)


def test_every_platform_names_its_clauses_but_those_that_the_plan_does_not_name() -> None:
    loaded = load_sources(ROOT / "connectors/sources")
    assert {id for id, source in loaded.items() if not source.plan} == BESIDE_THE_PLAN


def test_a_clause_that_no_plan_could_have_is_refused() -> None:
    source = load_sources(ROOT / "connectors/sources")["hn_ip_service"]
    with pytest.raises(ValidationError, match="plan"):
        type(source).model_validate({**source.model_dump(by_alias=True), "plan": ["(四)1"]})


def test_a_platform_stands_under_each_of_its_clauses_with_what_it_delivers_and_its_worst_state() -> None:
    late, well = "2025-06-10T09:00:00+08:00", "2025-06-11T09:00:00+08:00"
    feeds = [
        a_status(source="b", feed="1", kind="supply", plan=("2(4)1", "2(1)4"), last_complete_at=well),
        a_status(source="b", feed="2", kind="demand", plan=("2(4)1", "2(1)4"), last_complete_at=late, state="blocked"),
        a_status(source="a", feed="1", kind="supply", plan=(), last_complete_at=None, state="waiting"),
    ]
    found = by_clause(feeds)
    assert [clause for clause, _ in found] == ["2(1)4", "2(4)1", ""]
    (of_b,), (again,), (of_a,) = (platforms for _, platforms in found)
    assert of_b == again
    assert (of_b.kinds, of_b.state, of_b.read_at) == (("supply", "demand"), "blocked", late)
    assert (of_a.state, of_a.read_at) == ("waiting", None)


def test_the_page_of_sources_begins_with_the_clauses(portal: Portal, feeder: Feeder) -> None:
    feeder.feed(a_status(plan=("2(4)1",)))
    told = portal.get("/sources").text
    assert 0 < told.index("第二部分（四）1") < told.index(f'id="{a_status().source}"')
    assert "part 2 (4) 1" in portal.get("/en/sources").text
