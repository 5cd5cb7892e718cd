"""Holder rule 权利人变更: who held before, who after, and whether that is a transfer at all (docs/domain.md#holder-rule)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from schemas.errors import Reject
from schemas.fields.names import name_key, split_parties
from schemas.fields.place import anywhere, head, provinces
from schemas.gazette.grammar import Pairs

Form = Literal["whole", "partial", "entry", "exit"]
SIDE = re.compile(r"变更(前|后)(共同)?(专利权人|申请人|权利人|共有人|地址)?")
HOLDER = re.compile(r"权利人|申请人|共有人|专利权人$")
NO_HOLDER = re.compile(r"地址|国籍|邮编|邮政编码|国家|类型")


class Holders(NamedTuple):
    """Raw names before and after, in order, and the address that stands with each."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    addresses: tuple[tuple[str, str], ...]  # name_key → address; the side after wins
    topics: tuple[str, ...]  # what 变更事项 names


class Passage(NamedTuple):
    """What a change of the holder set means; ``form`` None is no transfer."""

    form: Form | None
    givers: tuple[str, ...]
    takers: tuple[str, ...]


def read_holders(pairs: Pairs) -> Holders:
    """Walk the pairs in order. Raises holder_groups_unequal: ``/``-joined topics and values do not match."""
    sides: dict[str, list[str]] = {"前": [], "后": []}
    addresses: dict[str, dict[str, str]] = {"前": {}, "后": {}}
    waiting: dict[str, str] = {}  # an address that came before any holder of its side
    topics: list[str] = []
    named = [value for label, value in pairs if label in ("变更事项", "变更项目")]
    topic, joint = named[0] if len(named) == 1 else "", False  # a spreadsheet may put its one topic last
    for label, value in pairs:
        if label in ("变更事项", "变更项目"):
            topic, joint = value, False
            topics.append(value)
            continue
        found = SIDE.fullmatch(label)
        if not found:
            continue
        side, co, what = found.groups()
        about = topic if what == "权利人" and topic else what or ("共同专利权人" if joint else topic)
        joint = bool(co) or (what is None and joint)  # a bare 变更后: closes a 变更前共同… pair
        abouts = about.split("/")
        values = value.split("/") if len(abouts) > 1 else [value]
        if len(values) != len(abouts):
            raise Reject("holder_groups_unequal", f"变更事项 names {len(abouts)} things, {label} {len(values)}")
        for one, said in zip(abouts, values, strict=True):
            if NO_HOLDER.search(one):
                if "地址" in one and said and sides[side]:
                    addresses[side].setdefault(name_key(sides[side][-1]), said.strip())
                elif "地址" in one and said:
                    waiting[side] = said.strip()
            elif HOLDER.search(one):
                names = split_parties(said)
                sides[side] += names
                if names and side in waiting:
                    addresses[side].setdefault(name_key(names[0]), waiting.pop(side))
    return Holders(
        tuple(sides["前"]), tuple(sides["后"]), tuple({**addresses["前"], **addresses["后"]}.items()), tuple(topics)
    )


def passage(before: tuple[str, ...], after: tuple[str, ...]) -> Passage:
    """The table of docs/domain.md#holder-rule on the two sets of compared names; order of the source is kept."""
    old, new = {name_key(name): name for name in before}, {name_key(name): name for name in after}
    left = tuple(name for key, name in old.items() if key not in new)
    joined = tuple(name for key, name in new.items() if key not in old)
    if not left and not joined:
        return Passage(None, (), ())
    if len(left) == len(old):
        return Passage("whole", left, joined) if old and joined else Passage("whole", left, ())
    if not joined:
        return Passage("exit", left, tuple(new.values()))
    if not left:
        return Passage("entry", tuple(old.values()), joined)
    return Passage("partial", left, joined)


# Where the distinctive stem of a company's name ends: words for a trade or a legal form.
STEM_END = re.compile(
    r"\(|集团|控股|股份|有限|科技|软件|技术|电子|电气|电器|信息|网络|智能|汽车|机械|重工|重型|工程|装备|设备|材料|新材|化工|化学|生物|医药|制药|药业|医疗|"
    r"能源|环保|环境|农业|食品|建筑|建设|投资|实业|工业|产业|制造|通信|通讯|光电|半导体|数码|数字|文化|教育|物流|贸易|商贸|置业|地产|知识产权|机电|仪器|仪表|"
    r"精密|模具|塑料|塑胶|包装|印刷|家具|服饰|纺织|陶瓷|钢铁|冶金|矿业|石油|石化|电力|水务|轨道|交通|航空|航天|船舶|动力|传感|系统|自动化|机器人|新能源|"
    r"创新|研究|开发|服务|管理|咨询|互联|云计算|大数据|人工|移动|终端|微电子|集成电路|光学|激光|照明|玻璃|橡胶|轮胎|水泥|建材|门窗|卫浴|厨卫|日用|化妆|"
    r"公司|厂$|大学|学院|研究院|研究所"
)


def related(givers: tuple[str, ...], takers: tuple[str, ...]) -> bool:
    """A giver and a taker share the stem of their names: 某甲软件股份有限公司 and 南京某甲科技有限公司. A flag, never a reason to drop."""
    return bool(
        {stem for name in givers if (stem := stem_of(name))} & {stem for name in takers if (stem := stem_of(name))}
    )


@lru_cache(maxsize=8_192)
def stem_of(name: str) -> str:
    """Two to six characters after the place and before a word for trade or legal form; empty when there is none."""
    key = name_key(name)
    for names in (provinces(), anywhere()):
        _, key = head(key.removeprefix("中国"), names)
    found = STEM_END.search(key)
    stem = key[: found.start()] if found else ""
    return stem if 2 <= len(stem) <= 6 else ""
