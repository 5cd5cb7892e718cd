"""Stories of what patents become: a share of a company, a product."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from ops.sandbox.rows.printing import INDUSTRY_NAMES
from ops.sandbox.rows.rows import Rows
from ops.sandbox.stories.offers import DEALT, ENDED, may_deal, of_a_university
from ops.sandbox.world.world import UNIVERSITIES, Draft, Story, Wait, World, notice

THINGS = ("耐磨衬板", "智能喷淋装置", "高压柱塞泵", "检测试剂盒", "复合板材", "电池模组", "陶瓷刀具", "控制终端")


def contributed(world: World, rows: Rows) -> Story:
    """A university contributes a patent to a company: announced, and mostly registered within months."""
    day = yield Wait(0)
    chance, patent = world.chance, of_a_university(world, may_deal(day))
    if patent is None:
        return
    company, fen = chance.choice(world.enterprises), chance.randrange(5, 200) * 10_000_000
    office, announced = UNIVERSITIES[patent.holders[0].name], day
    yield rows.contribution(office, notice(world, day), patent, company, announced, None, fen)
    day = yield Wait(chance.randrange(30, 90))
    if chance.random() < 0.8:
        registered = day - timedelta(chance.randrange(1, 10))
        yield rows.contribution(office, notice(world, day), patent, company, announced, registered, fen)
        patent.holders = [company]
    patent.notes.add(DEALT)
    world.give_back(patent)


def filed(world: World, rows: Rows) -> Story:
    """A firm files a product with some of its patents; it is certified, renamed, or cancelled."""
    day = yield Wait(0)
    chance = world.chance
    firms = [one for one in world.patents if one.holders[0].credit_code.startswith("91") and ENDED not in one.notes]
    if not firms:
        return
    firm = chance.choice(firms).holders[0]
    own = [one for one in world.patents if one.holders[0] == firm][: chance.choice((1, 1, 2, 4))]
    number, industry = f"ZLCP{day.year}{world.number('product'):06d}", chance.choice(tuple(INDUSTRY_NAMES))
    name, since = f"{chance.choice(THINGS)}（样例）", day
    yield rows.product(number, name, firm, own, industry, since, None)
    dice = chance.random()
    if dice < 0.35:
        day = yield Wait(chance.randrange(40, 200))
        certified = day - timedelta(3)
        yield replace(rows.product(number, name, firm, own, industry, since, certified), op="edit", event="certified")
    elif dice < 0.45:
        yield Wait(chance.randrange(20, 200))
        renamed = name.replace("（", "Ⅱ型（")
        yield replace(rows.product(number, renamed, firm, own, industry, since, None), op="edit", event="renamed")
    elif dice < 0.55:
        yield Wait(chance.randrange(40, 300))
        yield Draft("patent_products", "filings", number, "delete", "cancelled")
