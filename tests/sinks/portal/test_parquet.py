"""Parquet says what NDJSON says, row by row, in columns with types; a file that was cut is no file."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

from schemas.fields.money import Money
from schemas.fields.price import Price
from schemas.records.event import Disagreement, Value
from sinks.portal.show.parquet import ROWS, parquet_blocks
from sinks.store.database import Database
from sinks.store.keys import make
from tests.sinks.conftest import Feeder, Portal
from tests.sinks.examples import a_listing, a_party, a_point, a_transfer
from tests.sinks.portal.examples import a_status

MONEY = {"consideration": Money.of(120_500_050)}
DISPUTE = (Disagreement("occurred_on", (Value("2025-03-09", ("a",)), Value(None, ("b", "c")))),)
PRICE = Price(basis="lump_sum", low=Money.of(100), high=Money.of(200_050), text="")
MEDIA_TYPE = "application/vnd.apache.parquet"


def table(content: bytes) -> Any:
    return parquet.read_table(io.BytesIO(content))


def read_back(value: Any, kept: pyarrow.DataType) -> Any:
    """A value of the file as the JSON has it, by its type alone."""
    if value is None:
        return None
    if pyarrow.types.is_struct(kept):
        return {field.name: read_back(value[field.name], field.type) for field in kept}
    if pyarrow.types.is_map(kept):
        return dict(value)
    if pyarrow.types.is_list(kept):
        return [read_back(each, kept.value_type) for each in value]
    return value


def alike(told: Any, kept: Any, name: str = "") -> bool:
    """Whether a value of NDJSON is the value of the file; what is not said there is null here."""
    if told is None or kept is None:
        return kept is None and (told is None or (told, name) == ("", "value"))  # a sum that is withheld
    if isinstance(kept, dict):
        return told.keys() <= kept.keys() and all(alike(told.get(each), kept[each], each) for each in kept)
    if isinstance(told, list):
        return len(told) == len(kept) and all(map(alike, told, kept, [name] * len(told)))
    if isinstance(kept, datetime):
        return datetime.fromisoformat(told) == kept
    if isinstance(kept, Decimal):
        return Decimal(told) == kept
    return bool(told == kept) or (isinstance(kept, str) and json.loads(kept) == told)


def check_same(lines: list[Any], found: Any) -> None:
    rows = [read_back(row, pyarrow.struct(found.schema)) for row in found.to_pylist()]
    assert len(rows) == len(lines)
    for line, row in zip(lines, rows, strict=True):
        assert alike(line, row), (line, row)


def fed(feeder: Feeder) -> None:
    buyers = (a_party("岳麓精密制造有限公司", credit_code="91430100MA4L16JQ9Y"), a_party("长沙某某传感技术有限公司"))
    feeder.feed(
        *(a_transfer(id=f"transfer:{number:05d}") for number in range(700)),
        a_transfer(id="transfer:90000", occurred_on="2025-04", statement={**MONEY, "transferee": buyers}),
        a_transfer(id="transfer:90001", disagreements=DISPUTE),
        a_listing(1),
        a_listing(2, price=PRICE),
        a_point(dimensions={"area": "430000"}, value="12"),
        a_point(value="12.50", unit="元", coverage={"amounts": "0.500"}),
        a_status(),
    )


@pytest.mark.parametrize(
    "path", ["/api/v1/events/transfer", "/api/v1/listings", "/api/v1/statistics/transfers?by=area"]
)
def test_a_list_in_columns_is_the_list_in_lines(portal: Portal, feeder: Feeder, path: str) -> None:
    fed(feeder)
    start, mark, query = path.partition("?")
    answer = portal.get(f"{start}.parquet{mark}{query}")
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.content == portal.get(path, Accept=MEDIA_TYPE).content
    lines = [json.loads(line) for line in portal.get(f"{start}.ndjson{mark}{query}").text.splitlines()]
    check_same(lines, table(answer.content))


@pytest.mark.parametrize(
    "topic", ["tongda.transfer.v1", "tongda.supply.v1", "tongda.statistic.v1", "tongda.source-status.v1"]
)
def test_a_snapshot_in_columns_is_the_snapshot_in_lines(portal: Portal, feeder: Feeder, topic: str) -> None:
    fed(feeder)
    head, *lines, end = [json.loads(line) for line in portal.get(f"/api/v1/snapshots/{topic}").text.splitlines()]
    answer = portal.get(f"/api/v1/snapshots/{topic}.parquet")
    assert portal.get(f"/api/v1/snapshots/{topic}", Accept=MEDIA_TYPE).content == answer.content
    found = table(answer.content)
    told = {name.decode(): json.loads(value) for name, value in found.schema.metadata.items()}
    assert {f"tongda.{name}": value for name, value in head["head"].items()} == told
    assert found.num_rows == end["end"]["records"]
    check_same([{**line["value"], "key": line["key"]} for line in lines], found)


def test_columns_have_types_that_programs_calculate_with(portal: Portal, feeder: Feeder) -> None:
    import pandas  # not with the module: who collects all tests would import it too

    fed(feeder)
    content = portal.get("/api/v1/events/transfer.parquet").content
    frame = pandas.read_parquet(io.BytesIO(content))
    assert (frame["revision"].dtype, frame["synthetic"].dtype) == ("int64", "bool")
    assert frame["received_at"].dt.tz is not None
    row = frame.set_index("id").loc["transfer:90000"]
    assert row["statement"]["consideration"]["value"] == Decimal("1205000.50")
    assert [each["name"] for each in row["statement"]["transferee"]] == [
        "岳麓精密制造有限公司",
        "长沙某某传感技术有限公司",
    ]
    cells = pandas.read_parquet(io.BytesIO(portal.get("/api/v1/statistics/transfers.parquet?by=area").content))
    assert sum(cells["value"]) == Decimal("24.5")
    columns = table(portal.get("/api/v1/snapshots/tongda.statistic.v1.parquet").content).schema
    assert columns.field("dimensions").type == pyarrow.map_(pyarrow.string(), pyarrow.string())


def test_what_a_caller_may_not_read_is_in_no_column(portal: Portal, db: Database) -> None:
    key = {"Authorization": f"Bearer {make(db, 'tests', 'shared')}"}
    for path in ("/api/v1/events/contract.parquet", "/api/v1/snapshots/tongda.contract.v1.parquet"):
        assert portal.get(path, 401).json()["code"] == "T4010"
        assert table(portal.get(path, **key).content).num_rows == 0
    for path in ("/api/v1/events/pledge.parquet", "/api/v1/snapshots/tongda.pledge.v1.parquet"):
        names = [
            {field.name for field in table(portal.get(path, **headers).content).schema.field("statement").type}
            for headers in ({}, key)
        ]
        assert "secured_amount" in names[1] - names[0]
    portal.get("/api/v1/snapshots/tongda.nothing.v1.parquet", 404)


def test_rows_are_read_while_the_file_is_written_and_a_cut_file_is_none() -> None:
    taken = []

    def rows() -> Iterator[dict[str, Any]]:
        for number in range(3 * ROWS):
            taken.append(number)
            yield {"id": number}

    blocks = parquet_blocks({"properties": {"id": {"type": "integer"}}}, rows())
    first = next(blocks)
    assert first.startswith(b"PAR1") and len(taken) == ROWS
    rest = [*blocks]
    assert table(first + b"".join(rest))["id"].to_pylist() == [*range(3 * ROWS)]
    with pytest.raises(pyarrow.ArrowInvalid):
        table(first + b"".join(rest[:-1]))
