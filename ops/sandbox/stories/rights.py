"""Stories of rights that are lent, pledged, lost or kept from sale: licences, pledges, lapses, court orders."""

from __future__ import annotations

from datetime import timedelta

from ops.sandbox.rows import wording
from ops.sandbox.rows.printing import LICENCE_KINDS, iso, party
from ops.sandbox.rows.rows import Rows
from ops.sandbox.stories.offers import DEAD, may_deal, place
from ops.sandbox.world.world import Story, Wait, World, publication_day


def licensed(world: World, rows: Rows) -> Story:
    """A licence: noticed, recorded weeks later, sometimes changed or cancelled; an exclusive one encumbers."""
    day = yield Wait(0)
    chance = world.chance
    patent = world.take(may_deal(day, research=chance.random() < 0.6, person=False))
    if patent is None:
        return
    taker = world.buyer(patent.holders[0])
    while taker.is_person:
        taker = world.buyer(patent.holders[0])
    kind = chance.choice(("ordinary", "ordinary", "exclusive", "sole", "cross", "sublicence"))
    signed = day - timedelta(chance.randrange(40, 70))
    if chance.random() < 0.6:
        fen = chance.randrange(1, 80) * 10_000_000 if chance.random() < 0.8 else None
        yield rows.noticed_licence(f"L{world.number('licence'):06d}", patent, [taker], kind, signed, day, fen)
    if chance.random() < 0.15:
        world.give_back(patent)
        return
    day = yield Wait(chance.randrange(2, 45))
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
    yield rows.announcement(
        "licence_recordals",
        patent,
        "专利实施许可合同备案的生效",
        text,
        publication_day(day),
        place(world, day),
        "licence_recorded",
        fact,
    )
    if chance.random() < 0.15:
        day = yield Wait(chance.randrange(20, 90))
        text = wording.licence_changed(patent, recordal, publication_day(day) - timedelta(11))
        yield rows.announcement(
            "licence_recordals",
            patent,
            "专利实施许可合同备案的变更",
            text,
            publication_day(day),
            place(world, day),
            "licence_changed",
            {"kind": "licence", "phase": "changed", "recordal_number": recordal},
        )
    if chance.random() < 0.25:
        day = yield Wait(chance.randrange(20, 200))
        released = publication_day(day) - timedelta(12)
        text = wording.licence_cancelled(patent, recordal, givers, takers, released)
        yield rows.announcement(
            "licence_recordals",
            patent,
            "专利实施许可合同备案的注销",
            text,
            publication_day(day),
            place(world, day),
            "licence_cancelled",
            {
                "kind": "licence",
                "phase": "cancelled",
                "recordal_number": recordal,
                "released_on": iso(released),
                **sides,
            },
        )
    world.give_back(patent)


def pledged(world: World, rows: Rows) -> Story:
    """Some patents of one firm secure a loan: only the platform tells the money; later some or all are free."""
    day = yield Wait(0)
    chance = world.chance
    first = world.take(may_deal(day, person=False))
    if first is None:
        return
    firm = first.holders[0]
    if firm.type != "enterprise":
        world.give_back(first)
        return
    own = [
        one
        for one in world.patents
        if one.holders[0] == firm and one.number not in world.busy and DEAD not in one.notes
    ]
    patents = [first, *own[: chance.choice((0, 1, 1, 2, 3))]]
    world.busy.update(one.number for one in patents)
    bank = chance.choice(world.facts.banks)
    registration = f"Y{day.year}43{world.number('registration'):07d}"
    announced = publication_day(day)
    registered = announced - timedelta(chance.randrange(10, 34))
    secured = chance.randrange(1, 60) * 50_000_000
    seen = chance.random() < 0.85
    if seen:
        off = (
            timedelta(1) if chance.random() < 0.08 else timedelta(0)
        )  # the platform names another day: the register wins
        yield rows.pledge(
            f"P{world.number('pledge'):06d}",
            registration,
            patents,
            bank,
            registered + off,
            day,
            secured,
            secured * 9 // 10,
            "mixed" if chance.random() < 0.1 else "patent",
        )
    day = yield Wait(chance.randrange(1, 20))
    sides = {"givers": [party(firm, place=False)], "takers": [party(bank, place=False)]}
    said = (rows.names([firm]), rows.names([bank]))
    announced = publication_day(day)
    late = patents[:-1] if seen and len(patents) > 2 and chance.random() < 0.2 else patents  # the register misses one
    for patent in late:
        text = wording.pledge_registered(patent, registration, *said, registered)
        yield rows.announcement(
            "pledge_registrations",
            patent,
            "专利权质押合同登记的生效",
            text,
            announced,
            place(world, day),
            "pledge_registered",
            {
                "kind": "pledge",
                "phase": "registered",
                "registration_number": registration,
                "registered_on": iso(registered),
                **sides,
            },
        )
    if chance.random() < 0.5:
        day = yield Wait(chance.randrange(40, 300))
        freed = patents if chance.random() < 0.7 else patents[:1]
        released = publication_day(day) - timedelta(chance.randrange(10, 20))
        for patent in freed:
            text = wording.pledge_released(patent, registration, *said, released)
            yield rows.announcement(
                "pledge_registrations",
                patent,
                "专利权质押合同登记的注销",
                text,
                publication_day(day),
                place(world, day),
                "pledge_released",
                {
                    "kind": "pledge",
                    "phase": "released",
                    "registration_number": registration,
                    "released_on": iso(released),
                    **sides,
                },
            )
    world.give_back(*patents)


def lapsed(world: World, rows: Rows) -> Story:
    """A fee is not paid and the right ends; some rights are restored."""
    day = yield Wait(0)
    patent = world.take(lambda one: not one.notes)
    if patent is None:
        return
    patent.notes.add(DEAD)
    text = wording.lapsed(patent, day - timedelta(30))
    yield rows.announcement(
        "legal_status",
        patent,
        "未缴年费专利权终止",
        text,
        publication_day(day),
        place(world, day),
        "lapsed",
        {"kind": "legal-status", "phase": "lapsed"},
    )
    if world.chance.random() < 0.35:
        day = yield Wait(world.chance.randrange(30, 120))
        text = wording.restored(patent, day - timedelta(60))
        yield rows.announcement(
            "legal_status",
            patent,
            "权利的恢复",
            text,
            publication_day(day),
            place(world, day),
            "restored",
            {"kind": "legal-status", "phase": "restored"},
        )
        patent.notes.discard(DEAD)
    world.give_back(patent)


def preserved(world: World, rows: Rows) -> Story:
    """A court preserves a patent; later the preservation is lifted."""
    day = yield Wait(0)
    patent = world.take(lambda one: DEAD not in one.notes)
    if patent is None:
        return
    text = wording.preserved(patent, publication_day(day) - timedelta(9))
    yield rows.announcement(
        "legal_status",
        patent,
        "专利权的保全",
        text,
        publication_day(day),
        place(world, day),
        "preserved",
        {"kind": "legal-status", "phase": "preserved"},
    )
    day = yield Wait(world.chance.randrange(20, 150))
    text = wording.preservation_lifted(patent, publication_day(day) - timedelta(9))
    yield rows.announcement(
        "legal_status",
        patent,
        "专利权保全的解除",
        text,
        publication_day(day),
        place(world, day),
        "preservation_lifted",
        {"kind": "legal-status", "phase": "preservation_lifted"},
    )
    world.give_back(patent)


def opened(world: World, rows: Rows) -> Story:
    """A holder declares an open licence; some declarations are withdrawn."""
    day = yield Wait(0)
    patent = world.take(lambda one: not one.notes and not one.holders[0].is_person)
    if patent is None:
        return
    holders = rows.names(patent.holders)
    fact = {"givers": [party(one, place=False) for one in patent.holders]}
    text = wording.open_licence(
        patent, holders, world.chance.choice(("一次总付，20000元", "免费", "按年支付，每年5000元")), "3年"
    )
    yield rows.announcement(
        "open_licences",
        patent,
        "专利开放许可声明",
        text,
        publication_day(day),
        place(world, day),
        "open_licence",
        {"kind": "open-licence", "phase": "declared", **fact},
    )
    if world.chance.random() < 0.3:
        day = yield Wait(world.chance.randrange(20, 120))
        text = wording.open_licence_withdrawn(patent, holders)
        yield rows.announcement(
            "open_licences",
            patent,
            "专利开放许可声明的撤回",
            text,
            publication_day(day),
            place(world, day),
            "open_licence_withdrawn",
            {"kind": "open-licence", "phase": "withdrawn", **fact},
        )
    world.give_back(patent)


def misprinted(world: World, rows: Rows) -> Story:
    """The gazette prints what nobody can read: an unknown title, or a correction of a page that changes no right."""
    day = yield Wait(0)
    patent = world.take(lambda one: True)
    if patent is None:
        return
    if world.chance.random() < 0.5:
        yield rows.announcement(
            "legal_status",
            patent,
            "其他未列事项",
            "其他未列事项\n无内容",
            publication_day(day),
            place(world, day),
            "dirty",
            {},
            unreadable="gazette_title_unknown",
        )
    else:
        yield rows.announcement(
            "legal_status",
            patent,
            "发明专利公报更正",
            wording.corrected(patent),
            publication_day(day),
            place(world, day),
            "corrected",
            {"kind": "legal-status", "phase": "corrected"},
        )
    yield Wait(8)
    world.give_back(patent)
