"""Names 名称: how two are compared, and which are organisations and which persons (docs/domain.md#parties)."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from schemas import codes
from schemas.fields.memory import remembered
from schemas.fields.text import IGNORABLE

LONGEST = 400
CJK = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
BRACKETS = str.maketrans("〔〕【】[]{}「」", "()()()()()")
CJK_BLANK = re.compile(rf"(?<=[{CJK}()·,;])\s{{1,9}}|\s{{1,9}}(?=[{CJK}()·,;])")
INVISIBLE = re.compile(rf"[{IGNORABLE}\x00-\x08\x0e-\x1f]")

# What an organisation's name ends in. The order of the words does not matter: only the end of a name is matched.
ORGANISATION_END = re.compile(
    r"(?:公司|集团|企业|合伙\)?|个体工商户\)?|个体户|经营部|工作室|事务所|研究[院所室]|设计院|科学院|农科院|实验室|中心|大学|学院|学校|[中小]学|"
    r"高等专科学校|研究生院|医院|卫生院|保健院|诊所|银行|[分支]行|信用社|信用联社|合作社|联合社|协会|学会|商会|联合会|基金会?|委员会|"
    r"株式会社|会社|财团|工厂|农场|林场|牧场|苗圃|基地|商行|商店|门市部|超市|专柜|服务部|服务站|试验站|工程局|管理[局处所]|办公室|办事处|"
    r"人民政府|部队|支队|总队|大队|[厂院所局厅]|经销部|加工部|销售部|旅行社|出版社|幼儿园|博物馆|图书馆|科技馆|文化馆)$"
)
FOREIGN_END = re.compile(
    r"(?:\b(?:inc|ltd|llc|llp|lp|plc|corp|corporation|company|co|gmbh|ag|kg|kgaa|se|sa|s\.a|sas|sarl|spa|s\.p\.a|"
    r"srl|bv|b\.v|nv|n\.v|ab|oy|oyj|a/s|aps|as|pty|pte|limited|kk|kabushiki kaisha|university|institute|college|hospital|"
    r"group|holdings?|foundation|technolog(?:y|ies)|"
    r"systems?|electronics?|laborator(?:y|ies)|industries|international|bank|school|centre|center|association)\b\.?)$",
    re.IGNORECASE,
)
FOREIGN_HEAD = re.compile(r"^(?:株式会社|有限会社|(?:\(株\))|(?:\(有\)))")
CHINESE_PERSON = re.compile(rf"^[{CJK}]{{2,4}}$")
MASKED_PERSON = re.compile(rf"^[{CJK}A-Z](?:\*{{1,3}}|某{{1,3}}[甲乙丙丁]?)$")
DOTTED_PERSON = re.compile(rf"^(?:[{CJK}A-Za-z]{{1,12}}\.?·?[·.]){{1,5}}[{CJK}A-Za-z]{{1,12}}$")
LATIN_PERSON = re.compile(
    r"^[A-Z][a-z]{1,15}(?:[-'][A-Z]?[a-z]{1,15})?(?: [A-Z]\.)?(?: [A-Z][a-z]{1,15}(?:[-'][A-Z]?[a-z]{1,15})?){1,2}$"
)


@remembered(65_536)
def name_key(name: str) -> str:
    """How two names are compared, never shown: NFKC, one kind of bracket, no blanks beside CJK, no final 。;"""
    shown = unicodedata.normalize("NFKC", name[:LONGEST]).translate(BRACKETS)
    shown = CJK_BLANK.sub("", " ".join(INVISIBLE.sub("", shown).split()))
    shown = shown if shown.isascii() else unicodedata.normalize("NFKC", shown)
    return shown.rstrip("。;. ").strip() if not shown.isascii() else shown.strip("; ")


def is_organisation(name: str) -> bool:
    """Whether the name ends (or, in Japan, begins) with a word for an organisation."""
    key = name_key(name)
    bare = re.sub(r"\([^()]{1,40}\)$", "", key)
    return bool(
        ORGANISATION_END.search(key)
        or (bare and ORGANISATION_END.search(bare))
        or FOREIGN_HEAD.match(key)
        or FOREIGN_END.search(key)
    )


@remembered(32_768)
def is_person(name: str) -> bool:
    """A natural person by the look of the name: two to four Chinese characters without an organisation's suffix, a
    name with dots between its parts, or two or three Latin words; masked forms too. In doubt a person: a firm that is
    masked can be corrected, a person who was published cannot."""
    key = name_key(name)
    if MASKED_PERSON.match(key):
        return True
    if is_organisation(key):
        return False
    return bool(CHINESE_PERSON.match(key) or DOTTED_PERSON.match(key) or LATIN_PERSON.match(key))


def is_named_person(name: str) -> bool:
    """Two to four characters that begin with a Chinese surname."""
    return bool(CHINESE_PERSON.match(name)) and name[0] in surnames() and not ORGANISATION_END.search(name)


def masked(name: str) -> str:
    """张*: the first character of a person's name."""
    return f"{name_key(name)[:1]}*"


def has_cjk(text: str) -> bool:
    return any("\u3400" <= sign <= "\u9fff" for sign in text)


@cache
def surnames() -> frozenset[str]:
    return frozenset(codes.text("surnames"))
