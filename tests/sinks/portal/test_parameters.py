"""What an address takes stands in OpenAPI, and what it does not take is refused with a reason, never with a fault."""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import quote

import pytest

from schemas.fields.instant import a_day, an_instant
from schemas.figures import INDICATORS
from schemas.kinds import KINDS
from sinks.portal.search.facets import FACETS
from sinks.portal.web.middleware import NO_CONTROL
from sinks.store.database import Database
from sinks.store.keys import make
from tests.sinks.conftest import Feeder, Portal
from tests.sinks.examples import a_contribution, a_listing, a_point, a_transfer


@pytest.fixture
def document(portal: Portal) -> dict[str, Any]:
    return dict(portal.get("/openapi.json").json())


def parameters(document: dict[str, Any], path: str) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in document["paths"][f"/api/v1{path}"]["get"].get("parameters", ())}


def test_every_parameter_has_a_type_a_bound_and_words_in_both_languages(document: dict[str, Any]) -> None:
    calls = [(path, call) for path, methods in document["paths"].items() for call in methods.values()]
    for path, call in calls:
        for each in call.get("parameters", ()):
            where = f"{path} {each['name']}"
            assert " · " in each["description"] or each["in"] == "header", where
            for schema in each["schema"].get("anyOf", [each["schema"]]):
                assert schema["type"] in ("string", "integer", "array", "boolean", "null"), where
                assert schema["type"] == "null" or is_bounded(each["schema"] | schema), where


def is_bounded(schema: dict[str, Any]) -> bool:
    """A number has both ends, a list a length and bounded items, a text a length, a pattern, a form or an enum."""
    if schema["type"] == "boolean":
        return True
    if schema["type"] == "integer":
        return {"minimum", "maximum"} <= set(schema)
    if schema["type"] == "array":
        return "maxItems" in schema and is_bounded(schema["items"])
    return bool({"maxLength", "pattern", "enum", "const", "format"} & set(schema))


def test_a_search_names_the_codes_and_defaults_of_its_parameters(document: dict[str, Any]) -> None:
    found = parameters(document, "/listings")
    assert set(found) == {
        "q",
        "since",
        "sort",
        "limit",
        "cursor",
        "deleted_since",
        *FACETS,
        *(f"not.{name}" for name in FACETS),
    }
    assert found["kind"]["schema"]["items"]["enum"] == [kind.name for kind in KINDS if kind.is_listing]
    assert found["sort"]["schema"]["enum"] == ["relevance", "newest", "price", "expiry"]
    assert (found["limit"]["schema"]["minimum"], found["limit"]["schema"]["maximum"]) == (1, 200)
    assert found["limit"]["schema"]["default"] == 50
    assert found["since"]["schema"]["examples"] == ["2025-03-01"] or found["since"]["examples"]
    assert "kind" not in parameters(document, "/supply")


def test_a_figure_takes_every_dimension_and_an_event_every_kind(document: dict[str, Any]) -> None:
    dimensions = {dimension.id for indicator in INDICATORS for dimension in indicator.dimensions}
    assert dimensions <= set(parameters(document, "/statistics/{indicator}"))
    kind = parameters(document, "/events/{kind}")["kind"]["schema"]
    assert kind["enum"] == [each.name for each in KINDS if not each.is_listing]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/api/v1/listings?q=%00", "q"),
        ("/api/v1/listings?q=" + "字" * 201, "q"),
        ("/api/v1/listings?" + "&".join(["area=430100"] * 51), "area"),
        ("/api/v1/listings?kind=pledge", "kind"),
        ("/api/v1/listings?not.state=none", "not.state"),
        ("/api/v1/listings?since=2025-02-30", "since"),
        ("/api/v1/listings?since=0000-00-00", "since"),
        ("/api/v1/listings?limit=10&limit=20", "limit"),
        ("/api/v1/listings?cursor=WzEsMl0", "cursor"),
        ("/api/v1/listings?cursor=MQ", "cursor"),
        ("/api/v1/listings?cursor=%E5%AD%97", "cursor"),
        ("/api/v1/events/transfer?subject=%00", "subject"),
        ("/api/v1/events/transfer?area=43010", "area"),
        ("/api/v1/events/transfer?phase=%1f", "phase"),
        ("/api/v1/events/transfer?state=gone", "state"),
        ("/api/v1/events/transfer?updated_since=9999-99-99", "updated_since"),
        ("/api/v1/events/transfer?updated_since=0001-01-01T00:00:00%2B14:00", "updated_since"),
        ("/api/v1/events/transfer?until=yesterday", "until"),
        ("/api/v1/events/transfer?area=430100&area=430200", "area"),
        ("/api/v1/statistics/transfers?as_of=0000-00-00", "as_of"),
        ("/api/v1/statistics/transfers?as_of=2025-01-01T00:00:00%2B24:00", "as_of"),
        ("/api/v1/statistics/transfers?period=0000", "period"),
        ("/api/v1/statistics/transfers?period=2025-13", "period"),
        ("/api/v1/statistics/transfers?start_period=current", "start_period"),
        ("/api/v1/statistics/transfers?by=colour", "by"),
        ("/api/v1/statistics/transfers?industry=%00", "industry"),
        ("/api/v1/statistics/transfers?collateral=patent", "collateral"),
        ("/api/v1/statistics?limit=0", "limit"),
        ("/api/v1/changes?topic=tongda.transfer.v1&after=9223372036854775808", "after"),
        ("/api/v1/changes?topic=tongda.transfer.v1&after=-1", "after"),
        ("/api/v1/changes", "topic"),
        ("/api/v1/stream?topic=tongda.contribution", "topic"),
    ],
)
def test_a_wrong_value_is_refused_with_its_name(portal: Portal, feeder: Feeder, path: str, name: str) -> None:
    feeder.feed(a_point(dimensions={"area": "430000"}))
    answer = portal.get(path, 400)
    assert answer.headers["content-type"] == "application/problem+json"
    (error, *_) = answer.json()["errors"]
    assert error["name"] == name and len(error["message"]) > 10


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/listings/%00",
        "/api/v1/patents/%00",
        "/api/v1/organisations/org:%1f",
        "/api/v1/events/%00",
        "/api/v1/events/transfer/%00",
        "/api/v1/statistics/%00/explain",
        "/supply/%00",
        "/patent/%00",
        "/statistics/%00",
        "/statistics/monthly/%00",
        "/event/transfer/%00",
        "/static/%00",
    ],
)
def test_a_control_character_in_a_path_is_accepted_nowhere(portal: Portal, path: str) -> None:
    answer = portal.get(path, 400)
    assert "T4220" in answer.text and NO_CONTROL.partition(" · ")[0 if path.startswith("/api/") else 2] in answer.text


@pytest.mark.parametrize("character", ["%00", "%01", "%09", "%0A", "%1F", "%7F", "%C2%80", "%C2%9F"])
def test_a_control_character_in_any_parameter_is_named_at_every_door(portal: Portal, character: str) -> None:
    for path in (
        "/api/v1/listings?q=a{}b",
        "/api/v1/events/transfer?subject={}",
        "/api/v1/changes?topic=tongda.transfer.v1{}",
        "/api/v1/stream?topic={}",
        "/api/v1/targets?{}=1",
        "/healthz?x={}",
        "/listings?q={}",
        "/?grid={}",
        "/nowhere{}",
        "/static/{}",
    ):
        answer = portal.get(path.format(character), 400)
        is_page = path.startswith(("/listings", "/?", "/nowhere", "/static"))
        assert NO_CONTROL.partition(" · ")[2 if is_page else 0] in answer.text, path
        assert "default-src 'none'" in answer.headers["content-security-policy"], path


@pytest.mark.parametrize(
    ("path", "name", "accepted"),
    [
        ("/api/v1/listings?state=nope", "state", "pending, open, reserved, concluded, expired, withdrawn, merged"),
        ("/api/v1/listings?area=999999", "area", "430100, 430200"),
        ("/api/v1/listings?area=430104", "area", "430100, 430200"),
        ("/api/v1/listings?county=430199", "county", "a county of GB/T 2260, 430104 or unknown"),
        ("/api/v1/listings?industry=Z9", "industry", "F4, unmapped, unknown"),
        ("/api/v1/supply?not.area=999999", "not.area", "430100, 430200"),
        ("/api/v1/events/transfer?state=nope", "state", "'current', 'withdrawn', 'merged' or 'any'"),
        ("/api/v1/events/transfer?area=999999", "area", "433100, OTHER, 430000, a county of Hunan"),
        ("/api/v1/events/transfer?area=Changsha", "area", "433100, OTHER, 430000, a county of Hunan"),
        ("/api/v1/events/transfer?taker_area=43010", "taker_area", "433100, OTHER, 430000, a county of Hunan"),
        ("/api/v1/events/transfer?phase=bogus", "phase", "noticed, recorded"),
        ("/api/v1/events/pledge?phase=recorded", "phase", "registered, changed, released"),
        ("/api/v1/events/transfer?since=2025-02-30", "since", "not in the calendar"),
        ("/api/v1/statistics/transfers?area=999999", "area", "'433100', 'OTHER' or '430000'"),
        ("/api/v1/statistics/transfers?right_type=bogus", "right_type", "'invention', 'utility_model', 'design'"),
        ("/api/v1/statistics/transfers?period=2025-13", "period", "current"),
        ("/events?kind=transfer&phase=bogus", "phase", "noticed, recorded"),
    ],
)
def test_a_word_that_no_code_list_knows_is_refused_with_those_that_are_known(
    portal: Portal, feeder: Feeder, path: str, name: str, accepted: str
) -> None:
    feeder.feed(a_point(dimensions={"area": "430000"}))
    answer = portal.get(path, 400)
    if path.startswith("/api/"):
        (error,) = answer.json()["errors"]
        assert error["name"] == name and accepted in error["message"]
    else:
        assert name in answer.text and accepted in answer.text


@pytest.mark.parametrize("typed", ["!!!", "？！", "-…", '"·"', "——  ，。", "😀"])
def test_a_search_in_which_nothing_can_be_searched_for_finds_nothing(
    portal: Portal, feeder: Feeder, typed: str
) -> None:
    feeder.feed(a_listing())
    found = portal.get(f"/api/v1/listings?q={quote(typed)}").json()
    assert (found["total"], found["items"], [facet["values"] for facet in found["facets"] if facet["values"]]) == (
        0,
        [],
        [],
    )
    assert portal.get(f"/api/v1/listings?q={quote('装置 ' + typed)}").json()["total"] == 1
    assert portal.get(f"/api/v1/listings?q={quote('  ')}").json()["total"] == 1


@pytest.mark.parametrize(
    "path",
    [
        "/listings?sort=&area=&q=",
        "/api/v1/listings?sort=&area=&q=&limit=",
        "/api/v1/statistics/transfers?by=&period=&as_of=",
        "/api/v1/statistics/transfers?start_period=2099&end_period=1900",
        "/api/v1/statistics/transfers?start_period=1900&end_period=2099&accumulation=ytd",
        "/api/v1/statistics/transfers?accumulation=ytd&period=current",
        "/api/v1/events/transfer?updated_since=2025-03-18T10:42:07+08:00",
        "/api/v1/events/transfer?updated_since=0001-01-02",
        "/api/v1/events/transfer?updated_since=9999-12-31T23:59:59.999999Z",
        "/?grid=nothing",
    ],
)
def test_what_is_empty_counts_as_not_given_and_what_is_far_away_holds_nothing(
    portal: Portal, feeder: Feeder, path: str
) -> None:
    feeder.feed(a_transfer(), a_listing(), a_contribution(), a_point(dimensions={"area": "430000"}))
    portal.get(path)


def test_a_short_list_is_cut_into_pages_too(portal: Portal, feeder: Feeder) -> None:
    feeder.feed(
        *[a_point(indicator=name, dimensions={"area": "430000"}) for name in ("transfers", "licences", "pledges")]
    )
    first = portal.get("/api/v1/statistics?limit=2").json()
    second = portal.get(f"/api/v1/statistics?limit=2&cursor={first['next']}").json()
    assert [each["indicator"] for each in (*first["items"], *second["items"])] == ["licences", "pledges", "transfers"]
    assert (first["total"], second["next"]) == (3, None)


def test_a_fault_of_our_own_is_dressed_counted_and_told_without_its_text(
    portal: Portal, feeder: Feeder, db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """A figure whose newest point was written by another release, in a form that this one cannot read."""
    feeder.feed(a_point(dimensions={"area": "430000"}, period="2025"))
    with db.transaction() as store:
        store.execute('update point set value = value || \'{"contributions": "many"}\'')
    answer = portal.get("/api/v1/statistics", 500)
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert (problem["code"], problem["detail"]) == ("T1000", "The portal met a fault of its own")
    assert "many" not in answer.text and len(problem["trace_id"]) == 32
    assert [record.facts["trace_id"] for record in caplog.records if hasattr(record, "facts")] == [problem["trace_id"]]
    assert 'tongda_http_requests_total{code="500",method="GET",route="/api/v1/statistics"}' in portal.metrics()


NASTY = ("\0", "-1", "9" * 30, "9999-12-31", "0001-01-01T00:00:00+14:00", "' or 1=1--", "字" * 300, "WyJhIl0", "💥")
EXAMPLES = {
    "kind": "transfer",
    "id": "transfer:1",
    "number": "202110123456.7",
    "indicator": "transfers",
    "form": "csv",
    "name": "area",
    "topic": "tongda.transfer.v1",
    "version": "v1",
    "message": "msg_1",
    "agency": "TONGDA",
    "key": "*",
    "artefact": "dataflow",
}
NEEDED = {"/changes": "&topic=tongda.transfer.v1", "/statistics/{indicator}/explain": "&period=2025-03"}


@pytest.mark.timeout(600)  # many hundred requests
def test_no_value_of_any_parameter_makes_a_fault(
    portal: Portal, feeder: Feeder, document: dict[str, Any], db: Database
) -> None:
    portal.client.headers["Authorization"] = f"Bearer {make(db, '某单位', 'shared')}"
    feeder.feed(a_transfer(), a_listing(), a_contribution(), a_point(dimensions={"area": "430000"}))
    portal.follower.step()
    answered, met = Counter(), set[str]()
    calls = [(path, *call) for path, methods in document["paths"].items() for call in methods.items()]
    for path, method, call in calls:
        for parameter in call.get("parameters", ()) if not path.endswith("/stream") else ():
            for value in values_for(parameter, met, answered.total()):
                answer = portal.client.request(method.upper(), written(path, parameter, value))
                answered[answer.status_code] += 1
    assert answered.total() > 500 and {200, 400, 404} <= set(answered) <= {200, 308, 400, 404}, answered


def values_for(parameter: dict[str, Any], met: set[str], turn: int) -> tuple[str, ...]:
    """All values where this name is met with these bounds for the first time, one of them wherever else it stands."""
    kind = repr((parameter["name"], parameter["in"], parameter["schema"]))
    if kind in met:
        return (NASTY[turn % len(NASTY)],)
    met.add(kind)
    return NASTY


def written(path: str, parameter: dict[str, Any], value: str) -> str:
    """The address with this value; what else it needs has an example's."""
    text = quote(value, safe="")
    address = path.format(**{**EXAMPLES, **({parameter["name"]: text} if parameter["in"] == "path" else {})})
    needed = NEEDED.get(path.removeprefix("/api/v1"), "")
    if parameter["in"] == "path":
        return f"{address}?{needed.removeprefix('&')}" if needed else address
    return f"{address}?{quote(parameter['name'])}={text}" + ("" if f"&{parameter['name']}=" in needed else needed)


def test_days_and_instants_are_those_of_the_calendar() -> None:
    assert a_day("2024-02-29") == "2024-02-29"
    assert an_instant("2025-03-18") == an_instant("2025-03-18T00:00+08:00") == "2025-03-17T16:00:00+00:00"
    for wrong in ("2023-02-29", "0000-01-01", "20250301", "2025-3-1", "2025-03-01 "):
        with pytest.raises(ValueError, match="accepted|calendar"):
            a_day(wrong)
