"""Party 当事人: who gave, who took, and what is known of them; what they are, by order of trust (docs/domain.md#parties)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated, Literal, get_args

from msgspec import Meta

from schemas.errors import Reject
from schemas.fields.credit_code import is_personal_id, party_type_of, read_credit_code
from schemas.fields.name_list import split_parties
from schemas.fields.names import INVISIBLE, is_person, masked, name_key
from schemas.fields.organisation import known_organisation
from schemas.fields.place import region_of
from schemas.records.base import Record
from schemas.wire import short_hash

__all__ = ["Party", "PartyType", "is_person", "is_person_key", "name_key", "party_type", "read_party", "split_parties"]

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


class Party(Record, frozen=True, kw_only=True):
    """One party as a statement names it. A natural person's name is masked (张*) before it gets here.

    ``key`` is empty in public topics when the party is a person: a hash of a name can be read back with a list of
    names. ``sme`` None: nobody says whether it is small or medium.
    """

    name: Annotated[str, Meta(max_length=400)]
    key: str = ""  # name_key(name); a person's is person:<hash of the whole name>
    party_type: PartyType
    credit_code: str | None = None  # 统一社会信用代码
    region: str | None = None  # 行政区划, six digits
    sme: Literal["yes", "no"] | None = None  # 中小企业
    sme_on: str | None = None  # since when the evidence for it holds
    sme_by: str | None = None  # the list or the standard it rests on


class SizeEvidence(Record, frozen=True, kw_only=True):
    """What a list or a firm's own numbers prove of its size, and for which days."""

    since: str | None = None
    until: str | None = None
    sme: Literal["yes", "no"]
    by: str | None = None  # the list or the standard


# 1 The source's own word: 买卖方性质 (three digits in contract registers) and 申请人类型.
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

# 4 The name, in this order: ××大学××研究院有限公司 is an enterprise, 中南大学湘雅医院 a hospital, and a bank's full name
# (××银行股份有限公司长沙分行) a financial institution before it is a company.
# fmt: off
NAMED: tuple[tuple[re.Pattern[str], PartyType], ...] = (
    (re.compile(r"集团(?:公司|有限公司)?第[一二三四五六七八九十百零〇\d]{1,5}研究[院所]$"), "research_institute"),
    (re.compile(r"银行(?:股份)?有限(?:责任)?公司(?:.{0,24}(?:[分支]行|营业[部室厅]|分理处|储蓄所))?$"), "financial_institution"),
    (re.compile(r"信用(?:合作)?社(?:联合社)?$|信用(?:合作)?联社$"), "financial_institution"),
    (re.compile(r"有限责任公司|有限公司|股份公司|集团|厂|合伙|个体工商户|经营部|工作室|公司$|株式会社|会社$|合作社$|联合社$|商行$|门市部$"),
     "enterprise"),
    (re.compile(r"医院|卫生院|保健院|卫生服务中心$|急救中心$"), "hospital"),
    (re.compile(r"(?:大学|学院|高等专科学校|研究生院)$"), "university"),
    (re.compile(r"(?:研究院|研究所|研究中心|科学院|勘察设计院|试验站|农科院|设计研究总院|科学研究总院)$"), "research_institute"),
    (re.compile(r"银行|信用社|信用联社|担保"), "financial_institution"),
    (re.compile(r"(?:协会|学会|商会|联合会|基金会|委员会|局|厅|人民政府|管理处|办公室|学校|中学|小学|幼儿园|部队|博物馆|图书馆|[检监]测站|预防控制中心)$"),
     "public_body"),
    (re.compile(r"(?:^|[^a-z])(?:inc|ltd|llc|corp|corporation|gmbh|ag|kg|limited|company|co|b\.?v|n\.?v|s\.?a|a/s|plc)"
                r"\.?$", re.IGNORECASE), "enterprise"),
    (re.compile(r"\buniversity\b|\bcollege\b", re.IGNORECASE), "university"),
)
# fmt: on
PERSON = "person:"  # what a natural person's key begins with
BRANCH = re.compile(r"\([^()]{1,40}\)$")
LONGEST = 400


@lru_cache(maxsize=32_768)
def read_party(
    name: str, *, address: str | None = None, credit_code: str | None = None, stated_type: str | None = None
) -> Party:
    """A party by name, with what the record says beside it; a natural person leaves as 张* with a hashed key.

    The place: the address, else the directory, else a place at the head of an organisation's name; never the
    registering office in a credit code. Raises ``Reject``: party_name_missing, personal_id_dropped; a damaged credit
    code is dropped.
    """
    shown = " ".join(INVISIBLE.sub("", name).split()) if isinstance(name, str) else ""
    key = name_key(shown)
    if not key or len(shown) > LONGEST:
        raise Reject("party_name_missing", "a party without a name")
    if is_personal_id(key):
        raise Reject("personal_id_dropped", "a personal id stands where a party's name should")
    code = code_or_none(credit_code)
    entry = known_organisation(key)
    type_ = party_type(shown, credit_code=code, stated_type=stated_type)
    region = region_of(address) if address else None
    if type_ == "individual" or (code is None and entry is None and is_person(shown)):
        return Party(name=masked(shown), key=person_key(key), party_type=type_, region=region)
    if region is None:
        region = entry.region if entry else region_of(shown)
    return Party(name=shown, key=key, party_type=type_, credit_code=code, region=region)


def party_type(name: str, *, credit_code: str | None = None, stated_type: str | None = None) -> PartyType:
    """What a party is, by order of trust: the source's word, the directory, the credit code, the name."""
    if stated := stated_party_type(stated_type):
        return stated
    key = name_key(name)
    if entry := known_organisation(key):
        return entry.party_type  # type: ignore[return-value]  # the data file is checked in tests/schemas
    by_code, by_name = party_type_of(credit_code) if credit_code else None, type_by_name(key)
    if by_code == "enterprise":
        return by_name if by_name == "financial_institution" else "enterprise"  # which is an enterprise too
    return by_name or by_code or ("individual" if is_person(key) else "unknown")  # type: ignore[return-value]


def stated_party_type(stated: str | None) -> PartyType | None:
    """The source's own classification in the hub's words; None when it states none that decides."""
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
    """The first rule of ``NAMED`` that the name, or the name without a bracket at its end, obeys."""
    bare = BRANCH.sub("", key)
    for pattern, type_ in NAMED:
        if pattern.search(key) or (bare != key and pattern.search(bare)):
            return type_
    return None


def person_key(key: str) -> str:
    """Two statements of one person meet under it. It never leaves in a public topic (streams/masking.py)."""
    return f"{PERSON}{short_hash('person', key)}"


def is_person_key(key: str) -> bool:
    """Whether a key stands for a natural person."""
    return key.startswith(PERSON)


def code_or_none(credit_code: str | None) -> str | None:
    """A checked credit code; damage is no code. Raises personal_id_dropped: that record must say so."""
    if not credit_code:
        return None
    try:
        return read_credit_code(credit_code)
    except Reject as refused:
        if refused.reason == "personal_id_dropped":
            raise
        return None
