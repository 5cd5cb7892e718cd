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
# What else a name of four signs or more ends in when it is no person's: a trade or a place of work.
TRADE_END = re.compile(
    r"(?:药业|制药|医药|医疗|科技|光电|电子|电气|电器|电力|通讯|通信|网络|软件|信息|生物|汽车|客车|重工|机械|材料|化工|化学|能源|"
    r"环保|食品|股份|控股|实业|工业|农业|林业|矿业|建材|半导体|机器人|开发区|公园|平台|联盟|园区|街道|俱乐部|工会|项目部|指挥部|"
    r"校区|分校|[总分]部|总[院厂场站]|门市|[商贸]行|作坊|[法检察]院|[分中小大]队|营地|医学部|设计部|保障部|[董理]事会?|[力究]团|饭店|餐厅|药房)$"
)
# One sign is enough behind four others.
PLACE_END = re.compile(rf"[{CJK})]{{4}}[店场园坊台段处庄部馆社站署委矿]$")


FOREIGN_END = re.compile(
    r"(?:\b(?:inc|ltd|llc|llp|lp|plc|corp|corporation|company|co|gmbh|ag|kg|kgaa|se|sa|s\.a|sas|sarl|spa|s\.p\.a|"
    r"srl|bv|b\.v|nv|n\.v|ab|oy|oyj|a/s|aps|as|pty|pte|limited|kk|kabushiki kaisha|university|institute|college|hospital|"
    r"group|holdings?|foundation|technolog(?:y|ies)|"
    r"systems?|electronics?|laborator(?:y|ies)|industries|international|bank|school|centre|center|association)\b\.?)$",
    re.IGNORECASE,
)
# Words that stand anywhere in the name of an organisation abroad and in nobody's name.
FOREIGN_WORD = re.compile(
    r"\b(?:ltd|limited|llc|inc|incorporated|corp|corporation|company|gmb\w*|\w*aktiengesellschaft|gesellschaft|aktiebolag\w*|ltda|"
    r"[bn] ?v|s r l|s p a|l l c|univ\w*|instit\w*|institut\w*|istituto|inst|college|academy|school of|council|agency|ministry|"
    r"national\w*|foundation|fondazione|fundacion|societ[éa]|society|hospital|hopit\w*|commissariat|compagnie|centre|research|"
    r"laborator\w+|labs?|technolog\w+|engineering|industr\w+|pharmaceuticals?|pharma|therapeutics|diagnostics|biotech\w*|electronics?|"
    r"electric|semiconductors?|systems?|solutions|networks|communications?|software|robotics|aerospace|automotive|motors?|"
    r"chemicals?|products|services|enterprises|holdings?|international|global|medical|gosudarstvenn\w+|obshchestvo|predprijatie)\b",
    re.IGNORECASE,
)
FOREIGN_HEAD = re.compile(r"^(?:株式会社|有限会社|(?:\(株\))|(?:\(有\)))")
CHINESE_PERSON = re.compile(rf"^[{CJK}]{{2,4}}$")
STARRED = re.compile(r"\*|某{1,3}[甲乙丙丁]?$")
LETTER = re.compile(rf"[{CJK}A-Za-z\u00c0-\u024f\u0370-\u1fff\u3040-\u30ff\uac00-\ud7a3]")


@remembered(65_536)
def name_key(name: str) -> str:
    """How two names are compared, never shown: NFKC, one kind of bracket, no blanks beside CJK, no final 。;"""
    shown = unicodedata.normalize("NFKC", name[:LONGEST]).translate(BRACKETS)
    shown = CJK_BLANK.sub("", " ".join(INVISIBLE.sub("", shown).split()))
    shown = shown if shown.isascii() else unicodedata.normalize("NFKC", shown)
    return shown.rstrip("。;. ").strip() if not shown.isascii() else shown.strip("; ")


def is_organisation(name: str) -> bool:
    """Whether a name bears the mark of an organisation: how it ends, or, abroad, a word in it."""
    key = name_key(name)
    bare = key.partition("(")[0]  # 中国电子产品可靠性与环境试验研究所((工业和信息化部电子第五研究所)…)
    return any(
        ORGANISATION_END.search(one) or (len(one) > 3 and TRADE_END.search(one)) or PLACE_END.search(one)
        for one in (key, bare)
        if one
    ) or bool(FOREIGN_HEAD.match(key) or FOREIGN_END.search(key) or FOREIGN_WORD.search(key))


@remembered(32_768)
def is_person(name: str) -> bool:
    """A natural person by the look of the name: whatever bears no mark of an organisation, and two or three Chinese
    characters after a surname whatever they end in (王大学 and 朱定局 are inventors). In doubt a person: a firm that is
    masked can be corrected, by its code, its platform or the directory; a person who was published cannot.
    """
    key = name_key(name)
    return is_short_person(key) or bool(LETTER.search(key)) and not is_organisation(key)


def is_short_person(key: str) -> bool:
    """Two or three characters after a surname: a person, whatever word they end in."""
    return len(key) <= 3 and is_named(key)


def is_starred(name: str) -> bool:
    """A person whose name the source has masked: 张小*, 李某某."""
    return bool(STARRED.search(name)) and not is_organisation(name)


def is_named(name: str) -> bool:
    """Two to four characters that begin with a Chinese surname."""
    return bool(CHINESE_PERSON.match(name)) and name[0] in surnames()


def is_named_person(name: str) -> bool:
    """Named, and no organisation: 王五, but not 华中大学."""
    return is_named(name) and not ORGANISATION_END.search(name)


def masked(name: str) -> str:
    """张*: the first letter of a person's name."""
    key = name_key(name)
    first = LETTER.search(key)
    return f"{first[0] if first else key[:1]}*"


def has_cjk(text: str) -> bool:
    return any("\u3400" <= sign <= "\u9fff" for sign in text)


@cache
def surnames() -> frozenset[str]:
    return frozenset(codes.text("surnames"))
