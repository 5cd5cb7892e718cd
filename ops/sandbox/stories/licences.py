"""Stories of licences: noticed, recorded, changed, cancelled; open licences declared and withdrawn."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from ops.sandbox.rows import wording
from ops.sandbox.rows.printing import LICENCE_KINDS, iso, party
from ops.sandbox.rows.rows import Rows
from ops.sandbox.stories.announcements import announce
from ops.sandbox.stories.offers import drawn, may_deal
from ops.sandbox.world.facts import Holder, Patent
from ops.sandbox.world.world import UNIVERSITIES, Draft, Story, Wait, World, notice, publication_day

RECORDED, CHANGED, CANCELLED = (f"专利实施许可合同备案的{what}" for what in ("生效", "变更", "注销"))


def licensed(world: World, rows: Rows) -> Story:
    """A licence: noticed by the platform, recorded weeks later, sometimes changed or cancelled."""
    day = yield Wait(0)
    chance = world.chance
    patent = drawn(world, may_deal(day, research=chance.random() < 0.6, person=False))
    if patent is None:
        return
    taker = world.buyer(patent.holders[0])
    while taker.is_person:
        taker = world.buyer(patent.holders[0])
    kind = chance.choice(("ordinary", "ordinary", "exclusive", "sole", "cross", "sublicence"))
    signed = day - timedelta(chance.randrange(40, 70))
    if patent.holders[0].name in UNIVERSITIES:
        name, announced, asked = notice(world, day), signed - timedelta(15), chance.randrange(1, 80) * 10_000_000
        office = UNIVERSITIES[patent.holders[0].name]
        yield rows.university_licence(office, name, patent, taker, kind, signed, announced, asked)
    if chance.random() < 0.6:
        fen = chance.randrange(1, 80) * 10_000_000 if chance.random() < 0.8 else None
        yield rows.noticed_licence(f"L{world.number('licence'):06d}", patent, [taker], kind, signed, day, fen)
    if chance.random() < 0.15:
        world.give_back(patent)
        return  # noticed, never recorded
    day = yield Wait(chance.randrange(2, 45))
    yield from _recorded(world, rows, patent, taker, kind, day)
    world.give_back(patent)


def _recorded(world: World, rows: Rows, patent: Patent, taker: Holder, kind: str, day: date) -> Story:
    """The register records the licence; later it may record a change and a cancellation."""
    chance, feed = world.chance, "licence_recordals"
    recordal = f"X{day.year}43{world.number('recordal'):07d}"
    recorded = publication_day(day) - timedelta(chance.randrange(10, 34))
    sides = {"givers": [party(one, place=False) for one in patent.holders], "takers": [party(taker, place=False)]}
    givers, takers = rows.names(patent.holders), rows.names([taker])
    text = wording.licence_recorded(patent, recordal, givers, takers, LICENCE_KINDS[kind], recorded)
    fact = {
        "kind": "licence",
        "phase": "recorded",
        "recordal_number": recordal,
        "recorded_on": iso(recorded),
        "licence_kind": kind,
        "ipc": [patent.ipc],
        **sides,
    }
    yield announce(world, rows, feed, patent, RECORDED, text, day, "licence_recorded", fact)
    if chance.random() < 0.15:
        day = yield Wait(chance.randrange(20, 90))
        text = wording.licence_changed(patent, recordal, publication_day(day) - timedelta(11))
        fact = {"kind": "licence", "phase": "changed", "recordal_number": recordal}
        yield announce(world, rows, feed, patent, CHANGED, text, day, "licence_changed", fact)
    if chance.random() < 0.25:
        day = yield Wait(chance.randrange(20, 200))
        released = publication_day(day) - timedelta(12)
        text = wording.licence_cancelled(patent, recordal, givers, takers, released)
        fact = {
            "kind": "licence",
            "phase": "cancelled",
            "recordal_number": recordal,
            "released_on": iso(released),
            **sides,
        }
        yield announce(world, rows, feed, patent, CANCELLED, text, day, "licence_cancelled", fact)


def opened(world: World, rows: Rows) -> Story:
    """A holder declares an open licence; some declarations are withdrawn."""
    day = yield Wait(0)
    patent = world.take(lambda one: not one.notes and not one.holders[0].is_person)
    if patent is None:
        return
    holders, feed = rows.names(patent.holders), "open_licences"
    sides = {"givers": [party(one, place=False) for one in patent.holders]}
    fee = world.chance.choice(("一次总付，20000元", "免费", "按年支付，每年5000元"))
    text = wording.open_licence(patent, holders, fee, "3年")
    fact = {"kind": "open-licence", "phase": "declared", **sides}
    yield announce(world, rows, feed, patent, "专利开放许可声明", text, day, "open_licence", fact)
    in_zone, until = world.chance.random() < 0.75, date(day.year + 3, 12, 31)
    if in_zone:  # some days later the province's zone lists what was announced
        announced, day = publication_day(day), (yield Wait(world.chance.randrange(2, 12)))
        yield rows.zone_declaration(notice(world, day), patent, announced, until)
    if world.chance.random() < 0.4:
        day = yield Wait(world.chance.randrange(20, 120))
        text = wording.open_licence_withdrawn(patent, holders)
        fact = {"kind": "open-licence", "phase": "withdrawn", **sides}
        yield announce(world, rows, feed, patent, "专利开放许可声明的撤回", text, day, "open_licence_withdrawn", fact)
        if in_zone:
            announced, day = publication_day(day), (yield Wait(world.chance.randrange(2, 12)))
            yield rows.zone_withdrawal(notice(world, day), patent, announced)
    world.give_back(patent)


def trial_list(world: World, rows: Rows, day: date) -> Iterator[Draft]:
    """The zone's list of its trial, before the gazette announced open licences: one notice, and no announcement."""
    of_research = [one for one in world.patents if one.holders[0] in world.research]
    name = notice(world, day)
    for patent in of_research[:8]:
        yield rows.zone_declaration(name, patent, day - timedelta(30), date(day.year + 3, 6, 30))
