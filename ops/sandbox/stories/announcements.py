"""How stories announce a change of a right: in the gazette's next file, under a title, with a text."""

from __future__ import annotations

from datetime import date

from ops.sandbox.rows.rows import Rows
from ops.sandbox.world.facts import Patent
from ops.sandbox.world.ledger import Fact
from ops.sandbox.world.world import Draft, World, publication_day

ANNOUNCEMENTS_A_FILE = 50


def place(world: World, day: date) -> str:
    """The gazette's file of a publication day; once the world is live a day has numbered files of fifty announcements."""
    number = f"-{world.number('drop') // ANNOUNCEMENTS_A_FILE:05d}" if world.live else ""
    return f"{publication_day(day):%Y%m%d}{number}"


def announce(
    world: World,
    rows: Rows,
    feed: str,
    patent: Patent,
    title: str,
    text: str,
    day: date,
    event: str,
    fact: Fact,
    unreadable: str = "",
) -> Draft:
    """One announcement in the file of the last publication day. ``unreadable``: the reason why no reader can accept it."""
    announced = publication_day(day)
    return rows.announcement(
        feed, patent, title, text, announced, place(world, day), event, fact, unreadable=unreadable
    )
