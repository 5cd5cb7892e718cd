"""Exports: lists and figures as tables: which columns they have, in both languages, and what stands in a row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from schemas.contract.records import RECORDS
from schemas.fields.money import Money
from schemas.kinds import BY_NAME
from schemas.kinds.columns import Reads
from schemas.kinds.occurrence import FieldRule, rules_of
from schemas.records.base import json_schema
from schemas.records.event import EVENTS, Event
from schemas.records.listing import Listing
from schemas.records.point import Point
from schemas.words import Lang, Term
from sinks.portal.read.figure_answers import CellValue, Indicator
from sinks.portal.secrecy import Reader, withheld_fields
from sinks.portal.show import words
from sinks.portal.show.parquet import FIGURE, with_decimals

Cell = str | int | Decimal | bool | date | None
BETWEEN = "；"  # several values in one cell


@dataclass(frozen=True)
class Column:
    """``cell`` gives the value of one thing, in a language."""

    heading: Term
    cell: Callable[[Any, Lang], Cell]


@dataclass(frozen=True)
class Table:
    """``items`` are read while the table is written, once."""

    name: str  # of the file
    title: Term
    columns: Sequence[Column]
    items: Iterator[Any]
    schema: Mapping[str, Any]  # the JSON Schema of an item

    def headings(self, lang: Lang) -> list[str]:
        return [column.heading(lang) for column in self.columns]

    def rows(self, lang: Lang) -> Iterator[list[Cell]]:
        for item in self.items:
            yield [column.cell(item, lang) for column in self.columns]


def events(kind: str, items: Iterator[Any], reader: Reader) -> Table:
    """Events of one kind: what all have, then the fields of the kind that this reader may read."""
    withheld = withheld_fields(kind, reader)
    said = [
        column
        for name, rule in rules_of(BY_NAME[kind]).items()
        if name not in withheld
        for column in _of_field(name, rule)
    ]
    return Table(
        f"tongda-{kind}", BY_NAME[kind].label, (*_of_events(kind), *said, *_OF_RECORDS), items, schema_of(kind, reader)
    )


def listings(items: Iterator[Any]) -> Table:
    """Offers and needs."""
    return Table(
        "tongda-listings", Term("供需信息", "Listings"), (*_OF_LISTINGS, *_OF_RECORDS), items, json_schema(Listing)
    )


def cells(indicator: Indicator, items: Iterator[Any]) -> Table:
    """Cells of one figure, one column for each of its dimensions."""
    title = Term(
        words.figure_word(indicator.indicator, indicator.label),
        words.figure_word(indicator.indicator, indicator.label, "en"),
    )
    cut = [_of_dimension(name) for name in indicator.dimensions]
    return Table(
        f"tongda-{indicator.indicator}",
        title,
        (*_OF_CELLS[:2], *cut, *_OF_CELLS[2:]),
        items,
        with_decimals(CellValue.model_json_schema(), FIGURE),
    )


def schema_of(kind: str, reader: Reader) -> dict[str, Any]:
    """The JSON Schema of events of a kind as this reader may read them."""
    schema, withheld = json_schema(EVENTS[kind]), withheld_fields(kind, reader)
    statement = schema["properties"]["statement"]
    shown = {name: part for name, part in statement["properties"].items() if name not in withheld}
    return {**schema, "properties": {**schema["properties"], "statement": {**statement, "properties": shown}}}


def schema_of_topic(topic: str, reader: Reader) -> dict[str, Any]:
    """The JSON Schema of the records of a topic as this reader may read them, with their key. Raises KeyError: none such."""
    record = RECORDS[topic]
    schema = schema_of(record.kind, reader) if issubclass(record, Event) else json_schema(record)
    if record is Point:
        schema = with_decimals(schema, FIGURE)
    return {**schema, "properties": {"key": {"type": "string"}, **schema["properties"]}}


def day(text: str | None) -> Cell:
    """A whole day as a date; a date that is less precise stays as it is written."""
    return date.fromisoformat(text) if text and len(text) == 10 else text


def amount(money: Money | None) -> Decimal | None:
    """In yuan."""
    return Decimal(money.value) if money else None


def number(text: str | None) -> Decimal | None:
    return Decimal(text) if text is not None else None


@cache
def _of_events(kind: str) -> tuple[Column, ...]:
    return (
        Column(Term("编号", "Id"), lambda event, lang: event.id),
        Column(Term("版本", "Revision"), lambda event, lang: event.revision),
        Column(Term("状态", "State"), lambda event, lang: words.word("event_state", event.state, lang)),
        Column(Term("主体", "Subject"), lambda event, lang: event.subject),
        Column(Term("阶段", "Phase"), lambda event, lang: words.phase_word(kind, event.phase, lang)),
        Column(Term("计入日期", "The date that counts"), lambda event, lang: day(event.occurred_on)),
    )


_OF_RECORDS = (
    Column(
        Term("平台", "Platforms"), lambda each, lang: BETWEEN.join(dict.fromkeys(one.source for one in each.sources))
    ),
    Column(Term("收到时间", "Received"), lambda each, lang: each.received_at),
    Column(Term("样例数据", "Sample data"), lambda each, lang: each.synthetic),
)

_OF_LISTINGS = (
    Column(Term("编号", "Id"), lambda listing, lang: listing.id),
    Column(Term("版本", "Revision"), lambda listing, lang: listing.revision),
    Column(Term("类别", "Kind"), lambda listing, lang: words.word("kind", listing.kind, lang)),
    Column(Term("状态", "State"), lambda listing, lang: words.word("state", listing.state, lang)),
    Column(Term("名称", "Title"), lambda listing, lang: listing.title),
    Column(Term("摘要", "Summary"), lambda listing, lang: listing.summary),
    Column(Term("专利号", "Patent number"), lambda listing, lang: listing.patent_number),
    Column(Term("专利类型", "Right"), lambda listing, lang: words.word("right_type", listing.right_type, lang)),
    Column(Term("法律状态", "Legal status"), lambda listing, lang: words.word("legal_status", listing.legal_status, lang)),
    Column(Term("产业", "Industries"), lambda listing, lang: _words("industry", listing.industries, lang)),
    Column(Term("IPC", "IPC"), lambda listing, lang: BETWEEN.join(listing.ipc)),
    Column(Term("地区代码", "Division code"), lambda listing, lang: listing.area),
    Column(Term("地区", "Area"), lambda listing, lang: words.word("area", listing.area, lang)),
    Column(Term("权利人或需求方", "Owner"), lambda listing, lang: listing.owner.name if listing.owner else None),
    Column(Term("统一社会信用代码", "Credit code"), lambda listing, lang: listing.owner.credit_code if listing.owner else None),
    Column(Term("合作方式", "Forms of deal"), lambda listing, lang: _words("deal_form", listing.deal_forms, lang)),
    Column(Term("计价方式", "Basis of price"), lambda listing, lang: words.word("basis", listing.price.basis, lang)),
    Column(Term("意向价下限（元）", "Price from (CNY)"), lambda listing, lang: amount(listing.price.low)),
    Column(Term("意向价上限（元）", "Price to (CNY)"), lambda listing, lang: amount(listing.price.high)),
    Column(Term("发布日", "Posted on"), lambda listing, lang: day(listing.posted_on)),
    Column(Term("有效期至", "Valid until"), lambda listing, lang: day(listing.valid_until)),
)  # fmt: skip

_OF_CELLS = (
    Column(Term("地区代码", "Division code"), lambda cell, lang: cell.area),
    Column(Term("地区", "Area"), lambda cell, lang: words.word("area", cell.area, lang)),
    Column(Term("期间", "Period"), lambda cell, lang: cell.period),
    Column(Term("口径", "Accumulation"), lambda cell, lang: _ACCUMULATION[cell.accumulation](lang)),
    Column(Term("数值", "Value"), lambda cell, lang: number(cell.value)),
    Column(Term("单位", "Unit"), lambda cell, lang: words.word("unit", cell.unit, lang)),
    Column(Term("观测状态", "Status"), lambda cell, lang: words.word("status", cell.status, lang)),
    Column(Term("数据截至", "As of"), lambda cell, lang: cell.as_of),
    Column(Term("版本", "Revision"), lambda cell, lang: cell.revision),
    Column(Term("样例数据", "Sample data"), lambda cell, lang: cell.synthetic),
)
_ACCUMULATION: Mapping[str, Term] = {
    "period": Term("当期", "Period"),
    "ytd": Term("当年累计", "Year to date"),
    "end": Term("期末", "End of period"),
}


def _of_dimension(name: str) -> Column:
    def cell(found: CellValue, lang: Lang) -> Cell:
        value = found.dimensions.get(name)
        return words.dimension_word(name, value, lang) if value else None

    return Column(words.DIMENSIONS[name].label if name in words.DIMENSIONS else Term(name, name), cell)


def _of_field(name: str, rule: FieldRule) -> tuple[Column, ...]:
    """One column, two for parties: their names and their credit codes."""
    zh, en = rule.label
    match rule.reads:
        case Reads.PARTIES:
            return (
                Column(
                    rule.label, lambda event, lang: BETWEEN.join(party.name for party in getattr(event.statement, name))
                ),
                Column(
                    Term(f"{zh}统一社会信用代码", f"{en}: credit codes"),
                    lambda event, lang: BETWEEN.join(
                        party.credit_code or "" for party in getattr(event.statement, name)
                    ),
                ),
            )
        case Reads.MONEY:
            return (
                Column(Term(f"{zh}（元）", f"{en} (CNY)"), lambda event, lang: amount(getattr(event.statement, name))),
            )
        case Reads.DAY:
            return (Column(rule.label, lambda event, lang: day(getattr(event.statement, name))),)
        case Reads.PRICE:
            return (Column(rule.label, lambda event, lang: getattr(event.statement, name).text),)

    def cell(event: Any, lang: Lang) -> Cell:
        value = getattr(event.statement, name)
        if isinstance(value, tuple):
            return BETWEEN.join(map(str, value))
        return rule.values[value](lang) if isinstance(value, str) and value in rule.values else value

    return (Column(rule.label, cell),)


def _words(group: str, codes: Sequence[str], lang: Lang) -> str:
    return BETWEEN.join(words.word(group, code, lang) for code in codes)
