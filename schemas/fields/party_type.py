"""Type of a party 当事人类型: what it is, by the order of trust of ``TRUST`` (docs/domain.md#parties)."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Literal, NamedTuple, cast, get_args

from schemas.fields.credit_code import party_type_of
from schemas.fields.names import is_person, is_short_person, name_key
from schemas.fields.organisation import known_organisation

PartyType = Literal[
    "university",
    "research_institute",
    "enterprise",
    "public_body",
    "individual",
    "hospital",
    "financial_institution",
    "unknown",
]

# A source's own words: 买卖方性质 of the contract register (three digits, 技术合同认定登记) and 申请人类型 of CNIPA's tables.
# fmt: off
STATED: dict[str, PartyType] = {
    "021": "research_institute", "022": "university", "023": "hospital", "400": "individual",
    "大专院校": "university", "高等院校": "university", "高校": "university", "院校": "university", "高等学校": "university",
    "科研单位": "research_institute", "科研机构": "research_institute", "科研院所": "research_institute",
    "工矿企业": "enterprise", "企业": "enterprise", "公司": "enterprise", "企业法人": "enterprise",
    "机关团体": "public_body", "机关法人": "public_body", "社团法人": "public_body", "社会团体": "public_body",
    "医疗卫生": "hospital", "医院": "hospital", "医疗机构": "hospital",
    "银行": "financial_institution", "金融机构": "financial_institution",
    "个人": "individual", "自然人": "individual", "个体": "individual",
}
STATED_PREFIXES: dict[str, PartyType] = {
    "01": "public_body", "03": "public_body", "1": "enterprise", "2": "enterprise", "3": "enterprise",
}
# fmt: on

# A name ends in, or holds, a word for what bears it; the first line that matches decides, so that a word that is stronger
# evidence stands before one that only names a field of work.
# fmt: off
NAMED: tuple[tuple[re.Pattern[str], PartyType], ...] = (
    # 集团公司第×研究所: a numbered institute, though 集团公司 stands in its name.
    (re.compile(r"集团(?:公司|有限公司)?第[一二三四五六七八九十百零〇\d]{1,5}研究[院所]$"), "research_institute"),
    # ××集团公司××研究所: an institute of a group; and the academies, before 学院 makes them universities.
    (re.compile(r"集团(?:公司|有限公司)?.{0,24}(?:研究|设计)[院所]$"), "research_institute"),
    (re.compile(r"(?:科学|农科|工程|社会科学|医学科学)院$"), "research_institute"),
    # A bank or its branch by the full name, before 有限公司 makes it a company.
    (re.compile(r"银行(?:股份)?有限(?:责任)?公司(?:.{0,24}(?:[分支]行|营业[部室厅]|分理处|储蓄所))?$"), "financial_institution"),
    (re.compile(r"信用(?:合作)?社(?:联合社)?$|信用(?:合作)?联社$"), "financial_institution"),
    # A legal form: ××大学××研究院有限公司 is a company.
    (re.compile(r"有限责任公司|有限公司|股份公司|集团|厂|合伙|个体工商户|经营部|工作室|公司$|株式会社|会社$|合作社$|联合社$|商行$|门市部$"),
     "enterprise"),
    # 中南大学湘雅医院 is a hospital, before 大学 makes it a university.
    (re.compile(r"医院|卫生院|保健院|卫生服务中心$|急救中心$"), "hospital"),
    (re.compile(r"(?:大学|学院|高等专科学校|研究生院)$"), "university"),
    (re.compile(r"(?:研究院|研究所|研究中心|科学院|勘察设计院|试验站|农科院|设计研究总院|科学研究总院)$"), "research_institute"),
    # A bank or a guarantor by a short name.
    (re.compile(r"银行|信用社|信用联社|担保"), "financial_institution"),
    (re.compile(r"(?:协会|学会|商会|联合会|基金会|委员会|局|厅|人民政府|管理处|办公室|学校|中学|小学|幼儿园|部队|博物馆|图书馆|[检监]测站|预防控制中心)$"),
     "public_body"),
    # Foreign legal forms and universities.
    (re.compile(r"(?:^|[^a-z])(?:inc|ltd|llc|corp|corporation|gmbh|ag|kg|limited|company|co|b\.?v|n\.?v|s\.?a|a/s|plc)"
                r"\.?$", re.IGNORECASE), "enterprise"),
    (re.compile(r"\buniversity\b|\bcollege\b", re.IGNORECASE), "university"),
)
# fmt: on
BRANCH = re.compile(r"\([^()]{1,40}\)$")


class Evidence(NamedTuple):
    """What a record holds of one party's type: the compared name, a checked credit code, the source's own word."""

    key: str
    credit_code: str | None
    stated: str | None


def party_type(name: str, *, credit_code: str | None = None, stated_type: str | None = None) -> PartyType:
    """What a party is: the first rule of ``TRUST`` that tells."""
    evidence = Evidence(name_key(name), credit_code, stated_type)
    return next((type_ for rule in TRUST if (type_ := rule(evidence))), "unknown")


def stated_party_type(stated: str | None) -> PartyType | None:
    """The source's own classification in the hub's words; None when it has none or one that does not decide."""
    word = stated.strip() if stated else ""
    if word in get_args(PartyType):
        return word if word != "unknown" else None  # type: ignore[return-value]
    return STATED.get(word) or (
        next((type_ for head, type_ in STATED_PREFIXES.items() if word.startswith(head)), None)
        if len(word) == 3 and word.isdecimal()
        else None
    )


@lru_cache(maxsize=32_768)
def type_by_name(key: str) -> PartyType | None:
    """The first rule of ``NAMED`` that the name, or the name without a bracket at its end, matches."""
    bare = BRANCH.sub("", key)
    for pattern, type_ in NAMED:
        if pattern.search(key) or (bare != key and pattern.search(bare)):
            return type_
    return None


def listed_type(evidence: Evidence) -> PartyType | None:
    """The type in the directory of organisations."""
    entry = known_organisation(evidence.key)
    return cast(PartyType, entry.party_type) if entry else None  # the data file is checked in tests/schemas


def coded_type(evidence: Evidence) -> PartyType | None:
    """The type that the credit code's first two characters stand for."""
    return party_type_of(evidence.credit_code) if evidence.credit_code else None


def registered_enterprise(evidence: Evidence) -> PartyType | None:
    """A company by its credit code, whatever its name; a bank, which is a company too, by its name."""
    if coded_type(evidence) != "enterprise":
        return None
    return "financial_institution" if type_by_name(evidence.key) == "financial_institution" else "enterprise"


def named_type(evidence: Evidence) -> PartyType | None:
    """The type that the name's words tell; none of a person's, who may be called 王大学."""
    return None if is_short_person(evidence.key) else type_by_name(evidence.key)


# The order of trust. The first rule that gives a type decides; a party of which none does is ``unknown``.
TRUST: tuple[Callable[[Evidence], PartyType | None], ...] = (
    lambda evidence: stated_party_type(evidence.stated),  # the source's own word
    listed_type,  # an exact name of a public list
    registered_enterprise,  # 91 … 93 come from the market regulator, the register of companies
    named_type,  # before the code's 事业单位 (12), which may be a university or a hospital
    coded_type,
    lambda evidence: "individual" if is_person(evidence.key) else None,  # by the look of the name
)
