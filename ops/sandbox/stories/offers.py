"""Stories of grants and offers, and the conditions for a deal.

A story is a generator: it yields its changes and the days until it continues, and receives the day on which it continues.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from ops.sandbox.rows.catalogues import CHAINS
from ops.sandbox.rows.printing import INDUSTRY_NAMES, Row
from ops.sandbox.rows.rows import Rows
from ops.sandbox.stories.announcements import place
from ops.sandbox.world.facts import Patent, new_patent
from ops.sandbox.world.industries import industries_of
from ops.sandbox.world.world import UNIVERSITIES, Draft, Story, Wait, World, publication_day

SETTLED_DAYS = 80  # an offer is older than this before the same patent is dealt in, so that their order is certain
DEALT, ENDED = "dealt", "ended"  # notes on a patent


def may_deal(day: date, *, research: bool = False, person: bool = True) -> Callable[[Patent], bool]:
    """A condition for ``World.take``: patents that may be dealt in on that day; of research bodies only, of persons too."""

    def ready(patent: Patent) -> bool:
        settled = patent.listed_on is None or (day - patent.listed_on).days > SETTLED_DAYS
        holder = patent.holders[0]
        return (
            settled
            and not patent.notes & {ENDED, DEALT}
            and (person or not holder.is_person)
            and (not research or holder.type in ("university", "research_institute"))
            and (day - patent.granted_on).days > 90
        )

    return ready


def of_a_university(world: World, ready: Callable[[Patent], bool]) -> Patent | None:
    """A patent that a university with a platform of its own holds alone and that is ready; taken as by ``World.take``."""
    own = [one for one in world.patents if len(one.holders) == 1 and one.holders[0].name in UNIVERSITIES]
    free = [one for one in own if one.number not in world.busy and ready(one)]
    if not free:
        return None
    patent = world.chance.choice(free)
    world.busy.add(patent.number)
    return patent


def drawn(world: World, ready: Callable[[Patent], bool]) -> Patent | None:
    """A patent for a deal; one in four is of a university that announces its deals itself."""
    of_its = of_a_university(world, ready) if world.chance.random() < 0.25 else None
    return of_its or world.take(ready)


def granted(world: World, rows: Rows, patent: Patent | None = None) -> Story:
    """A patent is granted and announced; some numbers are damaged by a spreadsheet. Most patents are then offered."""
    day = yield Wait(0)
    serial = world.number("grant")
    if patent is None:
        patent = new_patent(world.facts, world.chance, 40_000 + serial, day, day)
        world.patents.append(patent)
    patent.granted_on = publication_day(day)
    world.busy.add(patent.number)
    destroyed = world.chance.random() < 0.05
    yield rows.grant(patent, serial, place(world, day), destroyed=destroyed)
    if patent.holders[0] in world.research and world.chance.random() < 0.5:
        yield rows.declaration(patent, world.number("declaration"), day)
    if world.chance.random() < 0.7:
        day = yield Wait(world.chance.randrange(1, 60))
        yield from _offer(world, rows, patent, day)
    world.give_back(patent)


def offered(world: World, rows: Rows, patent: Patent | None = None) -> Story:
    """A patent is put on offer; later the offer changes, is taken down, or comes back under a new id."""
    day = yield Wait(0)
    patent = patent or world.take(lambda one: one.listed_on is None and not one.notes)
    if patent is None or patent.listed_on is not None:
        return
    world.busy.add(patent.number)
    yield from _offer(world, rows, patent, day)
    world.give_back(patent)


@dataclass(frozen=True)
class Offer:
    """What one owner says in an offer of one patent, the same on every platform that shows it."""

    patent: Patent
    posted: date
    industries: tuple[str, ...]
    price: Row

    def on_service(self, rows: Rows, record: str, state: str = "在架") -> Draft:
        """Its row on hn_ip_service."""
        return rows.supply(record, self.patent, self.posted, self.industries, self.price, state)


def _offer(world: World, rows: Rows, patent: Patent, day: date) -> Story:
    """An offer and what becomes of it: repaired, changed in price or state, taken down, posted again."""
    chance = world.chance
    record = f"S{world.number('supply'):06d}"
    offer = Offer(patent, day, industries_of(patent.ipc) if chance.random() < 0.8 else (), rows.price())
    patent.listed_on = day
    if chance.random() < 0.03:
        yield _wrong_number(rows, offer.on_service(rows, record), patent)
        day = yield Wait(chance.randrange(9, 40))
        if chance.random() < 0.5:
            return
        yield replace(offer.on_service(rows, record), op="edit", event="repaired")
    else:
        yield offer.on_service(rows, record)
    exchange = f"XM{world.number('exchange'):06d}" if chance.random() < 0.25 else ""
    if exchange:
        yield rows.exchange_offer(exchange, patent, offer.posted, offer.price, "挂牌中")
        if chance.random() < 0.4:  # a market repeats it, and keeps it when it is gone there
            yield rows.market_project(f"XX{world.number('project_of_market'):06d}", [patent], offer.posted, offer.price)
    yield from catalogued(world, rows, patent, offer.posted)
    yield from _changed(world, rows, offer, record)
    if exchange and chance.random() < 0.5:
        yield from _closed_at_exchange(world, rows, offer, exchange)
    elif chance.random() < 0.1:
        day = yield Wait(chance.randrange(5, 30))
        patent.listed_on = day
        yield from _auction(world, rows, patent, day)


def _changed(world: World, rows: Rows, offer: Offer, record: str) -> Story:
    """On the service platform the price changes, or the state, or the offer is taken down and perhaps posted again."""
    chance = world.chance
    dice = chance.random()
    if dice < 0.12:
        yield Wait(chance.randrange(5, 200))
        changed = replace(offer, price=rows.price()).on_service(rows, record)
        yield replace(changed, op="edit", event="price_changed")
    elif dice < 0.2:
        yield Wait(chance.randrange(5, 200))
        state = chance.choice(("已预约", "已下架", "已成交"))
        yield replace(offer.on_service(rows, record, state), op="edit", event="state_changed")
    elif dice < 0.26:
        yield Wait(chance.randrange(20, 200))
        yield Draft("hn_ip_service", "supply", record, "delete", "taken_down")
        if chance.random() < 0.6:
            again = yield Wait(chance.randrange(6, 30))
            offer.patent.listed_on = again
            relisted = replace(offer, posted=again).on_service(rows, f"S{world.number('supply'):06d}")
            yield replace(relisted, event="relisted")


def _closed_at_exchange(world: World, rows: Rows, offer: Offer, record: str) -> Story:
    """The exchange marks the offer as ended, or takes it away."""
    yield Wait(world.chance.randrange(10, 60))
    if world.chance.random() < 0.4:
        ended = rows.exchange_offer(record, offer.patent, offer.posted, offer.price, "已摘牌")
        yield replace(ended, op="edit", event="state_changed")
    else:
        yield Draft("hn_ip_exchange", "offers", record, "delete", "taken_down")


def packaged(world: World, rows: Rows) -> Story:
    """An owner offers some patents as one package, which finds no buyer and is taken down."""
    day = yield Wait(0)
    chance, first = world.chance, world.take(lambda one: not one.notes and not one.holders[0].is_person)
    if first is None:
        return
    own = [
        one for one in world.patents if one.holders == first.holders and one.number not in world.busy and not one.notes
    ]
    package = [first, *own[: chance.choice((1, 2, 4))]]
    world.busy.update(one.number for one in package)
    record = f"XX{world.number('project_of_market'):06d}"
    for one in package:
        one.listed_on = day
    yield rows.market_project(record, package, day, rows.price())
    if chance.random() < 0.5:
        yield Wait(chance.randrange(20, 90))
        yield Draft("xiaoxiang_market", "projects", record, "delete", "taken_down")
    world.give_back(*package)


def _auction(world: World, rows: Rows, patent: Patent, day: date) -> Story:
    """The exchange auctions a patent; some find no bidder."""
    lot, on, fen = f"PM{world.number('lot'):05d}", day + timedelta(20), world.chance.randrange(1, 90) * 10_000_000
    yield rows.auction(lot, patent, day, on, fen, "竞价预告")
    yield Wait(21)
    state = world.chance.choice(("已成交", "已流拍"))
    yield replace(rows.auction(lot, patent, day, on, fen, state), op="edit", event="state_changed")


def catalogued(world: World, rows: Rows, patent: Patent, day: date) -> Iterator[Draft]:
    """The catalogues that take up a patent on offer: of research bodies the pool and the alliance, of firms a centre."""
    owner, chance = patent.holders[0], world.chance
    if owner.type in ("university", "research_institute") and chance.random() < 0.5:
        yield rows.pooled(patent, day)
    if owner.type == "university" and chance.random() < 0.3:
        yield rows.alliance_offer(patent, chance.choice(tuple(INDUSTRY_NAMES)), day, rows.price())
    if owner.type == "enterprise" and chance.random() < 0.15:
        yield rows.centre_patent(chance.choice(tuple(CHAINS)), patent, day)


def _wrong_number(rows: Rows, draft: Draft, patent: Patent) -> Draft:
    """The same row with a number whose check character is wrong, which no reader may repair."""
    body, check = patent.number.split(".")
    wrong = "0" if check == "X" else str((int(check) + 1) % 10)
    return replace(
        draft,
        event="dirty",
        facts=(),
        unreadable="patent_number_check_digit",
        content={**draft.content, "专利号": f"ZL{body}.{wrong}"},
    )
