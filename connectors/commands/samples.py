"""Samples 样例: every sample of a source read by its definition, and what to mend where the two do not agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from connectors.commands.tryout import page_of
from connectors.read.page import Page, Row
from schemas.errors import HubError, Misconfigured, Reject
from schemas.kinds import BY_NAME
from schemas.kinds.occurrence import Statement
from schemas.nearest import nearest
from schemas.records.evidence import Evidence
from schemas.records.raw import RawRecord
from schemas.source.model import Feed, Source
from schemas.source.parts import Expect
from schemas.source.reading import read as read_record
from schemas.source.reading import several, top
from schemas.subjects import complaint

UNLIKE = "T3016"  # a sample and its definition do not agree


class Sample(NamedTuple):
    """What the definition read in one sample. ``kinds``, ``unclaimed``, ``rejected``: how many of each name or reason.

    ``absent``: columns that the definition names and no sample of the feed has; they stand with its last sample.
    ``refusal``: of each reason the first row that was refused, and why.
    """

    source: str
    feed: str
    sample: str
    rows: int = 0
    kinds: str = ""
    unclaimed: str = ""
    absent: str = ""
    rejected: str = ""
    refusal: str = ""
    error: str = ""
    code: str = ""
    next_step: str = ""

    @property
    def clean(self) -> bool:
        """Every column has a meaning, every name a column, and every row was read."""
        return not (self.unclaimed or self.absent or self.rejected or self.error)

    def advised(self) -> Sample:
        """With the code of its first fault and what to do about it."""
        if self.clean or self.code:
            return self
        code = UNLIKE
        step = f"{self.source}/source.yml, feeds/{self.feed}: write each column under fields, drop or ignore"
        if self.absent:
            step = f"{self.source}/source.yml, feeds/{self.feed}: correct the name, or add a sample that has the column"
        elif self.rejected and not self.unclaimed:
            code = Reject.code
            step = (
                f"{self.source}/source.yml, feeds/{self.feed}: units, values, split or patches, where they are wrong;"
                " a row that is wrong at the platform becomes a dead letter; rules: docs/domain.md"
            )
        return self._replace(code=code, next_step=step)


def refused(source: str, error: Misconfigured) -> Sample:
    """A definition that cannot be used: no sample of it is read."""
    return Sample(source, "", "source.yml", error=error.message, code=error.code, next_step=error.next_step)


def checked(folder: Path, source: Source) -> Iterator[Sample]:
    """Every sample of a source, feed by feed; a feed without any is a fault, for nothing shows that it can be read."""
    files = sorted((folder / source.id / "samples").glob("*"))
    for feed_id, feed in source.feeds.items():
        found, columns = [], set(feed.html.cells if feed.html else ())
        for file in (file for file in files if feed_of(file) == feed_id):
            sample, of_sample = _read(source, feed_id, file)
            found.append(sample)
            columns |= of_sample
        yield from (sample.advised() for sample in found[:-1])
        if feed.expect == Expect():
            yield Sample(
                source.id, feed_id, "source.yml", error="says nothing of what it expects: drift would pass unnoticed",
                code=UNLIKE, next_step=f"{source.id}/source.yml, feeds/{feed_id}: expect: {{fill: {{FIELD: 0.9}}}}",
            )  # fmt: skip
        if not found:
            yield Sample(
                source.id, feed_id, "-", error="has no sample", code=UNLIKE,
                next_step=f"save an answer of the platform as {source.id}/samples/{feed_id}.json (or .html, .xlsx, .zip)",
            )  # fmt: skip
        elif any(sample.error for sample in found):
            yield found[-1].advised()
        else:
            yield found[-1]._replace(absent=", ".join(nowhere(feed, columns))).advised()
    for file in files:
        if feed_of(file) not in source.feeds:
            near = nearest(feed_of(file), source.feeds)
            yield Sample(
                source.id, feed_of(file), file.name, error=f"is of no feed; feeds: {', '.join(source.feeds)}{near}",
                code=UNLIKE, next_step=f"mv {file} {file.with_name('FEED' + ''.join(file.suffixes))}",
            )  # fmt: skip


def feed_of(sample: Path) -> str:
    """A sample has the name of its feed."""
    return sample.name.split(".")[0]


def nowhere(feed: Feed, columns: set[str]) -> Iterator[str]:
    """Columns that the definition names and no sample has; of several for one field one is enough."""
    if not columns:
        return
    key = (feed.key,) if isinstance(feed.key, str) else feed.key
    named = (*feed.fields.values(), *key, *feed.text, *feed.drop, *feed.ignore, *feed.volatile)
    for names in dict.fromkeys(named):
        if columns.isdisjoint(map(top, several(names))):
            (first, *_) = several(names)
            yield f"{' | '.join(several(names))}{nearest(top(first), columns)}"


def _read(source: Source, feed_id: str, file: Path) -> tuple[Sample, set[str]]:
    """One sample, and the columns in it."""
    try:
        page = page_of(source, feed_id, file.name, file.read_bytes())
    except HubError as error:
        step = error.next_step or f"{file}: save the answer as the platform gives it, or correct how it is read"
        failed = Sample(source.id, feed_id, file.name, error=error.message, code=error.code, next_step=step)
        return failed, set()
    return _counted(source, feed_id, file.name, page), {column for row in page.rows for column in row.content}


def _counted(source: Source, feed_id: str, name: str, page: Page) -> Sample:
    kinds, unclaimed, reasons = Counter[str](), Counter[str](), Counter[str](one.reason for one in page.refused)
    homeless: dict[str, str] = {}  # kind → why a statement of it has no subject
    first = {one.reason: f"{one.pointer}: {one.message}" for one in reversed(page.refused)}
    for row in page.rows:
        try:
            reading = read_record(source, feed_id, raw_of(source, feed_id, row))
        except Reject as error:
            reasons[error.reason] += 1
            first.setdefault(error.reason, f"{row.key}: {error.message}")
            continue
        kinds.update(kind for kind, _, _ in reading.statements)
        homeless |= {each.kind: why for each in reading.statements if (why := subject_fault(each))}
        unclaimed.update(reading.unclaimed)
    if homeless:
        kind, why = next(iter(homeless.items()))
        where = BY_NAME[kind].__module__.replace(".", "/") + ".py"
        return Sample(
            source.id, feed_id, name, page.read, error=f"kind {kind}: subjects: {why}", code="T3018",
            next_step=f"correct subjects in {where}; the functions of schemas/subjects.py make one",
        )  # fmt: skip
    return Sample(
        source.id, feed_id, name, page.read, kinds=_list(kinds), unclaimed=_list(unclaimed), rejected=_list(reasons),
        refusal="; ".join(first.values()),
    )  # fmt: skip


def subject_fault(statement: Statement) -> str:
    """Why what a statement is about could not be found again; empty when it can."""
    subjects = statement.said.subjects()
    return next(filter(None, map(complaint, subjects)), "") if subjects else "are none"


def _list(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in counts.items())


def raw_of(source: Source, feed_id: str, row: Row) -> RawRecord:
    """A row as the record that a poll would publish of it, without its instants."""
    evidence = Evidence(sha256="", pointer=row.pointer)
    return RawRecord(
        source=source.id,
        feed=feed_id,
        record=row.key,
        sequence=1,
        fetched_at="",
        url="",
        evidence=evidence,
        content=row.content,
    )
