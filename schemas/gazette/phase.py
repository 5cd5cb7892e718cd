"""Phase of an announcement where its title leaves it open: of contracts, invalidations, preservations (docs/domain.md#gazette-texts)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from schemas.errors import Reject
from schemas.gazette.grammar import Meaning, Pairs

# 备案 and 登记 are announced in one title since 2017: 专利权质押合同登记的生效、变更及注销. 注销 is 解除 in older texts.
CONTRACT_PHASES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "pledge": {"生效": "registered", "变更": "changed", "注销": "released", "解除": "released"},
        "licence": {"生效": "recorded", "变更": "changed", "注销": "cancelled", "解除": "cancelled"},
    }
)
# Where a title names several phases or none, the labels decide; the first line that matches.
CONTRACT_LABELS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"解除日", "解除日期"}), "注销"),
    (frozenset({"变更日", "变更日期", "变更事项", "变更项目"}), "变更"),
    (frozenset({"备案日期", "备案日", "登记生效日", "备案生效日"}), "生效"),
)
PLEDGE_PARTIES = frozenset({"出质人", "质权人"})
LIFTED = frozenset({"解除日", "解除日期", "保全解除日"})
# What 审查结论 says became invalid; the first word found decides.
INVALIDATIONS = (("全部无效", "invalidated"), ("部分无效", "partly_invalidated"))


def phase_of(meaning: Meaning, title: str, pairs: Pairs) -> str:
    """The phase of an announcement. Raises gazette_title_unknown, gazette_phase_unknown, invalidation_unread."""
    if open_phase := OPEN.get(meaning.phase):
        return open_phase(dict(pairs))
    return contract_phase(meaning.kind, title, pairs) if meaning.kind in CONTRACT_PHASES else meaning.phase


def contract_phase(kind: str, title: str, pairs: Pairs) -> str:
    """生效, 变更 or 注销 of a recordal or registration: the title when it names one, else the labels of the text."""
    named = [word for word in CONTRACT_PHASES[kind] if word in title]
    if len(named) == 1:
        return CONTRACT_PHASES[kind][named[0]]
    labels = {label for label, _ in pairs}
    word = next((word for signs, word in CONTRACT_LABELS if labels & signs), None if named else "生效")
    if word is None:
        raise Reject("gazette_title_unknown", f"{title!r} names several phases and the text none")
    return CONTRACT_PHASES[kind][word]


def preservation_phase(values: Mapping[str, str]) -> str:
    """财产保全 under a title for both its beginning and its end: a day of lifting tells the end."""
    return "preservation_lifted" if values.keys() & LIFTED else "preserved"


def invalidation_phase(values: Mapping[str, str]) -> str:
    """宣告无效: how much of the right, by 审查结论. Raises invalidation_unread."""
    conclusion = values.get("审查结论", "")
    for word, phase in INVALIDATIONS:
        if word in conclusion:
            return phase
    raise Reject("invalidation_unread", f"审查结论 {conclusion[:40]!r} does not say what became invalid")


def joint_phase(values: Mapping[str, str]) -> str:
    """质押、保全及解除: a pledge where the text names its parties. Raises gazette_phase_unknown."""
    word = next((word for signs, word in CONTRACT_LABELS if values.keys() & signs), "生效")
    if not values.keys() & PLEDGE_PARTIES:
        raise Reject("gazette_phase_unknown", "the title stands for pledges and preservations, and no text tells which")
    return CONTRACT_PHASES["pledge"][word]


# Titles of grammar.py that leave the phase open.
OPEN: Mapping[str, Callable[[Mapping[str, str]], str]] = MappingProxyType(
    {"preservation?": preservation_phase, "invalidation?": invalidation_phase, "joint?": joint_phase}
)
