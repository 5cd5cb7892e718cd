"""Stories of the holders of a patent: sales and co-owners; addresses and names, which transfer nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from ops.sandbox.rows import wording
from ops.sandbox.rows.printing import iso, party
from ops.sandbox.rows.rows import Rows
from ops.sandbox.stories.announcements import announce, place
from ops.sandbox.stories.market import contract_row, where_registered
from ops.sandbox.stories.offers import DEALT, drawn, may_deal
from ops.sandbox.world.facts import Holder, Patent, renamed
from ops.sandbox.world.ledger import Fact
from ops.sandbox.world.world import UNIVERSITIES, Draft, Story, Wait, World, notice, publication_day


def sold(world: World, rows: Rows) -> Story:
    """A patent is sold: noticed by the platform, sometimes under contract, weeks later recorded in the register."""
    day = yield Wait(0)
    chance = world.chance
    patent = drawn(world, may_deal(day, research=chance.random() < 0.5))
    if patent is None:
        return
    givers, takers = tuple(patent.holders), (world.buyer(patent.holders[0]),)
    signed = day - timedelta(chance.randrange(40, 70))
    fen = chance.randrange(1, 300) * 10_000_000 // 10
    lone = any(holder.is_person for holder in (*givers, *takers))
    if givers[0].name in UNIVERSITIES and not lone:  # it announces what it is going to sell, and for how much
        office = UNIVERSITIES[givers[0].name]
        yield rows.university_sale(office, notice(world, day), patent, takers[0], signed - timedelta(15), fen)
    if chance.random() < 0.7 and not lone:
        yield from _noticed(world, rows, patent, takers, signed, fen, day)
        if chance.random() < 0.3:  # the exchange on which it was sold says so as well
            yield rows.exchange_deal(f"CJ{world.number('deal'):06d}", [patent], takers, signed, day, fen)
        if chance.random() < 0.5:
            day = yield Wait(chance.randrange(3, 30))
            draft = contract_row(world, rows, "transfer", givers[0], takers[0], [patent], fen, signed, day)
            yield from where_registered(world, rows, draft, givers[0], takers[0], day)
    if chance.random() < 0.12 and not lone:
        world.give_back(patent)
        return  # noticed, never recorded
    day = yield Wait(chance.randrange(2, 45))
    yield from _recorded(world, rows, patent, givers, takers, day)
    patent.holders = list(takers)
    patent.notes.add(DEALT)
    world.give_back(patent)
    if chance.random() < 0.25:
        yield Wait(chance.randrange(120, 260))  # the next transfer of the same patent: another event
        patent.notes.discard(DEALT)


def _noticed(
    world: World, rows: Rows, patent: Patent, takers: tuple[Holder, ...], signed: date, fen: int, day: date
) -> Story:
    """The platform publishes a notice of the deal: sometimes without the amount, unreadable, or corrected later."""
    chance, record = world.chance, f"T{world.number('transfer'):06d}"
    draft = rows.noticed_transfer(record, [patent], takers, signed, day, fen if chance.random() < 0.8 else None)
    if chance.random() < 0.04:
        content = {**draft.content, "成交金额": "12.3.4万元"}
        yield replace(draft, event="dirty", facts=(), unreadable="money_unreadable", content=content)
        return
    yield draft
    if chance.random() < 0.1:
        yield Wait(2)
        more = rows.noticed_transfer(record, [patent], takers, signed, day, fen + 5_000_000)
        yield replace(more, op="edit", event="amount_corrected")


def _recorded(
    world: World, rows: Rows, patent: Patent, before: tuple[Holder, ...], after: tuple[Holder, ...], day: date
) -> Story:
    """The register announces the new holders in one of its wordings; sometimes twice, sometimes with a correction."""
    chance = world.chance
    announced = publication_day(day)
    effective = announced - timedelta(chance.randrange(10, 34))
    apply = patent.right_type == "invention" and chance.random() < 0.06
    title = (
        wording.RIGHT_TO_APPLY
        if apply
        else chance.choice((wording.PATENT_RIGHT, wording.PATENT_RIGHT, wording.EITHER_RIGHT))
    )
    lone = any(holder.is_person for holder in (*before, *after))
    style = "lines" if lone else chance.choice(("lines", "lines", "run", "joined", "groups"))
    if title == wording.RIGHT_TO_APPLY and style == "groups":
        style = "lines"
    file = place(world, day)
    draft = _transfer_draft(rows, "transfers", style, title, patent, before, after, effective, announced, file)
    yield draft
    if chance.random() < 0.05 and not lone:
        old = _transfer_draft(rows, "legal_status", "run", title, patent, before, after, effective, announced, file)
        yield replace(old, event="announced_twice")
    if chance.random() < 0.06:
        yield Wait(chance.randrange(3, 12))
        earlier = effective - timedelta(3)
        yield _transfer_draft(
            rows, "transfers", style, title, patent, before, after, earlier, announced, file, corrects=draft
        )
    elif chance.random() < 0.2 and not lone:
        day = yield Wait(chance.randrange(2, 9))
        yield rows.repeated(world.number("repeated"), draft, patent, day)


def _transfer_draft(
    rows: Rows,
    feed: str,
    style: str,
    title: str,
    patent: Patent,
    before: tuple[Holder, ...],
    after: tuple[Holder, ...],
    effective: date,
    announced: date,
    file: str,
    corrects: Draft | None = None,
) -> Draft:
    text = wording.transfer(style, title, patent, rows.side(before), rows.side(after), effective)
    fact = holders_changed(before, after, addressed=style != "run")
    if fact["kind"] == "transfer":
        right = "right_to_apply" if title == wording.RIGHT_TO_APPLY else "patent_right"
        fact |= {"effective_on": iso(effective), "right": right, "ipc": [patent.ipc]}
    return rows.announcement(feed, patent, title, text, announced, file, "transfer", fact, corrects=corrects)


def holders_changed(before: tuple[Holder, ...], after: tuple[Holder, ...], *, addressed: bool) -> Fact:
    """Givers and takers of a change of holders, by the holder rule (docs/domain.md#holder-rule)."""
    old, new = [holder.name for holder in before], [holder.name for holder in after]
    shared = set(old) & set(new)
    if set(old) == set(new):
        return {"kind": "legal-status", "phase": "holder_data_changed"}
    form = "whole" if not shared else "exit" if set(new) < set(old) else "entry" if set(old) < set(new) else "partial"
    givers = before if form in ("whole", "entry") else tuple(holder for holder in before if holder.name not in shared)
    takers = after if form in ("whole", "exit") else tuple(holder for holder in after if holder.name not in shared)
    return {
        "kind": "transfer",
        "phase": "recorded",
        "form": form,
        "givers": [party(holder, place=addressed and holder is before[0]) for holder in givers],
        "takers": [party(holder, place=addressed and holder is after[0]) for holder in takers],
    }


def joined_or_left(world: World, rows: Rows) -> Story:
    """A co-owner enters, leaves or is replaced: a transfer, but not of the whole."""
    day = yield Wait(0)
    patent = world.take(may_deal(day, person=False))
    if patent is None or any(holder.is_person for holder in patent.holders):
        return
    before = tuple(patent.holders)
    newcomer = world.chance.choice([one for one in world.enterprises if one not in before])
    after = (*before, newcomer) if len(before) == 1 else world.chance.choice(((before[0],), (before[0], newcomer)))
    yield from _recorded(world, rows, patent, before, after, day)
    patent.holders = list(after)
    world.give_back(patent)


def moved_house(world: World, rows: Rows) -> Story:
    """Only an address changes, under the title of a transfer or of a change of address: neither is a transfer."""
    day = yield Wait(0)
    patent = world.take(lambda one: not one.holders[0].is_person)
    if patent is None:
        return
    holders = tuple(patent.holders)
    announced, file = publication_day(day), place(world, day)
    if world.chance.random() < 0.5:
        title, effective = wording.PATENT_RIGHT, announced - timedelta(15)
        yield _transfer_draft(rows, "transfers", "lines", title, patent, holders, holders, effective, announced, file)
    else:
        text = wording.holder_change(wording.BOTH, patent, rows.side(holders[:1]), rows.side(holders[:1]))
        fact = {"kind": "legal-status", "phase": "holder_data_changed"}
        yield rows.announcement("legal_status", patent, wording.BOTH, text, announced, file, "moved_house", fact)
    yield Wait(8)
    world.give_back(patent)


def took_a_new_name(world: World, rows: Rows) -> Story:
    """A firm is renamed: announced, and filed by the centre under its new name; older lists keep the old one."""
    day = yield Wait(0)
    patent = world.take(
        lambda one: len(one.holders) == 1 and one.holders[0].type == "enterprise" and bool(one.holders[0].credit_code)
    )
    if patent is None:
        return
    old = patent.holders[0]
    new = renamed(old)
    if new.name == old.name or any(one.name == new.name for one in world.organisations):
        world.give_back(patent)
        return
    world.organisations.append(new)
    yield rows.filed(notice(world, day), new, day)
    text = wording.holder_change(wording.RENAME, patent, rows.side([old]), rows.side([new]))
    fact = {"kind": "legal-status", "phase": "holder_renamed"}
    yield announce(world, rows, "legal_status", patent, wording.RENAME, text, day, "renamed", fact)
    patent.holders = [new]
    yield Wait(8)
    world.give_back(patent)
