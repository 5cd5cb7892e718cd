"""Stories of pledges: some patents of one firm secure a loan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from ops.sandbox.rows import wording
from ops.sandbox.rows.printing import iso, party
from ops.sandbox.rows.rows import Rows
from ops.sandbox.stories.announcements import announce
from ops.sandbox.stories.offers import ENDED, may_deal
from ops.sandbox.world.facts import Holder, Patent
from ops.sandbox.world.ledger import Fact
from ops.sandbox.world.world import Draft, Story, Wait, World, publication_day

FEED = "pledge_registrations"
REGISTERED, RELEASED = "专利权质押合同登记的生效", "专利权质押合同登记的注销"


@dataclass(frozen=True)
class Pledge:
    """One registration, the same for all its patents."""

    number: str
    registered: date
    firm: Holder
    bank: Holder

    def fact(self, phase: str, **days: str | None) -> Fact:
        """What an announcement about one of its patents states."""
        sides = {"givers": [party(self.firm, place=False)], "takers": [party(self.bank, place=False)]}
        return {"kind": "pledge", "phase": phase, "registration_number": self.number, **days, **sides}


def pledged(world: World, rows: Rows) -> Story:
    """A firm pledges some of its patents: only the platform names the amount; later some or all are released."""
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
        if one.holders[0] == firm and one.number not in world.busy and ENDED not in one.notes
    ]
    patents = [first, *own[: chance.choice((0, 1, 1, 2, 3))]]
    world.busy.update(one.number for one in patents)
    bank = chance.choice(world.facts.banks)
    number = f"Y{day.year}43{world.number('registration'):07d}"
    registered = publication_day(day) - timedelta(chance.randrange(10, 34))
    secured = chance.randrange(1, 60) * 50_000_000
    pledge = Pledge(number, registered, firm, bank)
    noticed = chance.random() < 0.85
    if noticed:
        yield _notice(world, rows, pledge, patents, secured, day)
    if chance.random() < 0.6:
        yield from _booked(world, rows, pledge, patents, secured)
    day = yield Wait(chance.randrange(1, 20))
    yield from _registered(world, rows, pledge, patents, noticed, day)
    world.give_back(*patents)


def _notice(world: World, rows: Rows, pledge: Pledge, patents: list[Patent], secured: int, day: date) -> Draft:
    """The platform's notice, sometimes with another day than the register's, which then wins."""
    stated = pledge.registered + timedelta(1 if world.chance.random() < 0.08 else 0)
    record, loan = f"P{world.number('pledge'):06d}", secured * 9 // 10
    collateral = "mixed" if world.chance.random() < 0.1 else "patent"
    return rows.pledge(record, pledge.number, patents, pledge.bank, stated, day, secured, loan, collateral)


def _booked(world: World, rows: Rows, pledge: Pledge, patents: list[Patent], secured: int) -> Story:
    """The loan in its bank's ledger; one booked by mistake is left out when the bank sends the month again."""
    chance, bank = world.chance, pledge.bank
    branch, paid = world.facts.banks.index(bank) + 1, pledge.registered + timedelta(chance.randrange(1, 6))
    loan = chance.choice((secured, secured * 9 // 10, 500_000_000))
    serial = world.number("loan")
    booked = rows.loan(serial, patents, bank, branch, pledge.number, pledge.registered, secured, loan, paid)
    yield booked
    is_alone = world.first_time("ledger", booked.place)  # a month is never sent again without any row
    if not is_alone and chance.random() < 0.4:
        yield Wait(chance.randrange(5, 20))
        yield Draft(booked.source, booked.feed, booked.record, "delete", "loan_left_out")


def _registered(world: World, rows: Rows, pledge: Pledge, patents: list[Patent], noticed: bool, day: date) -> Story:
    """The register announces each patent, sometimes all but the last; half of the pledges are released later."""
    chance = world.chance
    sides = rows.names([pledge.firm]), rows.names([pledge.bank])
    for patent in patents[:-1] if noticed and len(patents) > 2 and chance.random() < 0.2 else patents:
        text = wording.pledge_registered(patent, pledge.number, *sides, pledge.registered)
        fact = pledge.fact("registered", registered_on=iso(pledge.registered))
        yield announce(world, rows, FEED, patent, REGISTERED, text, day, "pledge_registered", fact)
    if chance.random() < 0.5:
        day = yield Wait(chance.randrange(40, 300))
        freed = patents if chance.random() < 0.7 else patents[:1]
        released = publication_day(day) - timedelta(chance.randrange(10, 20))
        for patent in freed:
            text = wording.pledge_released(patent, pledge.number, *sides, released)
            fact = pledge.fact("released", released_on=iso(released))
            yield announce(world, rows, FEED, patent, RELEASED, text, day, "pledge_released", fact)
    elif chance.random() < 0.3:  # the loan fails, and the fund pays a part of it
        day = yield Wait(chance.randrange(60, 200))
        fen, disposed = chance.randrange(1, 40) * 10_000_000, day if chance.random() < 0.5 else None
        serial = world.number("compensation")
        yield rows.compensation(serial, patents, pledge.bank, pledge.number, fen, day, disposed)
