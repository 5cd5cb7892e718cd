"""Figure release 发布版: the figures of a period as they were signed, immutable; made again, it gives the same bytes.

A release names the newest numbered change of the read model that it holds. Every revision is kept there under its number,
through rebuilds and restores, so the cells of a release are read again at any time and compared with its digest.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from importlib.metadata import version
from typing import Literal

from msgspec import convert

from schemas.errors import NotFound, Refused
from schemas.figures import BY_ID, INDICATORS
from schemas.frozen import Frozen
from schemas.records.point import Point
from schemas.records.source_status import SourceStatus
from sinks.figures import identities
from sinks.figures.cells import Cell, Change, changes, of_point, sha256, written
from sinks.figures.derived import DERIVED_FLAG, released
from sinks.figures.recount import Check, check, counted
from sinks.store.database import Database, Snapshot, json
from sinks.store.store import CONSUMER, Position

PERIOD = re.compile(r"\d{4}(-(0[1-9]|1[0-2]))?")


class Feed(Frozen):
    """How a list of a platform fared when the figures were signed. ``watermark``: the newest day fully read."""

    source: str
    feed: str
    state: str
    watermark: str | None


class Inputs(Frozen):
    """From what a figure is counted: its contributions as they stood. ``sha256``: of a line for each, sorted by key (bytes):
    its key on tongda.contribution, a space, its revision, a line feed.
    """

    contributions: int
    sha256: str


class FigureRelease(Frozen):
    """The manifest of a release; ``cells`` and ``sha256`` are of its table (``sinks.figures.cells``).

    Format 1 has no ``inputs``, ``identities`` and ``recounted``, and its table no derived figures.
    """

    format: Literal[1, 2] = 2
    id: str  # period and number: 2025-03.2 is the second of that month
    period: str
    made_at: str
    sequence: int  # the newest change of the read model that it holds
    hub: str  # version of this program
    signed_by: str  # an office, never a person
    because: str  # why it replaces another one
    replaces: str | None
    causes: dict[str, int]  # cause → cells that differ from the release it replaces
    definitions: dict[str, int]  # figure → version of what it counts
    offsets: dict[str, dict[int, int]]  # topic → partition → the first record that is not in it
    feeds: tuple[Feed, ...]
    cells: int
    sha256: str
    synthetic: bool  # stand-in platforms are behind some of it: sample data
    inputs: dict[str, Inputs] = {}  # by figure
    identities: tuple[str, ...] = ()  # that held when it was signed
    recounted: int = 0  # published cells that were counted again when it was signed, without a difference

    @property
    def caveats(self) -> tuple[Feed, ...]:
        """Lists that were not read whole when it was signed: printed on its face."""
        return tuple(feed for feed in self.feeds if feed.state != "ok")


def make(database: Database, period: str, signed_by: str, because: str, at: datetime) -> FigureRelease:
    """Freeze a period that is over.

    Raises NotFound: nothing is published for it. Refused: T5701 not over, T5702 figures and recount or an identity differ,
    T5703 it replaces a release and does not say why, T5704 nothing differs from the release before.
    """
    _must_be_over(period, at)
    with database.snapshot() as db:
        checked = check(db, period)
        if not checked.is_sound:
            raise _unsound(period, checked)
        until = int(db.rows("newest_change")[0]["sequence"])
        cells = cells_of(db, period, until)
        if not cells:
            raise NotFound(f"no figure is published for {period} · 该期没有统计数据", next_step="tongda figures check")
        before = listed(db, period)
        release = _release(db, period, signed_by, because, at, until, cells, before, checked.cells)
    with database.transaction() as db:
        if not db.rows(
            "keep_release", id=release.id, period=period, made_at=at, manifest=json(release.model_dump(mode="json"))
        ):
            raise Refused(f"{release.id} was made by another command a moment ago", next_step="tongda figures list")
    return release


def _release(
    db: Snapshot,
    period: str,
    signed_by: str,
    because: str,
    at: datetime,
    until: int,
    cells: Sequence[Cell],
    before: Sequence[FigureRelease],
    recounted: int,
) -> FigureRelease:
    data, replaced = written(cells), before[0] if before else None
    causes: Counter[str] = Counter()
    if replaced:
        if replaced.sha256 == sha256(written(in_form(cells, replaced.format))):
            raise Refused(
                f"nothing differs from {replaced.id}", code="T5704", next_step=f"tongda figures manifest {replaced.id}"
            )
        if not because:
            raise Refused(
                f"it replaces {replaced.id} and does not say why · 须说明更新原因",
                code="T5703",
                next_step="add --because TEXT",
            )
        causes = Counter(change.cause for change in changes(cells_of(db, period, replaced.sequence), cells))
    statuses = [convert(row["value"], SourceStatus) for row in db.rows("source_statuses")]
    offsets: dict[str, dict[int, int]] = {}
    for position in db.read(Position, "positions", consumer=CONSUMER):
        offsets.setdefault(position.topic, {})[position.partition] = position.position
    return FigureRelease(
        id=f"{period}.{len(before) + 1}",
        period=period,
        made_at=at.isoformat(timespec="seconds"),
        sequence=until,
        hub=version("tongda"),
        signed_by=signed_by,
        because=because,
        replaces=replaced.id if replaced else None,
        causes=dict(sorted(causes.items())),
        definitions={indicator.id: indicator.version for indicator in INDICATORS},
        offsets=offsets,
        feeds=tuple(Feed(source=s.source, feed=s.feed, state=s.state, watermark=s.watermark) for s in statuses),
        cells=len(cells),
        sha256=sha256(data),
        synthetic=any(cell.synthetic for cell in cells),
        inputs=inputs(db, until),
        identities=identities.NAMES,
        recounted=recounted,
    )


def inputs(db: Snapshot, until: int) -> dict[str, Inputs]:
    """The contributions of every figure, as of a change of the read model."""
    rows = db.rows("inputs_until", until=until)
    return {row["indicator"]: Inputs(contributions=row["contributions"], sha256=row["sha256"]) for row in rows}


def cells_of(db: Snapshot, period: str, until: int) -> list[Cell]:
    """What is published for the period, of a month the year so far 当年累计, and what follows from them (derived figures),
    as of a change of the read model.
    """
    points = [convert(row["value"], Point) for row in db.rows("points_until", period=period, until=until)]
    cells = [of_point(point) for point in points]
    if len(period) > len("2025"):
        cells += [cell for each in INDICATORS for cell in counted(db, each, [period], ytd=True, until=until)]
    return sorted([*cells, *released(cells)])


def in_form(cells: Iterable[Cell], form: int) -> list[Cell]:
    """The cells that a release of this format has."""
    return [cell for cell in cells if form > 1 or cell.flags != DERIVED_FLAG]


def listed(db: Snapshot, period: str | None = None) -> list[FigureRelease]:
    """Releases, of one period or of all, the newest first."""
    return [FigureRelease.model_validate(row["manifest"]) for row in db.rows("releases", period=period)]


def named(db: Snapshot, id: str) -> FigureRelease:
    """Raises NotFound."""
    for row in db.rows("release", id=id):
        return FigureRelease.model_validate(row["manifest"])
    raise NotFound(f"no release is named {id} · 没有此发布版", next_step="tongda figures list")


def reproduce(db: Snapshot, release: FigureRelease) -> bytes:
    """Its table, read again from the revisions. Raises Refused: T5705 it, or what it is counted from, is not what was signed."""
    data = written(reproduced(db, release))
    if release.inputs and (found := inputs(db, release.sequence)) != release.inputs:
        names = sorted(
            name for name in found.keys() | release.inputs.keys() if found.get(name) != release.inputs.get(name)
        )
        what = f"has the cells that were signed, and other contributions behind {', '.join(names)}"
        raise _not_as_signed(release, f"{what} · 计入量与签发时不一致", "tongda store verify")
    return data


def reproduced(db: Snapshot, release: FigureRelease) -> list[Cell]:
    """Its cells, read again from the revisions. Raises Refused: T5705 they are not what was signed."""
    cells = in_form(cells_of(db, release.period, release.sequence), release.format)
    if (digest := sha256(written(cells))) != release.sha256:
        changed = [name for name, rule in release.definitions.items() if _version_of(name) != rule]
        why = f"; {', '.join(changed)} are counted by another rule today" if changed else ""
        what = f"made again has the digest {digest[:12]}…, signed was {release.sha256[:12]}…{why} · 重算与签发不一致"
        way_on = f"make it again with version {release.hub} of the hub" if changed else "tongda store verify"
        raise _not_as_signed(release, what, way_on)
    return cells


def _not_as_signed(release: FigureRelease, what: str, next_step: str) -> Refused:
    return Refused(f"{release.id} {what}", code="T5705", next_step=next_step)


def _version_of(indicator: str) -> int | None:
    """Of its rule today; None: the figure is no longer defined."""
    return BY_ID[indicator].version if indicator in BY_ID else None


def differing(db: Snapshot, earlier: FigureRelease, later: FigureRelease) -> list[Change]:
    """Every cell that two releases of one period do not share. Raises Refused."""
    if earlier.period != later.period:
        raise Refused(f"{earlier.id} and {later.id} are of different periods", next_step="tongda figures list")
    form = min(earlier.format, later.format)
    return changes(*(in_form(cells_of(db, each.period, each.sequence), form) for each in (earlier, later)))


def _must_be_over(period: str, at: datetime) -> None:
    """A month or a year before that of ``at``."""
    if not PERIOD.fullmatch(period):
        why = f"{period!r} is neither a month (2025-03) nor a year (2025) · 应为月或年"
    elif period >= at.strftime("%Y-%m")[: len(period)]:
        why = f"{period} is not over · 该期尚未结束"
    else:
        return
    raise Refused(why, code="T5701", next_step="release a month or a year that is over")


def _unsound(period: str, found: Check) -> Refused:
    if found.differences:
        one = found.differences[0]
        what = f"{one.cell} is {one.published}, the recount gives {one.recounted} ({one.contribution or 'no contribution'})"
    elif found.broken:
        bad = found.broken[0]
        behind = bad.contribution or "no contribution"
        what = f"{bad.identity}: {bad.cell} should be {bad.expected}, is {bad.found} ({behind})"
    else:
        what = f"{', '.join(found.unchecked)}: no figure of this program"
    return Refused(
        f"the figures of {period} are not sound: {what} · 数据校验未通过",
        code="T5702",
        next_step="tongda figures check",
    )
