"""Stories about patents: what happens, in which order, on which platforms it is seen, how late, and what goes wrong.

A story is a generator: it yields the changes it makes and the days it waits, and is given the day on which it goes on.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from ops.sandbox import wording
from ops.sandbox.facts import Holder, Patent, new_patent, renamed
from ops.sandbox.industries import industries_of
from ops.sandbox.ledger import Fact
from ops.sandbox.market import contract_row
from ops.sandbox.rows import LICENCE_KINDS, Rows, iso, party
from ops.sandbox.world import Draft, Story, Wait, World, publication_day

SETTLED_DAYS = 80  # an offer is older than this before a deal of the same patent: no doubt which came first
FREE, DEALT, DEAD = "free", "dealt", "dead"


def place(world: World, day: date) -> str:
    """The gazette file of that day; when live, one file an hour would be too few names, so drops are numbered by fifty."""
    return f"{publication_day(day):%Y%m%d}" + (f"-{world.number('drop') // 50:05d}" if world.live else "")


def granted(world: World, rows: Rows, patent: Patent | None = None) -> Story:
    """A patent is granted and announced; some numbers are destroyed on the way. Most are then offered."""
    day = yield Wait(0)
    serial = world.number("grant")
    if patent is None:
        patent = new_patent(world.facts, world.chance, 40_000 + serial, day, day)
        world.patents.append(patent)
    patent.granted_on = publication_day(day)
    world.busy.add(patent.number)
    destroyed = world.chance.random() < 0.05
    yield rows.grant(patent, serial, place(world, day), destroyed=destroyed)
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


def _offer(world: World, rows: Rows, patent: Patent, day: date) -> Story:
    chance = world.chance
    record = f"S{world.number('supply'):06d}"
    industries = industries_of(patent.ipc) if chance.random() < 0.8 else ()
    price = rows.price()
    patent.listed_on = day
    posted = day
    if chance.random() < 0.03:
        yield _wrong_number(rows, rows.supply(record, patent, posted, industries, price, "在架"), patent)
        day = yield Wait(chance.randrange(9, 40))
        if chance.random() < 0.5:
            return
        yield replace(rows.supply(record, patent, posted, industries, price, "在架"), op="edit", event="repaired")
    else:
        yield rows.supply(record, patent, posted, industries, price, "在架")
    dice = chance.random()
    if dice < 0.12:
        day = yield Wait(chance.randrange(5, 200))
        yield replace(
            rows.supply(record, patent, posted, industries, rows.price(), "在架"), op="edit", event="price_changed"
        )
    elif dice < 0.2:
        day = yield Wait(chance.randrange(5, 200))
        state = chance.choice(("已预约", "已下架", "已成交"))
        yield replace(rows.supply(record, patent, posted, industries, price, state), op="edit", event="state_changed")
    elif dice < 0.26:
        day = yield Wait(chance.randrange(20, 200))
        yield Draft("hn_ip_service", "supply", record, "delete", "taken_down")
        if chance.random() < 0.6:
            day = yield Wait(chance.randrange(6, 30))
            patent.listed_on = day
            yield replace(
                rows.supply(f"S{world.number('supply'):06d}", patent, day, industries, price, "在架"), event="relisted"
            )


def _wrong_number(rows: Rows, draft: Draft, patent: Patent) -> Draft:
    """The same row with a number whose check character is wrong: damage, never repaired."""
    body, check = patent.number.split(".")
    wrong = "0" if check == "X" else str((int(check) + 1) % 10)
    return replace(
        draft,
        event="dirty",
        facts=(),
        unreadable="patent_number_check_digit",
        content={**draft.content, "专利号": f"ZL{body}.{wrong}"},
    )


def _may_deal(day: date, *, research: bool = False, person: bool = True) -> object:
    def ready(patent: Patent) -> bool:
        settled = patent.listed_on is None or (day - patent.listed_on).days > SETTLED_DAYS
        holder = patent.holders[0]
        return (
            settled
            and not patent.notes & {DEAD, DEALT}
            and (person or not holder.is_person)
            and (not research or holder.type in ("university", "research_institute"))
            and (day - patent.granted_on).days > 90
        )

    return ready


def sold(world: World, rows: Rows) -> Story:
    """A patent, or two, change hands: noticed by the platform, sometimes under contract, weeks later in the register."""
    day = yield Wait(0)
    chance = world.chance
    patent = world.take(_may_deal(day, research=chance.random() < 0.5))
    if patent is None:
        return
    givers, takers = tuple(patent.holders), (world.buyer(patent.holders[0]),)
    signed = day - timedelta(chance.randrange(40, 70))
    fen = chance.randrange(1, 300) * 10_000_000 // 10
    lone = any(holder.is_person for holder in (*givers, *takers))
    if chance.random() < 0.7 and not lone:
        record = f"T{world.number('transfer'):06d}"
        told = fen if chance.random() < 0.8 else None
        draft = rows.noticed_transfer(record, [patent], takers, signed, day, told)
        if chance.random() < 0.04:
            yield replace(
                draft,
                event="dirty",
                facts=(),
                unreadable="money_unreadable",
                content={**draft.content, "成交金额": "12.3.4万元"},
            )
        else:
            yield draft
            if chance.random() < 0.1:
                yield Wait(2)
                yield replace(
                    rows.noticed_transfer(record, [patent], takers, signed, day, fen + 5_000_000),
                    op="edit",
                    event="amount_corrected",
                )
        if chance.random() < 0.5:
            day = yield Wait(chance.randrange(3, 30))
            yield contract_row(world, rows, "transfer", givers[0], takers[0], [patent], fen, signed, day)
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


def _recorded(
    world: World, rows: Rows, patent: Patent, before: tuple[Holder, ...], after: tuple[Holder, ...], day: date
) -> Story:
    """The register announces who holds the patent now, in one of its wordings; sometimes twice, sometimes corrected."""
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
        corrected = _transfer_draft(
            rows, "transfers", style, title, patent, before, after, effective - timedelta(3), announced, file
        )
        key = {name: draft.content[name] for name in ("app_number", "pub_date", "law_state")}
        yield replace(
            corrected, op="edit", event="redropped", record=draft.record, content={**corrected.content, **key}
        )


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
) -> Draft:
    text = wording.transfer(style, title, patent, rows.side(before), rows.side(after), effective)
    fact = holders_changed(before, after, addressed=style != "run")
    if fact["kind"] == "transfer":
        right = "right_to_apply" if title == wording.RIGHT_TO_APPLY else "patent_right"
        fact |= {"effective_on": iso(effective), "right": right, "ipc": [patent.ipc]}
    return rows.announcement(feed, patent, title, text, announced, file, "transfer", fact)


def holders_changed(before: tuple[Holder, ...], after: tuple[Holder, ...], *, addressed: bool) -> Fact:
    """Who gave and who took when the holders of before became those of after (domain.md §8)."""
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
    """A co-owner enters or leaves, or one is exchanged for another: a transfer, though no sale of the whole."""
    day = yield Wait(0)
    patent = world.take(_may_deal(day, person=False))
    if patent is None or any(holder.is_person for holder in patent.holders):
        return
    before = tuple(patent.holders)
    newcomer = world.chance.choice([one for one in world.enterprises if one not in before])
    after = (*before, newcomer) if len(before) == 1 else world.chance.choice(((before[0],), (before[0], newcomer)))
    yield from _recorded(world, rows, patent, before, after, day)
    patent.holders = list(after)
    world.give_back(patent)


def moved_house(world: World, rows: Rows) -> Story:
    """Only an address changes, under the title of a transfer or of a change of address: no transfer either way."""
    day = yield Wait(0)
    patent = world.take(lambda one: not one.holders[0].is_person)
    if patent is None:
        return
    holders = tuple(patent.holders)
    announced, file = publication_day(day), place(world, day)
    if world.chance.random() < 0.5:
        yield _transfer_draft(
            rows,
            "transfers",
            "lines",
            wording.PATENT_RIGHT,
            patent,
            holders,
            holders,
            announced - timedelta(15),
            announced,
            file,
        )
    else:
        text = wording.holder_change(wording.BOTH, patent, rows.side(holders[:1]), rows.side(holders[:1]))
        yield rows.announcement(
            "legal_status",
            patent,
            wording.BOTH,
            text,
            announced,
            file,
            "moved_house",
            {"kind": "legal-status", "phase": "holder_data_changed"},
        )
    yield Wait(8)
    world.give_back(patent)


def took_a_new_name(world: World, rows: Rows) -> Story:
    """A firm is renamed: announced for its patents, listed under the new name by the centre; the old lists stay as they were."""
    day = yield Wait(0)
    patent = world.take(
        lambda one: len(one.holders) == 1 and one.holders[0].type == "enterprise" and one.holders[0].credit_code
    )
    if patent is None:
        return
    old = patent.holders[0]
    new = renamed(old)
    if new.name == old.name or any(one.name == new.name for one in world.organisations):
        world.give_back(patent)
        return
    world.organisations.append(new)
    yield rows.filed(f"t{day:%Y%m%d}_{world.number('notice'):04d}", new, day)
    announced = publication_day(day)
    text = wording.holder_change(wording.RENAME, patent, rows.side([old]), rows.side([new]))
    yield rows.announcement(
        "legal_status",
        patent,
        wording.RENAME,
        text,
        announced,
        place(world, day),
        "renamed",
        {"kind": "legal-status", "phase": "holder_renamed"},
    )
    patent.holders = [new]
    yield Wait(8)
    world.give_back(patent)


def licensed(world: World, rows: Rows) -> Story:
    """A licence: noticed, recorded weeks later, sometimes changed or cancelled; an exclusive one encumbers the offer."""
    day = yield Wait(0)
    chance = world.chance
    patent = world.take(_may_deal(day, research=chance.random() < 0.6, person=False))
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
    """Some patents of one firm secure a loan: the register gives no money, the platform does; later some or all are free."""
    day = yield Wait(0)
    chance = world.chance
    first = world.take(_may_deal(day, person=False))
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
