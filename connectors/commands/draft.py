"""Draft 起草: the definition of a new platform, made of one of its answers and of what the definitions here know.

Where the rows and their total stand is found in the answer; a column is mapped to the field to which other definitions, or
the field's own term, map a column of that name. What looks like personal data is dropped, what nothing claims is ignored.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from connectors.commands.samples import Sample, checked, raw_of
from connectors.commands.scrub import HOLDS_PERSONS, Scrubber
from connectors.commands.tryout import page_of
from ops.sources import as_yaml, load_source
from schemas.errors import HubError, Refused
from schemas.kinds import BY_NAME
from schemas.kinds.columns import Reads
from schemas.kinds.occurrence import rules_of
from schemas.source.model import Source
from schemas.source.pointer import at, escaped
from schemas.source.reading import several

ROWS = 5  # of the answer that stay in the sample
PERSONAL = re.compile(rf"{HOLDS_PERSONS.pattern}|联系|电话|手机|邮箱|身份证|微信|phone|mobile|tel|mail|contact", re.I)
TOTALS = ("total", "count", "totalcount", "totalelements", "totalnum", "recordcount")
MOST_DEEP = 6


class Wanted(NamedTuple):
    """What a person says of the new platform; the rest is found. ``maps``: our field → their column. ``page``: the
    parameter with the number of the page; empty: the list has one page."""

    id: str
    name: str
    authority: str
    kind: str
    feed: str
    base: str
    path: str
    title: str = ""  # the list's name; empty: the kind's term
    phase: str = ""  # one of the kind
    page: str = ""
    key: str = ""
    maps: Mapping[str, str] = {}
    units: Mapping[str, str] = {}


class Layout(NamedTuple):
    """Where things stand in an answer: JSON Pointers. ``ok``: the business code and its value in this good answer."""

    records: str
    rows: tuple[dict[str, Any], ...]
    total: str
    ok: tuple[str, Any] | None

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for row in self.rows for name in row))


def layout(body: bytes) -> Layout:
    """Of a JSON answer. Raises Refused: it is no JSON, or holds no list of rows."""
    try:
        value = json.loads(body)
    except ValueError as error:
        raise Refused(
            f"the answer is no JSON, and only JSON is drafted: {error} · 仅能由 JSON 应答起草",
            code="T5811",
            next_step="copy a definition of the same shape: docs/guides/platform.md, Other shapes to copy from",
        ) from None
    lists = [(pointer, found) for pointer, found in _within(value) if _is_rows(found)]
    if not lists:
        raise Refused(
            "the answer holds no list of rows; it may be refused, or empty · 应答中没有记录列表",
            code="T5812",
            next_step="save an answer that shows two to five rows, and name it with --answer",
        )
    records, rows = max(lists, key=lambda each: len(each[1]))
    numbers = [(pointer, found) for pointer, found in _within(value) if type(found) is int]
    total = next((pointer for pointer, _ in numbers if _name(pointer) in TOTALS), "")
    codes = [(pointer, found) for pointer, found in _within(value) if _name(pointer) == "code" and found in (0, 200, "0", "200")]  # fmt: skip
    return Layout(records, tuple(rows), total, codes[0] if codes and codes[0][0].count("/") == 1 else None)


def guessed(kind: str, columns: Sequence[str], sources: Mapping[str, Source]) -> dict[str, str]:
    """Our field → their column, by the definitions that are here and by the terms of the kind."""
    known: dict[str, str] = {}
    for source in sources.values():
        for feed in (feed for feed in source.feeds.values() if feed.kind == kind):
            known |= {name: ours for ours, names in feed.fields.items() for name in several(names)}
    known |= {rule.label.zh: name for name, rule in rules_of(BY_NAME[kind]).items()}
    found: dict[str, str] = {}
    for column in columns:
        if (ours := known.get(column)) and ours not in found:
            found[ours] = column
    return found


def money_fields(kind: str) -> tuple[str, ...]:
    """The fields whose columns may need a unit."""
    return tuple(name for name, rule in rules_of(BY_NAME[kind]).items() if rule.reads in (Reads.MONEY, Reads.PRICE))


def definition(wanted: Wanted, found: Layout, fields: Mapping[str, str]) -> dict[str, Any]:
    """The content of source.yml."""
    if not fields:
        raise Refused(
            f"no column of {', '.join(found.columns)} is known as a field of {wanted.kind} · 没有可识别的列",
            code="T5816",
            next_step=f"tongda sources new with --map FIELD=COLUMN; fields: {', '.join(rules_of(BY_NAME[wanted.kind]))}",
        )
    key = wanted.key or _key(found)
    claimed = {*fields.values(), key}
    dropped = [column for column in found.columns if column not in claimed and PERSONAL.search(column)]
    ignored = [column for column in found.columns if column not in (*claimed, *dropped)]
    paging: dict[str, Any] = {"style": "none"}
    if wanted.page:
        proof = ["total_each_page", "first_page_again"] if found.total else ["two_equal_sweeps"]
        paging = {"style": "page", "parameter": wanted.page, "first": 1, "proof": proof}
    if found.total:
        paging["total"] = found.total
    access: dict[str, Any] = {"base": wanted.base, "every": "6h", "pace": "1/2s", "media": "application/json"}
    if found.ok:
        access["ok"] = {"at": found.ok[0], "in": [found.ok[1]]}
    feed = {
        "kind": wanted.kind,
        "name": wanted.title or BY_NAME[wanted.kind].label.zh,
        "phase": wanted.phase,
        "request": {"path": wanted.path},
        "paging": paging,
        "records": found.records,
        "key": f"/{escaped(key)}",
        "absence": {"means": "nothing"},
        "fields": dict(fields),
        "units": dict(wanted.units),
        "drop": dropped,
        "ignore": ignored,
        "expect": {
            "fill": dict.fromkeys([name for name in ("patents", "title") if name in fields] or [*fields][:1], 0.9)
        },
    }
    told = {name: value for name, value in feed.items() if value not in ({}, [], "")}
    return {"id": wanted.id, "name": wanted.name, "authority": wanted.authority, "access": access,
            "feeds": {wanted.feed: told}}  # fmt: skip


def drafted(folder: Path, wanted: Wanted, content: Mapping[str, Any], body: bytes) -> list[Sample]:
    """Write definition and sample below ``folder`` and check them as ``tongda sources check`` does. Raises Misconfigured."""
    home = folder / wanted.id
    (home / "samples").mkdir(parents=True)
    head = f"# {wanted.name}. Drafted by tongda sources new: say who runs it, and when the access was checked.\n"
    (home / "source.yml").write_text(head + as_yaml(content), encoding="utf-8")
    source = load_source(home / "source.yml")
    sample = home / "samples" / f"{wanted.feed}.json"
    sample.write_bytes(shortened(source, wanted.feed, body))
    return list(checked(folder, source))


def shortened(source: Source, feed_id: str, body: bytes) -> bytes:
    """The first rows of an answer, scrubbed of persons. Raises Failure, Reject."""
    value = json.loads(body)
    rows = at(value, source.feeds[feed_id].records)
    del rows[ROWS:]
    short = json.dumps(value, ensure_ascii=False).encode()
    page = page_of(source, feed_id, "answer.json", short)
    scrubber = Scrubber(source.feeds[feed_id], (raw_of(source, feed_id, row) for row in page.rows))
    text = scrubber.scrubbed(short.decode())
    return (json.dumps(json.loads(text), ensure_ascii=False, indent=1) + "\n").encode()


def unclean(found: Sequence[Sample]) -> HubError | None:
    """What keeps a draft from being written."""
    for each in found:
        if not each.clean:
            why = each.error or each.rejected or each.absent or each.unclaimed
            step = "--unit FIELD=万元" if "money_unit" in each.rejected else "--map FIELD=COLUMN, --phase or --key"
            return Refused(
                f"the draft does not read its sample: {why} · 草稿不能解读样例",
                code="T5813",
                next_step=f"tongda sources new with {step}",
            )
    return None


def _within(value: Any, pointer: str = "", deep: int = 0) -> Iterator[tuple[str, Any]]:
    """Every value of an answer outside its lists, the shallow ones first."""
    if pointer:
        yield pointer, value
    elif isinstance(value, list):
        yield "", value
    if isinstance(value, dict) and deep < MOST_DEEP:
        for name, each in value.items():
            yield from _within(each, f"{pointer}/{escaped(name)}", deep + 1)


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def _name(pointer: str) -> str:
    return pointer.rpartition("/")[2].lower().replace("_", "")


def _key(found: Layout) -> str:
    """A column that names each row: one called so, else the first whose values all differ."""
    differ = [
        column
        for column in found.columns
        if len({str(row.get(column) or "") for row in found.rows} - {""}) == len(found.rows)
    ]
    named = [column for column in differ if re.search(r"(?i)id$|编号$|^id", column) or column in ("序列号", "uuid")]
    if not differ:
        raise Refused(
            "no column differs in every row, so none names it · 没有可作编号的列", code="T5814",
            next_step="tongda sources new with --key COLUMN",
        )  # fmt: skip
    return (named or differ)[0]
