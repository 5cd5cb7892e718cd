"""Gazette 事务公告: what a title means and how a text falls into ordered (label, value) pairs (docs/domain.md#gazette-texts)."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple

from schemas import codes
from schemas.errors import Reject

LONGEST = 20_000
Pairs = tuple[tuple[str, str], ...]


class Meaning(NamedTuple):
    """Kind and phase of a title. An empty phase is decided by the labels; ``ignored`` concerns no right."""

    kind: str
    phase: str


# Titles of the CNIPA gazette 专利公报 (事务); the first pattern found in a title decides. A phase that ends in ? and an empty one
# are read from the labels (phase.py).
# fmt: off
TITLES: tuple[tuple[re.Pattern[str], Meaning], ...] = tuple((re.compile(title), Meaning(*meant)) for title, *meant in (
    # 强制许可 ends without ending the patent; one title of the old gazette stood for pledges and preservations alike.
    (r"强制许可", "ignored", "other"),
    (r"质押.{0,6}保全", "pledge", "joint?"),
    (r"质押合同?登记", "pledge", ""),
    (r"许可合同的?备案", "licence", ""),
    # 撤回 of a declaration before the declaration.
    (r"开放许可.{0,6}撤[回销]|撤[回销].{0,6}开放许可", "open-licence", "withdrawn"),
    (r"开放许可", "open-licence", "declared"),
    # A joint title, then the end, then the beginning of a preservation.
    (r"保全及其解除|保全.{0,3}、.{0,6}解除", "legal-status", "preservation?"),
    (r"保全的?解除|解除保全", "legal-status", "preservation_lifted"),
    (r"保全", "legal-status", "preserved"),
    (r"更正", "legal-status", "corrected"),
    (r"转移", "transfer", "recorded"),
    # 全部 and 部分 where the title tells; else 审查结论 does.
    (r"全部无效", "legal-status", "invalidated"),
    (r"部分无效", "legal-status", "partly_invalidated"),
    (r"无效", "legal-status", "invalidation?"),
    (r"全部撤销", "legal-status", "revoked"),
    (r"部分撤销", "legal-status", "partly_revoked"),
    # 有效期届满的终止 is an expiry, not a termination.
    (r"期限?届满", "legal-status", "expired"),
    (r"部分放弃", "legal-status", "partly_abandoned"),
    (r"避免重复授[权予]|放弃", "legal-status", "abandoned"),
    # 未缴年费的终止 before any other 终止.
    (r"未缴纳?年费|终止.{0,6}年费", "legal-status", "lapsed"),
    (r"终止", "legal-status", "terminated"),
    (r"恢复", "legal-status", "restored"),
    # A title for name and address is a renaming until the two sides are compared (contents.py).
    (r"姓名或者?名称|姓名、?名称", "legal-status", "holder_renamed"),
    (r"(?:专利权人|申请人)?.{0,6}地址的?变更", "legal-status", "holder_data_changed"),
    (r"著录事项", "legal-status", "biblio_changed"),
    (r"驳回", "legal-status", "refused"),
    # 视为撤回 before 撤回, 全部/部分撤销 (above) before 撤销.
    (r"视为撤回", "legal-status", "deemed_withdrawn"),
    (r"撤回", "legal-status", "withdrawn"),
    (r"期限?补偿", "legal-status", "term_extended"),
    (r"撤销", "legal-status", "revoked"),
    (r"授权|授予", "legal-status", "granted"),
    (r"实质审查", "legal-status", "examination_started"),
    (r"公开|公布", "legal-status", "published"),
    (r"公告送达|其他有关事项", "ignored", "other"),
))
# fmt: on

SIDE = tuple(
    f"变更{side}{what}"
    for side in "前后"
    for what in ("专利权人", "申请人", "权利人", "共同专利权人", "共同申请人", "共有人", "地址", "")
)
TITLE_LABELS = ("发明名称", "实用新型名称", "外观设计名称", "使用外观设计的产品名称", "产品名称", "专利名称")
# fmt: off
LABELS = (
    *SIDE, *TITLE_LABELS,
    "变更事项", "变更项目", "更正项目", "登记生效日", "登记生效日期", "登记号", "合同登记号", "质押登记号",
    "合同备案号", "备案号", "备案日期", "备案日", "备案生效日", "解除日", "解除日期", "变更日", "变更日期",
    "变更生效日", "出质人", "质权人", "让与人", "许可人", "受让人", "被许可人", "许可种类", "许可方式",
    "许可使用费支付方式和标准", "许可使用费标准", "许可费支付方式和标准", "许可期限", "声明日", "声明生效日",
    "撤回日", "撤回声明日", "开放许可声明生效日", "保全解除日", "生效日", "失效日", "申请日", "申请公布日",
    "授权公告日", "授权公告号", "申请公布号", "公告日", "终止日期", "终止日", "届满日", "期限届满日",
    "原专利权期限届满日", "现专利权期限届满日", "补偿期限", "无效宣告决定号", "无效宣告决定日", "委内编号",
    "审查结论", "原决定名称", "原决定日", "收件人", "文件名称", "联系人", "联系电话", "电话", "IPC(主分类)",
    "IPC（主分类）", "主分类号", "分类号", "专利号", "专利申请号", "申请号", "专利权人", "申请人",
    "号牌文件类型代码", "号牌文件序号", "卷", "号", "页码", "误", "正",
)
# fmt: on
KNOWN = frozenset(LABELS)
# A label may follow a title directly, without any separator.
# fmt: off
ENDS = (
    "转移", "生效", "届满", "变更", "终止", "注销", "解除", "恢复", "更正", "授权", "公开", "公布", "无效", "放弃", "保全", "撤回", "驳回",
    "备案", "登记", "声明", "许可", "补偿", "授予",
)
# fmt: on
LABEL = re.compile(
    # Most signs of a text begin no label, and most of those that do stand behind no end.
    rf"(?=[{''.join(sorted({label[0] for label in LABELS}))}])"
    rf"(?:^|(?<=[;\n\s])|(?<=[{''.join(sorted({end[-1] for end in ENDS}))}])(?:"
    + "|".join(f"(?<={end})" for end in ENDS)
    + "))(?P<label>"
    + "|".join(map(re.escape, sorted(KNOWN, key=len, reverse=True)))
    + r")\s{0,4}[:=]"
)
TAG = re.compile(r"<(/?)(变更[前后]|变更事项|变更项目)>\s{0,4}")
ESCAPES = {"&nbsp;": " ", "&lt;": "<", "&gt;": ">", "&amp;": "&", "\\n": "\n", "\r\n": "\n", "\r": "\n"}
ESCAPED = re.compile("|".join(map(re.escape, ESCAPES)))
# fmt: off
SPELLING = str.maketrans({"：": ":", "；": ";", "＝": "=", "\u3000": " ", "\u2002": " ", "\u00a0": " ", "\t": " ",
                          "\u200b": None, "\ufeff": None})
# fmt: on
SPELT = re.compile(f"[{''.join(map(chr, SPELLING))}]")
# Dates and numbers that follow a title's label on the same line; anything else behind a blank may be part of the title.
# fmt: off
AFTER_TITLE = frozenset((
    "申请日", "申请公布日", "授权公告日", "许可种类", "备案日期", "备案日", "登记生效日", "专利号", "申请号", "登记号", "让与人", "受让人",
    "出质人", "质权人", "合同备案号",
))
# fmt: on


@lru_cache(maxsize=1_024)
def meaning_of(title: str) -> Meaning | None:
    """What a gazette title means, dirty ones included; None for an unknown title."""
    shown = re.sub(r"\s{1,9}", "", unicodedata.normalize("NFKC", title[:200]))
    return next((meaning for pattern, meaning in TITLES if pattern.search(shown)), None)


class Coded(NamedTuple):
    """What an event code stands for when no title does: PB01 … OR01, and C06 … RECT of before April 2017."""

    title: str
    meaning: Meaning


def of_code(code: str) -> Coded | None:
    """The title and meaning of an event code; None for an unknown code."""
    return by_code().get(code.strip().upper())


@cache
def by_code() -> dict[str, Coded]:
    return {row["code"]: Coded(row["title"], Meaning(row["kind"], row["phase"])) for row in codes.rows("gazette_codes")}


def clean(text: str) -> str:
    """One kind of separators: half-width : ; =, real line ends, tags turned into labels."""
    text = ESCAPED.sub(lambda escape: ESCAPES[escape[0]], text)
    if SPELT.search(text):  # most texts have none of these, and a search is faster than a translation
        text = text.translate(SPELLING)
    return TAG.sub(lambda tag: ";" if tag[1] else labelled(tag, text), text) if "<" in text else text


def labelled(tag: re.Match[str], text: str) -> str:
    """``<变更前>甲`` names its side itself; ``<变更前>变更前权利人:甲`` already does."""
    following = text[tag.end() : tag.end() + 12]
    return ";" if LABEL.match(following) or following.startswith("<") else f";{tag[2]}:"


def read_pairs(text: str) -> tuple[str, Pairs]:
    """Title and ordered pairs of one announcement; labels repeat, and a side may be missing.

    Raises ``Reject``: announcement_too_long, label_in_value (a label after a blank inside an invention's title).
    """
    if len(text) > LONGEST:
        raise Reject("announcement_too_long", f"{len(text)} characters; accepted: {LONGEST}")
    text = clean(text)
    found = list(LABEL.finditer(text))
    if not found:
        return text.strip(" ;\n。"), ()
    pairs: list[tuple[str, str]] = []
    for number, match in enumerate(found):
        end = found[number + 1].start() if number + 1 < len(found) else len(text)
        if (
            number
            and pairs[-1][0] in TITLE_LABELS
            and match["label"] not in AFTER_TITLE
            and text[match.start() - 1] == " "
            and text[: match.start()].rstrip(" ")[-1:] not in ";\n"
        ):
            raise Reject("label_in_value", f"{match['label']} stands inside the value of {pairs[-1][0]}")
        pairs.append((match["label"], text[match.end() : end].strip(" ;\n。")))
    return text[: found[0].start()].strip(" ;\n。"), tuple(pairs)
