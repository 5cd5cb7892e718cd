"""Labels 标引项: fields that a label alone determines, whatever the kind (docs/domain.md#gazette-texts)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from schemas.errors import Reject
from schemas.fields.date import read_date
from schemas.fields.ipc import read_ipcs
from schemas.fields.memory import remembered
from schemas.fields.name_list import split_parties
from schemas.fields.patent_number import read_patent_number
from schemas.fields.register_numbers import read_register_number
from schemas.gazette.grammar import TITLE_LABELS, Pairs

# 专利实施许可合同备案办法: the kinds of licence; the first word found decides.
# fmt: off
LICENCE_KINDS = (("独占", "exclusive"), ("排他", "sole"), ("普通", "ordinary"), ("分许可", "sublicence"), ("再许可", "sublicence"),
                 ("交叉", "cross"), ("开放", "open"))
DATES = {
    "登记生效日": "effective_on", "登记生效日期": "effective_on", "生效日": "effective_on",
    "备案日期": "recorded_on", "备案日": "recorded_on", "备案生效日": "recorded_on",
    "解除日": "released_on", "解除日期": "released_on", "保全解除日": "released_on",
    "变更日": "changed_on", "变更日期": "changed_on", "变更生效日": "changed_on",
    "声明日": "declared_on", "声明生效日": "declared_on", "开放许可声明生效日": "declared_on",
    "撤回日": "withdrawn_on", "撤回声明日": "withdrawn_on", "申请日": "filed_on", "申请公布日": "published_on", "授权公告日": "granted_on",
    "终止日期": "ended_on", "终止日": "ended_on", "失效日": "ended_on", "届满日": "ended_on", "期限届满日": "ended_on",
    "现专利权期限届满日": "expires_on", "公告日": "announced_on",
}
NUMBERS = {
    "合同备案号": "recordal_number", "备案号": "recordal_number",
    "登记号": "registration_number", "合同登记号": "registration_number", "质押登记号": "registration_number",
}
CLASSES = ("IPC(主分类)", "IPC（主分类）", "主分类号", "分类号")
DETAILS = frozenset(("审查结论", "无效宣告决定号", "无效宣告决定日", "委内编号", "原决定名称", "原决定日", "更正项目", "误", "正", "卷", "号", "页码", "文件名称",
           "原专利权期限届满日", "补偿期限"))
# fmt: on
SEVERAL = re.compile("[;、,\n]")  # between the numbers of one cell
# A correction 更正 of these puts a person's name or number into 误 and 正; they are left out (个人信息保护法).
PERSONAL = re.compile(r"发明人|设计人|联系人|代理人|收件人|电话")


class Reading(NamedTuple):
    """The value of one label, None when there is none; and what is odd about it (empty: nothing)."""

    value: Any
    warning: str = ""


def read_day(value: str) -> Reading:
    return Reading(read_date(value, column_is_date=True))


def read_number(value: str) -> Reading:
    return Reading(*read_register_number(value))


def read_classes(value: str) -> Reading:
    """A misprinted class is a warning: it does not undo a transfer, nor the classes beside it."""
    classes = read_ipcs(value)
    return Reading(classes.read or None, "ipc_shape" if classes.unread else "")


def read_licence_kind(value: str) -> Reading:
    return Reading(next((kind for word, kind in LICENCE_KINDS if word in value), "unknown"))


# Label → field of an Announcement, and how its value is read.
FIELDS: Mapping[str, tuple[str, Callable[[str], Reading]]] = MappingProxyType(
    {
        **{label: (name, read_day) for label, name in DATES.items()},
        **{label: (name, read_number) for label, name in NUMBERS.items()},
        **dict.fromkeys(CLASSES, ("ipc", read_classes)),
        **dict.fromkeys(TITLE_LABELS, ("invention", Reading)),
        **dict.fromkeys(("许可种类", "许可方式"), ("licence_kind", read_licence_kind)),
    }
)


def read_labels(pairs: Pairs) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Fields of an Announcement by name (of a label that repeats, the last), and warnings. Raises the reasons of dates and numbers."""
    fields: dict[str, Any] = {}
    warnings: list[str] = []
    for label, text in pairs:
        if not text or label not in FIELDS:
            continue
        name, _ = FIELDS[label]
        value, warning = read_label(text, label)
        if value is not None:
            fields[name] = value
        if warning:
            warnings.append(warning)
    return fields, tuple(warnings)


@remembered(16_384)
def read_label(text: str, label: str) -> Reading:
    """What the text says under a label of ``FIELDS``."""
    _, read = FIELDS[label]
    return read(text)


def names_under(pairs: Pairs, labels: Iterable[str]) -> tuple[str, ...]:
    """The names that stand under any of the labels, in the order of the text."""
    return tuple(name for label, value in pairs if label in labels for name in split_parties(value))


def patents_of(pairs: Pairs, patent: str | None) -> tuple[str, ...]:
    """The patents that the text names, else the one of the table around it. Raises patent_number_conflict."""
    cells = [value for label, value in pairs if label in ("专利号", "申请号", "专利申请号")]
    pieces = [piece for cell in cells for piece in SEVERAL.split(cell) if piece.strip()]
    named = tuple(dict.fromkeys(read_patent_number(piece).number for piece in pieces))
    if patent is None:
        return named
    given = read_patent_number(patent).number
    if named and given not in named:
        raise Reject("patent_number_conflict", f"the text names {', '.join(named[:3])}, its record {given}")
    return named or (given,)


def details_of(pairs: Pairs) -> dict[str, str]:
    """What has no field of its own and names no person."""
    values = {label: value for label, value in pairs if label in DETAILS and value}
    if values and PERSONAL.search(values.get("更正项目", "")):
        values = {label: value for label, value in values.items() if label not in ("误", "正")}
    return values
