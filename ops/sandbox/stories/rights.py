"""Stories of rights that end, are restored or preserved, and of announcements that change nothing or cannot be read."""

from __future__ import annotations

from datetime import timedelta

from ops.sandbox.rows import wording
from ops.sandbox.rows.rows import Rows
from ops.sandbox.stories.announcements import announce
from ops.sandbox.stories.offers import ENDED
from ops.sandbox.world.world import Story, Wait, World, publication_day

FEED = "legal_status"


def lapsed(world: World, rows: Rows) -> Story:
    """A fee is not paid and the right ends; some rights are restored."""
    day = yield Wait(0)
    patent = world.take(lambda one: not one.notes)
    if patent is None:
        return
    patent.notes.add(ENDED)
    text, fact = wording.lapsed(patent, day - timedelta(30)), {"kind": "legal-status", "phase": "lapsed"}
    yield announce(world, rows, FEED, patent, "未缴年费专利权终止", text, day, "lapsed", fact)
    if world.chance.random() < 0.35:
        day = yield Wait(world.chance.randrange(30, 120))
        text, fact = wording.restored(patent, day - timedelta(60)), {"kind": "legal-status", "phase": "restored"}
        yield announce(world, rows, FEED, patent, "权利的恢复", text, day, "restored", fact)
        patent.notes.discard(ENDED)
    world.give_back(patent)


def preserved(world: World, rows: Rows) -> Story:
    """A court preserves a patent; later the preservation is lifted."""
    day = yield Wait(0)
    patent = world.take(lambda one: ENDED not in one.notes)
    if patent is None:
        return
    text = wording.preserved(patent, publication_day(day) - timedelta(9))
    fact = {"kind": "legal-status", "phase": "preserved"}
    yield announce(world, rows, FEED, patent, "专利权的保全", text, day, "preserved", fact)
    day = yield Wait(world.chance.randrange(20, 150))
    text = wording.preservation_lifted(patent, publication_day(day) - timedelta(9))
    fact = {"kind": "legal-status", "phase": "preservation_lifted"}
    yield announce(world, rows, FEED, patent, "专利权保全的解除", text, day, "preservation_lifted", fact)
    world.give_back(patent)


def misprinted(world: World, rows: Rows) -> Story:
    """The gazette prints a title that no reader accepts, or the correction of a page, which changes no right."""
    day = yield Wait(0)
    patent = world.take(lambda one: True)
    if patent is None:
        return
    if world.chance.random() < 0.5:
        title, reason = "其他未列事项", "gazette_title_unknown"
        yield announce(world, rows, FEED, patent, title, f"{title}\n无内容", day, "dirty", {}, unreadable=reason)
    else:
        text, fact = wording.corrected(patent), {"kind": "legal-status", "phase": "corrected"}
        yield announce(world, rows, FEED, patent, "发明专利公报更正", text, day, "corrected", fact)
    yield Wait(8)
    world.give_back(patent)
