"""Announcement 公告: one gazette text read with all its fields, whatever wrapper it came in (domain.md §5–§8)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from schemas.errors import Reject
from schemas.fields.date import read_date
from schemas.fields.ipc import read_ipcs
from schemas.fields.name_list import split_parties
from schemas.fields.names import has_cjk, is_person, masked, name_key
from schemas.fields.patent_number import read_patent_number
from schemas.fields.register_numbers import read_register_number
from schemas.gazette.grammar import TITLE_LABELS, Coded, Meaning, Pairs, contract_phase, meaning_of, of_code, read_pairs
from schemas.gazette.holders import Form, Holders, passage, read_holders
from schemas.gazette.related import related
from schemas.gazette.wrapper import Wrapped, split_wrapper, unwrap

__all__ = ["Announcement", "Wrapped", "read_announcement", "split_wrapper"]

Right = Literal["patent_right", "right_to_apply"]

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
# fmt: on
GIVERS = {"让与人", "许可人", "出质人"}
TAKERS = {"受让人", "被许可人", "质权人"}
# fmt: off
NUMBERS = {
    "合同备案号": "recordal_number", "备案号": "recordal_number",
    "登记号": "registration_number", "合同登记号": "registration_number", "质押登记号": "registration_number",
}
# fmt: on
# Persons stand under these; their names go no further (domain.md §17).
PERSONAL = re.compile(r"发明人|设计人|联系人|代理人|收件人|电话")
# fmt: off
DETAILS = ("审查结论", "无效宣告决定号", "无效宣告决定日", "委内编号", "原决定名称", "原决定日", "更正项目", "误", "正", "卷", "号", "页码", "文件名称",
           "原专利权期限届满日", "补偿期限")
# fmt: on


@dataclass(frozen=True, slots=True)
class Announcement:
    """What one announcement says. Party names are raw: ``read_party`` masks persons before anything leaves.

    ``kind`` is one of schemas.kinds or ``ignored`` (deliveries and other matters: counted, no statement).
    """

    kind: str
    phase: str
    title: str
    pairs: Pairs
    code: str | None = None
    patents: tuple[str, ...] = ()
    announced_on: str | None = None
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    form: Form | None = None
    right: Right = "patent_right"
    related_party: bool = False
    givers: tuple[str, ...] = ()
    takers: tuple[str, ...] = ()
    addresses: tuple[tuple[str, str], ...] = ()
    effective_on: str | None = None
    recorded_on: str | None = None
    registered_on: str | None = None
    released_on: str | None = None
    changed_on: str | None = None
    declared_on: str | None = None
    withdrawn_on: str | None = None
    filed_on: str | None = None
    published_on: str | None = None
    granted_on: str | None = None
    ended_on: str | None = None
    expires_on: str | None = None
    recordal_number: str | None = None
    registration_number: str | None = None
    licence_kind: str = "unknown"
    fee: str | None = None
    term: str | None = None
    ipc: tuple[str, ...] = ()
    invention: str | None = None
    renamed_from: tuple[str, ...] = ()
    renamed_to: tuple[str, ...] = ()
    details: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def address_of(self, name: str) -> str | None:
        """The address that the announcement gives for one of its parties."""
        return dict(self.addresses).get(name_key(name))


def read_announcement(
    text: str | Wrapped,
    *,
    announced_on: str | None = None,
    title: str | None = None,
    patent: str | None = None,
    code: str | None = None,
) -> Announcement:
    """Read one announcement, wrapped or bare. What the text says comes before ``title`` of its table; ``code`` speaks
    only where no title stands, and is kept beside one that says otherwise.

    Raises ``Reject``: gazette_title_unknown, gazette_phase_unknown, holders_missing, holder_groups_unequal,
    label_in_value, transfer_right_unknown, invalidation_unread, patent_number_conflict, and the reasons of dates and
    patent numbers. Nothing is guessed.
    """
    wrapped = text if isinstance(text, Wrapped) else unwrap(text)
    inner, pairs = read_pairs(wrapped.text)
    said, meaning = entitled((inner, wrapped.title, title), (code, wrapped.code), pairs)
    warnings: list[str] = []
    common = fields_of(pairs, warnings)
    common["announced_on"] = (
        (read_date(announced_on) if announced_on else None) or wrapped.announced_on or common.get("announced_on")
    )
    patents = patents_of(pairs, patent)
    phase = phase_of(meaning, said, pairs)
    read = READERS.get(meaning.kind, read_status)
    own = read(pairs, said if meaning.kind != "transfer" else f"{said} {wrapped.title or ''}", phase)
    kind, phase = own.pop("kind", meaning.kind), own.pop("phase", phase)
    if kind == "pledge":
        common["registered_on"] = common.pop("effective_on", None) or common.get("recorded_on")
    return Announcement(
        kind=kind,
        phase=phase,
        title=said,
        pairs=pairs,
        code=code or wrapped.code,
        patents=patents,
        details=details_of(pairs),
        warnings=tuple(warnings),
        **{**common, **own},
    )


def entitled(titles: Iterable[str | None], beside: Iterable[str | None], pairs: Pairs) -> Coded:
    """The first title that means something; where none stands (a foreign index has English words), the code."""
    given = [one for one in titles if one]
    for title in given:
        if meaning := meaning_of(title):
            return Coded(title, meaning)
    coded = next((found for one in (*beside, *given) if one and (found := of_code(one))), None)
    if coded is None or any(has_cjk(title) for title in given):
        raise Reject("gazette_title_unknown", f"{(given or [''])[0][:60]!r} is no title of the gazette")
    if coded.meaning.phase in ("", "preservation?") and not pairs:
        raise Reject("gazette_phase_unknown", f"{coded.title} has several phases, and no text tells which")
    return coded


def phase_of(meaning: Meaning, title: str, pairs: Pairs) -> str:
    """The phase that the title leaves open: of contracts, of an invalidation (审查结论), of a joint title 保全及其解除."""
    if meaning.kind in ("pledge", "licence"):
        return contract_phase(meaning.kind, title, pairs)
    values = dict(pairs)
    if meaning.phase == "preservation?":
        return "preservation_lifted" if values.keys() & {"解除日", "解除日期", "保全解除日"} else "preserved"
    if meaning.phase == "invalidation?":
        conclusion = values.get("审查结论", "")
        found = next(
            (
                phase
                for word, phase in (("全部无效", "invalidated"), ("部分无效", "partly_invalidated"))
                if word in conclusion
            ),
            None,
        )
        if found is None:
            raise Reject("invalidation_unread", f"审查结论 {conclusion[:40]!r} does not say what became invalid")
        return found
    return meaning.phase


def fields_of(pairs: Pairs, warnings: list[str]) -> dict[str, Any]:
    """What labels say by themselves, whatever the kind: dates, numbers, classification, the invention's name."""
    read: dict[str, Any] = {}
    for label, value in pairs:
        if not value:
            continue
        if name := DATES.get(label):
            read[name] = read_date(value, column_is_date=True) or read.get(name)
        elif name := NUMBERS.get(label):
            number = read_register_number(value)
            read[name] = number.number
            warnings += [number.warning] if number.warning else []
        elif label in ("IPC(主分类)", "IPC（主分类）", "主分类号", "分类号"):
            try:
                read["ipc"] = read_ipcs(value)
            except Reject as refused:
                warnings.append(refused.reason)  # a class that is misprinted does not undo a transfer
        elif label in TITLE_LABELS:
            read["invention"] = value
        elif label in ("许可种类", "许可方式"):
            read["licence_kind"] = next((kind for word, kind in LICENCE_KINDS if word in value), "unknown")
    return read


def patents_of(pairs: Pairs, patent: str | None) -> tuple[str, ...]:
    """The patents that the text names, else the one of the table it stands in. Raises patent_number_conflict."""
    said = tuple(
        dict.fromkeys(
            read_patent_number(piece).number
            for label, value in pairs
            if label in ("专利号", "申请号", "专利申请号")
            for piece in re.split("[;、,\n]", value)
            if piece.strip()
        )
    )
    if patent is None:
        return said
    given = read_patent_number(patent).number
    if said and given not in said:
        raise Reject("patent_number_conflict", f"the text speaks of {', '.join(said[:3])}, the record of {given}")
    return said or (given,)


def details_of(pairs: Pairs) -> dict[str, str]:
    """What has no field of its own and names no person."""
    values = {label: value for label, value in pairs if label in DETAILS and value}
    if PERSONAL.search(values.get("更正项目", "")):
        values = {label: value for label, value in values.items() if label not in ("误", "正")}
    return values


def read_transfer(pairs: Pairs, title: str, phase: str) -> dict[str, Any]:
    """A transfer, or a mere change of the holders' data when the two sets are the same."""
    holders = read_holders(pairs)
    passed = passage(holders.before, holders.after)
    if not holders.before or not holders.after:
        raise Reject("holders_missing", f"{title.strip()[:40]!r} does not say who held before and who after")
    own = {"before": holders.before, "after": holders.after, "addresses": holders.addresses}
    if passed.form is None:
        return {**own, "kind": "legal-status", "phase": "holder_data_changed", "givers": holders.after}
    return {
        **own,
        "form": passed.form,
        "givers": passed.givers,
        "takers": passed.takers,
        "right": right_of(title, pairs, holders),
        "related_party": related(passed.givers, passed.takers),
    }


def right_of(title: str, pairs: Pairs, holders: Holders) -> Right:
    """TR or TA: the title when it names one right, else the labels 专利权人 and 申请人. Raises transfer_right_unknown."""
    first = title.split()[0] if title.split() else ""
    for words in (first, " ".join(label for label, _ in pairs) + " ".join(holders.topics)):
        words = words.replace("专利申请权、专利权", "").replace("专利权、专利申请权", "")
        granted, pending = bool(re.search("专利权", words)), bool(re.search("专利申请权|申请人", words))
        if granted != pending:
            return "patent_right" if granted else "right_to_apply"
    if any(label == "授权公告日" for label, _ in pairs):
        return "patent_right"
    raise Reject(
        "transfer_right_unknown",
        f"{title[:40]!r}: neither the title nor its labels tell patent right from right to apply",
    )


def read_contract(pairs: Pairs, title: str, phase: str) -> dict[str, Any]:
    """Recordals of licences and registrations of pledges: who gives, who takes; a change names its side in 变更事项."""
    givers = tuple(name for label, value in pairs if label in GIVERS for name in split_parties(value))
    takers = tuple(name for label, value in pairs if label in TAKERS for name in split_parties(value))
    before: list[str] = []
    after: list[str] = []
    topic = ""
    for label, value in pairs:
        if label in ("变更事项", "变更项目"):
            topic = value
        elif label in ("变更前", "变更后") and re.search("[让出]与?[质]?人|许可人|受让人|质权人", topic):
            names = split_parties(value)
            (before if label == "变更前" else after).extend(names)
            if label == "变更后" and re.search("受让人|被许可人|质权人", topic):
                takers = takers or names
            elif label == "变更后":
                givers = givers or names
    return {"givers": givers, "takers": takers, "before": tuple(before), "after": tuple(after)}


def read_open_licence(pairs: Pairs, title: str, phase: str) -> dict[str, Any]:
    """开放许可声明: the patentee's terms; the only announcement that carries a price."""
    values = {label: value for label, value in pairs if value}
    fee = values.get("许可使用费支付方式和标准") or values.get("许可费支付方式和标准") or values.get("许可使用费标准")
    own: dict[str, Any] = {
        "givers": split_parties(values.get("专利权人", "")),
        "fee": fee,
        "term": values.get("许可期限"),
    }
    if effective := values.get("登记生效日") or values.get("生效日"):
        own["declared_on" if phase == "declared" else "withdrawn_on"] = read_date(effective, column_is_date=True)
    return own


def read_status(pairs: Pairs, title: str, phase: str) -> dict[str, Any]:
    """Everything that happens to the right itself, and to the names of its holders."""
    if phase not in ("holder_renamed", "holder_data_changed", "biblio_changed"):
        return {
            "givers": tuple(
                name for label, value in pairs if label in ("专利权人", "申请人") for name in split_parties(value)
            )
        }
    holders = read_holders(pairs)
    passed = passage(holders.before, holders.after)
    own: dict[str, Any] = {
        "before": holders.before,
        "after": holders.after,
        "addresses": holders.addresses,
        "givers": holders.after,
    }
    if phase == "biblio_changed":
        return own
    if not pairs:
        return own
    if passed.form is None:
        return {**own, "phase": "holder_data_changed"}
    before, after = set(map(name_key, holders.before)), set(map(name_key, holders.after))
    return {
        **own,
        "phase": "holder_renamed",
        "renamed_from": tuple(public(name) for name in holders.before if name_key(name) not in after),
        "renamed_to": tuple(public(name) for name in holders.after if name_key(name) not in before),
    }


def public(name: str) -> str:
    """Former names go into statements as they are, so a person's is masked here."""
    return masked(name) if is_person(name) else name


READERS = {
    "transfer": read_transfer,
    "licence": read_contract,
    "pledge": read_contract,
    "open-licence": read_open_licence,
}
