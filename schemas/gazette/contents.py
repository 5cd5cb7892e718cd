"""Contents 公告内容: parties and terms of an announcement, by its kind (docs/domain.md#gazette-texts)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from schemas.errors import Reject
from schemas.fields.date import read_date
from schemas.fields.name_list import split_parties
from schemas.fields.names import name_key
from schemas.fields.party import read_party
from schemas.gazette.grammar import Pairs
from schemas.gazette.holders import TOPIC, Holders, passage, read_holders
from schemas.gazette.labels import names_under, read_licence_kind
from schemas.gazette.related import related

Right = Literal["patent_right", "right_to_apply"]
Fields = dict[str, Any]  # fields of an Announcement by name

GIVERS = frozenset({"让与人", "许可人", "出质人"})
TAKERS = frozenset({"受让人", "被许可人", "质权人"})
# Which side a changed party of a contract is on, by 变更事项: the first line that matches (被许可人 before 许可人).
CONTRACT_ROLES: tuple[tuple[re.Pattern[str], Literal["giver", "taker"]], ...] = (
    (re.compile("受让人|被许可人|质权人"), "taker"),
    (re.compile("让与?人|出质人|许可人"), "giver"),
)
FEES = ("许可使用费支付方式和标准", "许可费支付方式和标准", "许可使用费标准")
HOLDER_PHASES = ("holder_renamed", "holder_data_changed", "biblio_changed")
JOINT_RIGHTS = re.compile("专利申请权、专利权|专利权、专利申请权")  # a title for both rights tells neither


def read_contents(kind: str, pairs: Pairs, title: str, phase: str) -> Fields:
    """Fields that are read by kind; ``kind`` and ``phase`` are among the fields where the text changes them."""
    return READERS.get(kind, read_status)(pairs, title, phase)


def read_transfer(pairs: Pairs, title: str, phase: str) -> Fields:
    """A transfer; or, when the same holders stand on both sides, a change of their data. Raises holders_missing."""
    holders = read_holders(pairs)
    if not holders.before or not holders.after:
        raise Reject("holders_missing", f"{title.strip()[:40]!r} does not say who held before and who after")
    passed = passage(holders.before, holders.after)
    own = sides_of(holders)
    if passed.form is None:
        return own | {"kind": "legal-status", "phase": "holder_data_changed", "givers": holders.after}
    return own | {
        "form": passed.form,
        "givers": passed.givers,
        "takers": passed.takers,
        "right": right_of(title, pairs, holders),
        "related_party": related(passed.givers, passed.takers),
    }


def sides_of(holders: Holders) -> Fields:
    return {"before": holders.before, "after": holders.after, "addresses": holders.addresses}


def right_of(title: str, pairs: Pairs, holders: Holders) -> Right:
    """专利权 or 专利申请权: by the title, then by the labels, then a granted patent. Raises transfer_right_unknown."""
    labels = " ".join(label for label, _ in pairs) + " ".join(holders.topics)
    for words in (title.split(maxsplit=1)[0] if title.strip() else "", labels):
        if right := one_right(words):
            return right
    if any(label == "授权公告日" for label, _ in pairs):
        return "patent_right"
    raise Reject(
        "transfer_right_unknown",
        f"{title[:40]!r}: neither the title nor its labels tell patent right from right to apply",
    )


def one_right(words: str) -> Right | None:
    """The right that words name; None when they name none or both."""
    words = JOINT_RIGHTS.sub("", words)
    granted, pending = "专利权" in words, "专利申请权" in words or "申请人" in words
    if granted == pending:
        return None
    return "patent_right" if granted else "right_to_apply"


class PartyChange(NamedTuple):
    """变更事项 of a contract: one side of one change of a giver or taker."""

    side: Literal["before", "after"]
    role: Literal["giver", "taker"]
    names: tuple[str, ...]


def read_contract(pairs: Pairs, title: str, phase: str) -> Fields:
    """Recordals of licences and registrations of pledges: who gives, who takes; else who does after the change."""
    changes, kind = party_changes(pairs), changed_kind(pairs)
    new = [change for change in changes if change.side == "after" and change.names]
    return {
        "givers": names_under(pairs, GIVERS) or next((each.names for each in new if each.role == "giver"), ()),
        "takers": names_under(pairs, TAKERS) or next((each.names for each in new if each.role == "taker"), ()),
        "before": tuple(name for each in changes if each.side == "before" for name in each.names),
        "after": tuple(name for each in changes if each.side == "after" for name in each.names),
        **({"licence_kind": kind} if kind else {}),
    }


def changed_kind(pairs: Pairs) -> str | None:
    """The kind of licence after 变更事项:许可种类; None when it did not change."""
    topic = ""
    for label, value in pairs:
        if label in TOPIC:
            topic = value
        elif label == "变更后" and ("许可种类" in topic or "许可方式" in topic):
            return str(read_licence_kind(value).value)
    return None


def party_changes(pairs: Pairs) -> list[PartyChange]:
    """Every 变更前 and 变更后 under a 变更事项 that names a party of the contract."""
    found: list[PartyChange] = []
    role = None
    for label, value in pairs:
        if label in TOPIC:
            role = next((role for pattern, role in CONTRACT_ROLES if pattern.search(value)), None)
        elif role and label == "变更前":
            found.append(PartyChange("before", role, split_parties(value)))
        elif role and label == "变更后":
            found.append(PartyChange("after", role, split_parties(value)))
    return found


def read_open_licence(pairs: Pairs, title: str, phase: str) -> Fields:
    """开放许可声明 (专利法 50): the patentee's terms; the only announcement that carries a price."""
    values = {label: value for label, value in pairs if value}
    own: Fields = {
        "givers": split_parties(values.get("专利权人", "")),
        "fee": next((values[label] for label in FEES if label in values), None),
        "term": values.get("许可期限"),
    }
    if effective := values.get("登记生效日") or values.get("生效日"):
        own["declared_on" if phase == "declared" else "withdrawn_on"] = read_date(effective, column_is_date=True)
    return own


def read_status(pairs: Pairs, title: str, phase: str) -> Fields:
    """Everything that happens to the right itself, and to the names of its holders."""
    if phase not in HOLDER_PHASES:
        return {"givers": names_under(pairs, ("专利权人", "申请人"))}
    holders = read_holders(pairs)
    own = sides_of(holders) | {"givers": holders.after}
    if phase == "biblio_changed" or not pairs:  # of bibliographic data, or a title alone: no names are compared
        return own
    before, after = set(map(name_key, holders.before)), set(map(name_key, holders.after))
    if before == after:
        return own | {"phase": "holder_data_changed"}
    return own | {
        "phase": "holder_renamed",
        "renamed_from": tuple(public(name) for name in holders.before if name_key(name) not in after),
        "renamed_to": tuple(public(name) for name in holders.after if name_key(name) not in before),
    }


def public(name: str) -> str:
    """Former names go into statements as they are, so a person's is masked here."""
    return read_party(name).name


# How each kind is read; every other kind is a status.
READERS: Mapping[str, Callable[[Pairs, str, str], Fields]] = MappingProxyType(
    {
        "transfer": read_transfer,
        "licence": read_contract,
        "pledge": read_contract,
        "open-licence": read_open_licence,
    }
)
