"""Parquet: records as columns with types, nested as they are, written some thousand rows at a time.

The library (pyarrow: 48 MB once it is loaded, about 100 with what the first file takes) is loaded when one is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

from schemas.wire import encode

ROWS = 5_000  # of a row group: what is held in memory at a time
MEDIA_TYPE = "application/vnd.apache.parquet"
AMOUNT, FIGURE = (38, 2), (38, 10)  # digits and decimals: of yuan and 分; of a figure in any of its units, 亿元 too
Schema = Mapping[str, Any]
Row = Mapping[str, Any]


class Kept(NamedTuple):
    """How a value of the JSON is kept: its type, and what it becomes."""

    type: Any
    of: Callable[[Any], Any]


def parquet_blocks(schema: Schema, rows: Iterable[Row], facts: Mapping[str, Any] | None = None) -> Iterator[bytes]:
    """A file with a column for each property of a JSON Schema (of objects); ``facts`` stand in its metadata.

    Without its last block it is no Parquet file, so a cut one cannot be taken for a whole. The first rows are read before
    the first block is given: what cannot be read is known before anything is sent.
    """
    import pyarrow
    from pyarrow.parquet import ParquetWriter

    kept = {name: column(name, part) for name, part in schema["properties"].items()}
    told = {f"tongda.{name}": encode(value) for name, value in (facts or {}).items()}
    shape = pyarrow.schema([(name, each.type) for name, each in kept.items()], metadata=told)
    waiting, sink = iter(rows), Sink()
    some = [*islice(waiting, ROWS)]
    with ParquetWriter(sink, shape, compression="zstd") as file:
        while some:
            made = [{name: each.of(row.get(name)) for name, each in kept.items()} for row in some]
            file.write_table(pyarrow.Table.from_pylist(made, schema=shape))
            yield sink.taken()
            some = [*islice(waiting, ROWS)]
    yield sink.taken()


class Sink:
    """A file that is only written to: what was written since the last look, and how much in all."""

    closed = False

    def __init__(self) -> None:
        self.blocks: list[bytes] = []
        self.size = 0

    def write(self, data: Any) -> int:
        block = bytes(data)
        self.blocks.append(block)
        self.size += len(block)
        return len(block)

    def tell(self) -> int:
        return self.size

    def flush(self) -> None:
        """It waits for nothing."""

    def close(self) -> None:
        self.closed = True

    def taken(self) -> bytes:
        found = b"".join(self.blocks)
        self.blocks.clear()
        return found


def column(name: str, schema: Schema) -> Kept:
    """How the values of one property are kept. Null: the record does not say it, or says that it is not known.

    Instants are UTC timestamps and amounts decimals; a date stays a text, for it may be a month. What has no one type is JSON.
    """
    import pyarrow as pa

    if choices := schema.get("anyOf"):
        several = [each for each in choices if each.get("type") != "null"]
        return column(name, several[0]) if len(several) == 1 else Kept(pa.string(), _json)
    match schema.get("type"):
        case "string" if name.endswith("_at") or name == "as_of":
            return Kept(pa.timestamp("us", tz="UTC"), _unless_null(datetime.fromisoformat))
        case "string" if schema.get("decimals"):
            return Kept(pa.decimal128(*schema["decimals"]), _decimal)
        case "string":
            return Kept(pa.string(), _same)
        case "integer":
            return Kept(pa.int64(), _same)
        case "number":
            return Kept(pa.float64(), _same)
        case "boolean":
            return Kept(pa.bool_(), _same)
        case "array" if "items" in schema and schema["items"]:
            item = column(name, schema["items"])
            return Kept(pa.list_(item.type), partial(_list, item))
        case "object" if "properties" in schema:
            return _struct(schema)
        case "object" if schema.get("additionalProperties"):
            value = column(name, schema["additionalProperties"])
            return Kept(pa.map_(pa.string(), value.type), partial(_map, value))
    if all(isinstance(each, str) for each in schema.get("enum", (0,))):
        return Kept(pa.string(), _same)
    return Kept(pa.string(), _json)


def with_decimals(schema: Schema, decimals: tuple[int, int], name: str = "value") -> dict[str, Any]:
    """A schema of objects in which one property, a decimal in a text, is kept as a number."""
    properties = schema["properties"]
    return {**schema, "properties": {**properties, name: {"type": "string", "decimals": decimals}}}


def _struct(schema: Schema) -> Kept:
    import pyarrow as pa

    if schema.get("title") == "Money":
        schema = with_decimals(schema, AMOUNT)
    inner = {name: column(name, part) for name, part in schema["properties"].items()}
    return Kept(pa.struct([(name, each.type) for name, each in inner.items()]), partial(_object, inner))


def _object(inner: Mapping[str, Kept], value: Any) -> Any:
    return None if value is None else {name: each.of(value.get(name)) for name, each in inner.items()}


def _list(item: Kept, value: Any) -> Any:
    return None if value is None else [item.of(each) for each in value]


def _map(kept: Kept, value: Any) -> Any:
    return None if value is None else [(name, kept.of(each)) for name, each in value.items()]


def _same(value: Any) -> Any:
    return value


def _json(value: Any) -> Any:
    return None if value is None else encode(value).decode()


def _decimal(value: str | None) -> Decimal | None:
    """Null where it is withheld from this reader ('')."""
    return Decimal(value) if value else None


def _unless_null(read: Callable[[str], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else read(value)
