"""Exported: the form in which an answer is asked for, by the ending of the address or by ``Accept``, and the answer in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from typing import Annotated, Any, Literal

from fastapi import Path, Request

from schemas.wire import encode
from schemas.words import Lang
from sinks.portal.errors import FieldError, QueryInvalid
from sinks.portal.read.answers import whole
from sinks.portal.read.filters import RecordFilter
from sinks.portal.read.views import Views
from sinks.portal.show import exports, parquet
from sinks.portal.show.exports import Table
from sinks.portal.show.spreadsheets import ROWS, csv_blocks, workbook_blocks
from sinks.portal.web.fields import Parameters
from sinks.portal.web.streamed import NDJSON, Streamed, streamed

Form = Annotated[Literal["csv", "ndjson", "parquet", "xlsx"], Path(description="文件格式 · the form of the file")]
CSV, XLSX = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES: dict[Form, str] = {"csv": CSV, "ndjson": NDJSON, "parquet": parquet.MEDIA_TYPE, "xlsx": XLSX}
JSON = ("application/json", "*/*", "application/*")
OF_A_PAGE = {"limit", "cursor", "deleted_since"}  # what an export, which is always whole, does not take


def asked_for(request: Request) -> Form | None:
    """The form that ``Accept`` prefers to JSON; None: JSON."""
    wanted = []
    for part in request.headers.get("accept", "").lower().split(","):
        name, *parameters = (each.strip() for each in part.split(";"))
        quality = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        if quality.replace(".", "", 1).isdigit() and float(quality) > 0:
            wanted.append((float(quality), name))
    forms = {media_type: form for form, media_type in MEDIA_TYPES.items()}
    for _, name in sorted(wanted, key=lambda each: -each[0]):
        if name in forms or name in JSON:
            return forms.get(name)
    return None


def language(request: Request) -> Lang:
    """Of headings and words: Chinese, unless ``Accept-Language`` begins with English."""
    return "en" if request.headers.get("accept-language", "").strip().lower().startswith("en") else "zh"


def check_whole(asked: Parameters) -> None:
    """Raises QueryInvalid: an export has no pages."""
    if given := OF_A_PAGE & asked.model_fields_set:
        raise QueryInvalid([FieldError(name=name, message="an export is whole; ask without") for name in sorted(given)])


def export(request: Request, form: Form, table: Table) -> Streamed:
    """The table in this form, sent while it is read, as a file to keep."""
    writers: dict[Form, Callable[[Table, Lang], Iterator[bytes]]] = {
        "csv": csv_blocks,
        "ndjson": _lines,
        "parquet": _columns,
        "xlsx": workbook_blocks,
    }
    media_type = f"{CSV}; charset=utf-8" if form == "csv" else MEDIA_TYPES[form]
    return streamed(writers[form](table, language(request)), media_type, _as_file(table.name, form))


def export_snapshot(views: Views, topic: str, records: RecordFilter) -> Streamed:
    """The snapshot of a topic as Parquet: a column for each field of its records, its head in the metadata."""
    return streamed(_snapshot(views, topic, records), parquet.MEDIA_TYPE, _as_file(topic, "parquet"))


def _snapshot(views: Views, topic: str, records: RecordFilter) -> Iterator[bytes]:
    with closing(views.snapshot_parts(topic, records)) as parts:
        head = next(parts)
        rows = ({**record["value"], "key": record["key"]} for some in parts for record in some)
        yield from parquet.parquet_blocks(exports.schema_of_topic(topic, views.read_as), rows, head)


def _as_file(name: str, form: Form) -> dict[str, str]:
    return {
        "Content-Disposition": f'attachment; filename="{name}.{form}"',
        "Vary": "Accept, Accept-Language, Authorization",
    }


def _lines(table: Table, lang: Lang) -> Iterator[bytes]:
    """Each as the list of the API has it."""
    while some := [*islice(table.items, ROWS)]:
        yield b"".join(encode(_json(item)) + b"\n" for item in some)


def _columns(table: Table, lang: Lang) -> Iterator[bytes]:
    """The same, with the names of the API for columns."""
    items = (item.model_dump(mode="json") if hasattr(item, "model_dump") else whole(item) for item in table.items)
    return parquet.parquet_blocks(table.schema, items)


def _json(item: Any) -> Any:
    return item if hasattr(item, "model_dump") else whole(item)
