"""Stories of firms and markets: contracts, demands, evaluations, activities."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from ops.sandbox.rows.printing import CONTRACT_TYPES, COOPERATION, INDUSTRY_NAMES, Row
from ops.sandbox.rows.rows import CENTRES, Rows
from ops.sandbox.world.facts import Holder, Patent
from ops.sandbox.world.world import Draft, Story, Wait, World, notice

WISHES = (
    "高强度铝合金铸造工艺",
    "污水深度处理药剂",
    "盾构刀具耐磨涂层",
    "中药饮片自动分选设备",
    "锂电池回收浸出工艺",
    "轨道车辆轻量化部件",
    "茶叶智能萎凋控制",
    "隧道探水雷达算法",
    "陶瓷釉料无铅化配方",
    "竹材改性防霉技术",
    "工程机械液压节能方案",
    "水稻病害图像识别",
)


def contract_row(
    world: World,
    rows: Rows,
    kind: str,
    seller: Holder,
    buyer: Holder,
    patents: list[Patent],
    value: int,
    signed: date,
    day: date,
    *,
    serial: int = 0,
    state: str = "已登记",
    technology: int = -1,
) -> Draft:
    """The row of a registered contract. ``serial``: of one that was registered before; ``technology`` -1: part of the value."""
    serial = serial or world.number("contract")
    registered = day - timedelta(world.chance.randrange(0, 12))
    technology = value * world.chance.randrange(5, 11) // 10 // 10_000 * 10_000 if technology < 0 else technology
    return rows.contract(
        f"C{serial:06d}",
        f"{registered.year}4301{serial:08d}",
        kind,
        seller,
        buyer,
        patents,
        value,
        technology,
        signed,
        registered,
        day,
        state,
    )


def contracted(world: World, rows: Rows) -> Story:
    """A technology contract is registered; some are changed or cancelled within days, some have their two amounts swapped."""
    day = yield Wait(0)
    chance = world.chance
    seller = chance.choice(world.research if chance.random() < 0.6 else world.enterprises)
    buyer = chance.choice([one for one in world.enterprises if one != seller])
    kind = chance.choice(tuple(CONTRACT_TYPES))
    patents: list[Patent] = []
    if chance.random() < 0.3:
        patents = [one for one in world.patents if one.holders[0] == seller][: chance.choice((1, 1, 3))]
    value = chance.randrange(1, 900) * 10_000_000
    draft = contract_row(world, rows, kind, seller, buyer, patents, value, day - timedelta(20), day)
    dice = chance.random()
    if dice < 0.03:
        over = {**draft.content, "技术交易额": f"{value // 100 + 1000}元", "合同成交额": f"{value // 100}元"}
        yield replace(draft, event="dirty", facts=(), unreadable="contract_values_inverted", content=over)
        return
    shown = list(where_registered(world, rows, draft, seller, buyer, day))
    month = next((one.place for one in shown if one.place), "")
    is_alone = world.first_time("register", month)  # a month is never sent again without any row
    yield from (one for one in shown)
    if dice < 0.14:
        day = yield Wait(3)
        phase = chance.choice(("changed", "cancelled"))
        more = value + 30_000_000 if phase == "changed" else value
        for draft in shown:
            if phase == "cancelled" and draft.source == "tech_contracts" and not is_alone and chance.random() < 0.6:
                yield Draft(draft.source, draft.feed, draft.record, "delete", "contract_left_out")
                continue
            yield rows.restated_contract(draft, phase, more)


def where_registered(
    world: World, rows: Rows, draft: Draft, seller: Holder, buyer: Holder, day: date
) -> Iterator[Draft]:
    """A registered contract as the service platform, the register's workbook and its gateway show it: one of them or more."""
    dice = world.chance.random()
    if dice < 0.8:
        yield draft
    if dice > 0.4:
        yield rows.registered_contract(draft, seller, buyer)
    if 0.3 < dice < 0.7:
        yield rows.contract_by_gateway(draft, seller, buyer, day)


def wanted(world: World, rows: Rows) -> Story:
    """A firm posts a demand on one platform, or the same on two; it is solved, closed or taken down."""
    day = yield Wait(0)
    chance = world.chance
    serial = world.number("wish")
    owner, what = chance.choice(world.enterprises), chance.choice(WISHES)
    if not world.first_time("wish", owner.name, what):  # an owner posts the same demand once
        return
    wish: Row = {
        "owner": owner,
        "title": f"寻求{what}（样例）",
        "forms": chance.sample(COOPERATION, 2),
        "industry": chance.choice(tuple(INDUSTRY_NAMES)),
        "budget": chance.choice(("50-100万元", "面议", "30万元", "100万元-200万元")),
    }
    if chance.random() < 0.12:  # told to its park, which publishes it and never takes it back
        yield rows.park_demand(notice(world, day), wish, day)
        return
    here, there = f"D{world.number('demand'):06d}", f"QY{day.year}{serial:06d}"
    dice = chance.random()
    if dice < 0.35:
        yield from _wanted_twice(world, rows, wish, day, here, there)
        return
    elsewhere = dice > 0.7
    yield rows.sme_demand(there, wish, day, "published") if elsewhere else rows.demand(here, wish, day, "征集中")
    if chance.random() < 0.3:
        yield Wait(chance.randrange(10, 200))
        if elsewhere:
            edited = rows.sme_demand(there, wish, day, chance.choice(("matched", "solved", "closed")))
        else:
            edited = rows.demand(here, wish, day, chance.choice(("对接中", "已解决", "已关闭")))
        yield replace(edited, op="edit", event="state_changed")


def _wanted_twice(world: World, rows: Rows, wish: Row, day: date, here: str, there: str) -> Story:
    """One demand on two platforms: only taken down, never changed, so that the two do not contradict each other."""
    chance = world.chance
    yield rows.demand(here, wish, day, "征集中")
    day = yield Wait(chance.randrange(1, 15))
    yield rows.sme_demand(
        there, {**wish, "title": wish["title"].replace("（", "(").replace("）", ")")}, day, "published"
    )
    if chance.random() < 0.2:
        yield Wait(chance.randrange(30, 200))
        yield Draft("hn_ip_service", "demand", here, "delete", "taken_down")
        if chance.random() < 0.6:
            yield Wait(9)
            yield Draft("hn_sme_service", "demands", there, "delete", "taken_down")


def met(world: World, rows: Rows) -> Story:
    """A roadshow, or a matching event, which one office reports or several."""
    day = yield Wait(0)
    chance = world.chance
    (code, city), industry = chance.choice(list(world.facts.places.items())), chance.choice(tuple(INDUSTRY_NAMES))
    held = day - timedelta(chance.randrange(1, 6))
    if not world.first_time("meeting", city, held.isoformat()):
        return
    if chance.random() < 0.25:
        title = f"{INDUSTRY_NAMES[industry]}产业链专利路演（样例）"
        yield rows.roadshow(
            notice(world, day), title, f"{government(world, code)}工业和信息化局", held, day, industry, city
        )
        return
    title = f"{INDUSTRY_NAMES[industry]}产业专利对接会（样例）"
    organiser = f"{government(world, code)}知识产权局"
    both = chance.random()
    if both < 0.75:
        yield rows.activity(f"A{world.number('activity'):06d}", title, organiser, held, day, industry, city)
        day = yield Wait(chance.randrange(1, 8))
    if both > 0.4:
        centre = CENTRES[
            world.number("centre activity") % len(CENTRES)
        ]  # in turns: each reports some, however small the world
        yield rows.centre_activity(notice(world, day), title, organiser, held, day, industry, city, centre)
    if chance.random() < 0.4:
        day = yield Wait(chance.randrange(1, 8))
        yield rows.matching_activity(notice(world, day), title, organiser, held, day, industry, city)


def government(world: World, code: str) -> str:
    """As its offices call a place: a district by its city as well, since 永定区 lies in Fujian too."""
    name = world.facts.places[code]
    return world.facts.places[f"{code[:4]}00"] + name if name.endswith("区") else name


def evaluated(world: World, rows: Rows) -> Story:
    """Firms evaluate a patent of a university; one of them may post what should be improved."""
    day = yield Wait(0)
    chance = world.chance
    patent = chance.choice(
        [one for one in world.patents if one.holders[0].type in ("university", "research_institute")] or world.patents
    )
    for firm in chance.sample(world.enterprises, chance.choice((1, 2))):
        yield rows.evaluation(patent, firm, day - timedelta(chance.randrange(1, 20)))
    if chance.random() < 0.4:
        if not world.first_time("need", firm.name, patent.title):
            return
        serial = world.number("need")
        wish: Row = {
            "owner": firm,
            "title": f"改进{patent.title[:20]}的量产工艺（样例）",
            "forms": ["合作开发"],
            "industry": chance.choice(tuple(INDUSTRY_NAMES)),
        }
        yield rows.improvement_need(f"XQ{serial:06d}", wish, patent, day)
