"""Stories of lists: which organisations stand on them on the first day, and which are added later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from ops.sandbox.rows.catalogues import CHAINS
from ops.sandbox.rows.party_lists import OFFICIAL_LISTS
from ops.sandbox.rows.rows import CENTRES, Rows
from ops.sandbox.stories.licences import trial_list
from ops.sandbox.world.world import Draft, Story, Wait, World, notice

ON_A_NEW_LIST, ON_AN_OLD_LIST = 2, 20  # firms in the notice of a list, later and on the first day
IN_REGISTRY, IN_CENTRE = 60, 12


def listed(world: World, rows: Rows) -> Story:
    """A firm is added to the list of specialised SMEs, before or after it buys; or some to another official list."""
    day = yield Wait(0)
    if world.chance.random() < 0.4:
        yield from official_list(world, rows, world.chance.choice(tuple(OFFICIAL_LISTS)), ON_A_NEW_LIST, day)
        return
    waiting = [one for one in world.enterprises if one.name not in world.small]
    if waiting:
        firm = world.chance.choice(waiting)
        world.small[firm.name] = day
        yield rows.specialised(f"ZJTX-{world.number('sme'):05d}", firm, day)


def official_list(world: World, rows: Rows, feed: str, firms: int, day: date) -> Iterator[Draft]:
    """One notice of one list; a firm comes onto a list once."""
    name = notice(world, day)
    for firm in world.chance.sample(world.enterprises, firms):
        if world.first_time("list", feed, firm.name):
            yield rows.on_list(feed, name, firm, day)


def lists_of_the_first_day(world: World, rows: Rows) -> Story:
    """Registered and filed organisations on the first day, so that the place of each is on some list."""
    day = yield Wait(0)
    filed = notice(world, day)
    for holder in world.organisations:
        since = day - timedelta(world.chance.randrange(1, 300))
        if holder.type == "enterprise":
            yield rows.registered_enterprise(holder, since)
        if holder.type != "enterprise" or world.chance.random() < 0.25:
            yield rows.filed(filed, holder, since)
            if world.chance.random() < 0.3:  # another centre publishes the same
                centre = world.chance.choice(CENTRES[1:])
                yield rows.filed(filed, holder, since, centre)
    for firm in world.chance.sample(world.enterprises, len(world.enterprises) // 4):
        since = day - timedelta(world.chance.randrange(1, 200))
        world.small[firm.name] = since
        yield rows.specialised(f"ZJTX-{world.number('sme'):05d}", firm, since)
    for feed in OFFICIAL_LISTS:
        yield from official_list(world, rows, feed, ON_AN_OLD_LIST, day)
    for firm in world.chance.sample(world.enterprises, IN_REGISTRY):
        state = "注销" if world.chance.random() < 0.05 else "存续"
        yield rows.registered_firm(firm, day - timedelta(world.chance.randrange(400, 7000)), state)
    for centre in CHAINS:
        for firm in world.chance.sample(world.enterprises, IN_CENTRE):
            yield rows.centre_member(centre, firm, day)
    yield from trial_list(world, rows, day)
