"""Announcement texts of the gazette in the wordings that occur (docs/domain.md#gazette-texts): lines of key:value, key=value
with a/b lists, repeated groups, full-width runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ops.sandbox.world.facts import Patent

TITLES = {"invention": "发明名称", "utility_model": "实用新型名称", "design": "使用外观设计的产品名称"}
PATENT_RIGHT, RIGHT_TO_APPLY, EITHER_RIGHT = "专利权的转移", "专利申请权的转移", "专利申请权、专利权的转移"
RENAME, READDRESS, BOTH = "专利权人的姓名或者名称的变更", "专利权人的地址的变更", "专利权人的姓名或者名称、地址的变更"


@dataclass(frozen=True)
class Side:
    """The holders before or after, the first with an address."""

    names: tuple[str, ...]
    address: str


def head(title: str, patent: Patent) -> str:
    """Title and classification; designs carry a Locarno class under another label."""
    label = "主分类号" if patent.right_type == "design" else "IPC(主分类)"
    return f"{title}\n{label}:{padded(patent.ipc)}"


def padded(ipc: str) -> str:
    """A classification with the blanks of the gazette: A41D   1/00."""
    return ipc if ipc[:1].isdigit() or len(ipc) > 8 else f"{ipc[:4]}   {ipc[4:]}"


def transfer(style: str, title: str, patent: Patent, before: Side, after: Side, effective_on: date) -> str:
    """One change of holders. Styles: lines, run, joined, groups."""
    who = "申请人" if title == RIGHT_TO_APPLY else "专利权人"
    if style == "lines":
        text = (
            f"{head(title, patent)}\n登记生效日:{effective_on:%Y%m%d}\n变更前{who}:{before.names[0]}\n变更前地址:{before.address}"
            f"\n变更后{who}:{after.names[0]}\n变更后地址:{after.address}"
        )
        joint = (before.names[1:], after.names[1:])
        if joint[0] and not joint[1]:
            text += f"\n变更前共同{who}:{'；'.join(joint[0])}\n变更后:"
        elif any(joint):
            text += f"\n变更前共同{who}:{'；'.join(joint[0]) or '无'}\n变更后共同{who}:{'；'.join(joint[1])}"
        return text
    if style == "run":
        return (
            f"登记生效日：{effective_on:%Y%m%d}；IPC(主分类)：{patent.ipc}；变更前{who}：{'、'.join(before.names)}；"
            f"变更后{who}：{'、'.join(after.names)}。"
        )
    if style == "joined":
        rows = _aligned(before.names, after.names)
        topics = "/".join([who, "地址", *[who] * (len(rows) - 1)])
        sides = [
            "/".join([rows[0][side], (before, after)[side].address, *[row[side] for row in rows[1:]]])
            for side in (0, 1)
        ]
        return (
            f"{title}\nIPC(主分类)={patent.ipc}\n变更事项={topics}\n变更前权利人={sides[0]}\n变更后权利人={sides[1]}"
            f"\n登记生效日={effective_on:%Y.%m.%d}"
        )
    groups = [(who, old, new) for old, new in _aligned(before.names, after.names)]
    groups.insert(1, ("地址", before.address, after.address))
    body = ";".join(f"变更事项:{what};变更前权利人:{old};变更后权利人:{new}" for what, old, new in groups)
    return f"{title}IPC(主分类):{padded(patent.ipc)};{body};登记生效日:{effective_on:%Y%m%d};"


def _aligned(before: tuple[str, ...], after: tuple[str, ...]) -> list[tuple[str, str]]:
    """The names of both sides in pairs; 无 where one side has none."""
    longest = max(len(before), len(after))
    return list(zip(before + ("无",) * (longest - len(before)), after + ("无",) * (longest - len(after)), strict=True))


def holder_change(title: str, patent: Patent, before: Side, after: Side) -> str:
    """A name or an address that changes while the holder stays the same."""
    return (
        f"{head(title, patent)}\n变更事项:专利权人\n变更前:{before.names[0]}\n变更后:{after.names[0]}\n变更事项:地址"
        f"\n变更前:{before.address}\n变更后:{after.address}"
    )


def licence_recorded(patent: Patent, recordal: str, givers: str, takers: str, kind: str, recorded_on: date) -> str:
    return (
        f"{head('专利实施许可合同备案的生效', patent)}\n合同备案号:{recordal}\n让与人:{givers}\n受让人:{takers}"
        f"\n{TITLES[patent.right_type]}:{patent.title}\n授权公告日:{patent.granted_on:%Y%m%d}\n许可种类:{kind}"
        f"\n备案日期:{recorded_on:%Y%m%d}"
    )


def licence_changed(patent: Patent, recordal: str, changed_on: date) -> str:
    return (
        f"{head('专利实施许可合同备案的变更', patent)}\n合同备案号:{recordal}\n变更日:{changed_on:%Y%m%d}\n变更事项:许可期限"
        f"\n变更前:3年\n变更后:5年"
    )


def licence_cancelled(patent: Patent, recordal: str, givers: str, takers: str, released_on: date) -> str:
    return (
        f"{head('专利实施许可合同备案的注销', patent)}\n专利号:{patent.number}\n合同备案号:{recordal}\n让与人:{givers}"
        f"\n受让人:{takers}\n解除日:{released_on:%Y%m%d}"
    )


def pledge_registered(patent: Patent, registration: str, pledgor: str, pledgee: str, registered_on: date) -> str:
    return (
        f"{head('专利权质押合同登记的生效', patent)}\n专利号:{patent.number}\n登记号:{registration}"
        f"\n登记生效日:{registered_on:%Y%m%d}\n出质人:{pledgor}\n质权人:{pledgee}\n{TITLES[patent.right_type]}:{patent.title}"
        f"\n授权公告日:{patent.granted_on:%Y%m%d}"
    )


def pledge_released(patent: Patent, registration: str, pledgor: str, pledgee: str, released_on: date) -> str:
    return (
        f"{head('专利权质押合同登记的注销', patent)}\n专利号:{patent.number}\n登记号:{registration}"
        f"\n解除日:{released_on:%Y%m%d}\n出质人:{pledgor}\n质权人:{pledgee}"
    )


def open_licence(patent: Patent, holder: str, fee: str, term: str) -> str:
    return f"{head('专利开放许可声明', patent)}\n专利号:{patent.number}\n专利权人:{holder}\n许可使用费支付方式和标准:{fee}\n许可期限:{term}"


def open_licence_withdrawn(patent: Patent, holder: str) -> str:
    return f"{head('专利开放许可声明的撤回', patent)}\n专利号:{patent.number}\n专利权人:{holder}"


def lapsed(patent: Patent, on: date) -> str:
    return f"{head('未缴年费专利权终止', patent)}\n专利号:{patent.number}\n授权公告日:{patent.granted_on:%Y%m%d}\n终止日期:{on:%Y%m%d}"


def restored(patent: Patent, decided_on: date) -> str:
    return f"{head('权利的恢复', patent)}\n原决定名称:未缴年费专利权终止通知书\n原决定日:{decided_on:%Y%m%d}"


def preserved(patent: Patent, on: date) -> str:
    return f"{head('专利权的保全', patent)}\n登记生效日:{on:%Y%m%d}\n授权公告日:{patent.granted_on:%Y%m%d}"


def preservation_lifted(patent: Patent, on: date) -> str:
    return f"{head('专利权保全的解除', patent)}\n解除日:{on:%Y%m%d}\n授权公告日:{patent.granted_on:%Y%m%d}"


def corrected(patent: Patent) -> str:
    return f"发明专利公报更正\n卷=35\n号=24-02\nIPC(主分类)={patent.ipc}\n更正项目=说明书\n误=第三页\n正=第四页"
