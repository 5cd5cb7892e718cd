"""Related parties 关联方: a giver and a taker whose names share a stem. A flag on a transfer, never a reason to drop it."""

from __future__ import annotations

import re
from functools import lru_cache

from schemas.fields.names import name_key
from schemas.fields.place_names import anywhere, head, provinces

# Where the distinctive stem of a company's name ends: words for a trade or a legal form.
STEM_END = re.compile(
    r"\(|集团|控股|股份|有限|科技|软件|技术|电子|电气|电器|信息|网络|智能|汽车|机械|重工|重型|工程|装备|设备|材料|新材|化工|化学|生物|医药|制药|药业|医疗|"
    r"能源|环保|环境|农业|食品|建筑|建设|投资|实业|工业|产业|制造|通信|通讯|光电|半导体|数码|数字|文化|教育|物流|贸易|商贸|置业|地产|知识产权|机电|仪器|仪表|"
    r"精密|模具|塑料|塑胶|包装|印刷|家具|服饰|纺织|陶瓷|钢铁|冶金|矿业|石油|石化|电力|水务|轨道|交通|航空|航天|船舶|动力|传感|系统|自动化|机器人|新能源|"
    r"创新|研究|开发|服务|管理|咨询|互联|云计算|大数据|人工|移动|终端|微电子|集成电路|光学|激光|照明|玻璃|橡胶|轮胎|水泥|建材|门窗|卫浴|厨卫|日用|化妆|"
    r"公司|厂$|大学|学院|研究院|研究所"
)


def related(givers: tuple[str, ...], takers: tuple[str, ...]) -> bool:
    """A giver and a taker share the stem of their names: 某甲软件股份有限公司 and 南京某甲科技有限公司."""
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
