"""Holder rule 权利人变更: who held before, who after, and whether that is a transfer (专利法第十条; docs/domain.md#holder-rule).

Three steps: the pairs of an announcement become tokens (a side, what the value is about, the value), the tokens of each
side become its holders, and an ordered table compares both sides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Literal, NamedTuple

from schemas.errors import Reject
from schemas.fields.memory import remembered
from schemas.fields.name_list import split_parties
from schemas.fields.names import name_key
from schemas.gazette.grammar import SIDE, Pairs

Form = Literal["whole", "partial", "entry", "exit"]
Side = Literal["前", "后"]
Role = Literal["holder", "address", "other"]
Names = tuple[str, ...]

TOPIC = ("变更事项", "变更项目")
# Of each label of a side: which side, whether of joint holders, and what its value is about.
SIDES: dict[str, tuple[Side, bool, str]] = {
    label: ("前" if label[2] == "前" else "后", label[3:5] == "共同", label[3:].removeprefix("共同")) for label in SIDE
}
# What a value is about, first match decides: 专利权人地址 is an address, 申请人国籍 neither address nor holder.
ROLES: tuple[tuple[re.Pattern[str], Role], ...] = (
    (re.compile("地址"), "address"),
    (re.compile("国籍|邮编|邮政编码|国家|类型"), "other"),
    (re.compile("权利人|申请人|共有人|专利权人$"), "holder"),
    (re.compile(""), "other"),
)


class Token(NamedTuple):
    """One value of a change: on which side it stands and what it is about."""

    side: Side
    role: Role
    text: str


class Holders(NamedTuple):
    """Raw names before and after, in order, and the address that stands with each."""

    before: Names
    after: Names
    addresses: tuple[tuple[str, str], ...]  # name_key → address; the side after wins
    topics: tuple[str, ...]  # the values of 变更事项


def read_holders(pairs: Pairs) -> Holders:
    """Holders and their addresses on both sides. Raises holder_groups_unequal: topics and values joined by ``/`` do not match."""
    found = tuple(tokens(pairs))
    before, old_addresses = group(token for token in found if token.side == "前")
    after, new_addresses = group(token for token in found if token.side == "后")
    topics = tuple(value for label, value in pairs if label in TOPIC)
    return Holders(before, after, tuple((old_addresses | new_addresses).items()), topics)


def tokens(pairs: Pairs) -> Iterator[Token]:
    """The values of 变更前… and 变更后…, each with its side and role, in the order of the text."""
    topics = [value for label, value in pairs if label in TOPIC]
    topic, joint = topics[0] if len(topics) == 1 else "", False  # a spreadsheet may put its one topic last
    for label, value in pairs:
        if label in TOPIC:
            topic, joint = value, False
        elif label in SIDES:
            side, co, what = SIDES[label]
            about = about_of(what, topic, joint)
            joint = co or (not what and joint)  # a bare 变更后: closes a 变更前共同… pair
            for one, said in zip(*slashed(about, label, value), strict=True):
                yield Token(side, role_of(one), said)


def about_of(what: str, topic: str, joint: bool) -> str:
    """What a side's value is about: 权利人 stands for whatever 变更事项 names, a bare 变更后 for the label before it."""
    if what == "权利人" and topic:
        return topic
    return what or ("共同专利权人" if joint else topic)


def slashed(about: str, label: str, value: str) -> tuple[list[str], list[str]]:
    """``专利权人/地址`` with ``甲公司/某路1号``: several things in one value. Raises holder_groups_unequal."""
    if "/" not in about:
        return [about], [value]
    abouts = about.split("/")
    values = value.split("/")
    if len(values) != len(abouts):
        raise Reject("holder_groups_unequal", f"变更事项 names {len(abouts)} things, {label} {len(values)}")
    return abouts, values


@remembered(1_024)
def role_of(about: str) -> Role:
    return next(role for pattern, role in ROLES if pattern.search(about))


def group(side: Iterable[Token]) -> tuple[Names, dict[str, str]]:
    """The holders of one side, and their addresses by compared name.

    An address belongs to the holder named last before it, or, where none is named yet, to the first one after it.
    """
    names: list[str] = []
    addresses: dict[str, str] = {}
    early: str | None = None
    for token in side:
        if token.role == "holder":
            named = split_parties(token.text)
            names += named
            if named and early is not None:
                addresses.setdefault(name_key(named[0]), early)
                early = None
        elif token.role == "address" and token.text and names:
            addresses.setdefault(name_key(names[-1]), token.text.strip())
        elif token.role == "address" and token.text:
            early = token.text.strip()
    return tuple(names), addresses


class Change(NamedTuple):
    """Two sets of holders compared by name; the order of the source is kept."""

    old: Names
    new: Names
    left: Names
    joined: Names


class Passage(NamedTuple):
    """What a change of the holder set means; ``form`` None is no transfer."""

    form: Form | None
    givers: Names
    takers: Names


class Rule(NamedTuple):
    """One line of the table: when it holds, the form, and which holders give and take."""

    holds: Callable[[Change], bool]
    form: Form | None
    givers: Callable[[Change], Names]
    takers: Callable[[Change], Names]


def nobody(change: Change) -> Names:
    return ()


# The holder rule: the first line that holds decides.
RULES: tuple[Rule, ...] = (
    # The same names on both sides: an address or a spelling was changed.
    Rule(lambda c: not c.left and not c.joined, None, nobody, nobody),
    # A side that is not named: the reader of transfers refuses it (holders_missing).
    Rule(lambda c: not c.old or not c.new, "whole", lambda c: c.left, nobody),
    # Nobody stayed: the right passed as a whole.
    Rule(lambda c: c.left == c.old, "whole", lambda c: c.left, lambda c: c.joined),
    # Some left and nobody joined: those who stayed took their part.
    Rule(lambda c: not c.joined, "exit", lambda c: c.left, lambda c: c.new),
    # Some joined and nobody left: all who held gave a part.
    Rule(lambda c: not c.left, "entry", lambda c: c.old, lambda c: c.joined),
    # Some stayed, some left, some joined: who left gave to who joined.
    Rule(lambda c: True, "partial", lambda c: c.left, lambda c: c.joined),
)


def passage(before: Names, after: Names) -> Passage:
    """The form of a change of holders, and who gave and who took."""
    change = compare(before, after)
    rule = next(rule for rule in RULES if rule.holds(change))
    return Passage(rule.form, rule.givers(change), rule.takers(change))


def compare(before: Names, after: Names) -> Change:
    """Both sides by compared name: one name in two spellings is one holder."""
    old, new = {name_key(name): name for name in before}, {name_key(name): name for name in after}
    left = tuple(name for key, name in old.items() if key not in new)
    joined = tuple(name for key, name in new.items() if key not in old)
    return Change(tuple(old.values()), tuple(new.values()), left, joined)
