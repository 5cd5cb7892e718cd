"""Forms: the fields that people fill in, read and bounded; each complaint names its field, in both languages. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, NamedTuple

from schemas.errors import Reject
from schemas.fields.credit_code import read_credit_code
from schemas.fields.industry import INDUSTRIES
from schemas.fields.patent_number import read_patent_number
from schemas.fields.personal import without_personal
from schemas.figures.values import PREFECTURES
from schemas.kinds.offering import DEAL_FORMS
from schemas.words import Term

Fields = Mapping[str, Sequence[str]]
PostKind = Literal["demand", "supply"]
PRICE_FORMS = {
    "negotiable": Term("面议", "Negotiable"),
    "free": Term("免费", "Free"),
    "amount": Term("一口价", "A fixed amount"),
}
FORMS = {name: DEAL_FORMS[name] for name in ("transfer", "exclusive", "sole", "ordinary", "equity", "co_development")}
MOST_PATENTS = 20
MOST_PRICE = Decimal(1_000_000)  # 万元
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
SEPARATORS = re.compile(r"[\s,,;;、]+")
CREDIT_CODE = {
    "credit_code_shape": Term("应为 18 位统一社会信用代码", "A credit code has 18 characters"),
    "credit_code_check_digit": Term("校验位不符，请核对营业执照或法人证书", "Its check character is wrong"),
    "personal_id_dropped": Term("这是个人证件号，请勿填写", "This is a personal id; do not enter one"),
}


class Complaint(NamedTuple):
    """What is wrong with one field."""

    field: str
    text: Term


class Bounds(NamedTuple):
    """Of a text: its shortest and longest form in characters; whether it is published."""

    least: int
    most: int
    is_published: bool = True


NOTES = {  # of a report and of an interest: for the desk, and for whom it passes them on to
    "report": Bounds(10, 1000, is_published=False),
    "interest": Bounds(10, 500),
}
CONTACT = Bounds(5, 200, is_published=False)
TEXTS = {
    "title": Bounds(4, 100),
    "text": Bounds(10, 2000),
    "organisation": Bounds(4, 100),
    "contact": CONTACT,
}


class PostForm(NamedTuple):
    """A demand or an offer as it was filled in. ``content`` holds when there are no complaints; ``contact`` is for the desk."""

    content: dict[str, Any]
    contact: str
    complaints: tuple[Complaint, ...]


def read_post(kind: PostKind, fields: Fields) -> PostForm:
    """The form of a post."""
    found: list[Complaint] = []
    texts = {name: _text(fields, name, bounds, found) for name, bounds in TEXTS.items()}
    content: dict[str, Any] = {
        "kind": kind,
        "title": texts["title"],
        "text": texts["text"],
        "owner": texts["organisation"],
        "credit_code": _credit_code(fields, found),
        "area": _choice(fields, "area", PREFECTURES, found),
        "industry": _choice(fields, "industry", INDUSTRIES, found),
        "price": _price(fields, found),
        "forms": [each for each in FORMS if each in fields.get("forms", ())],
    }
    if kind == "supply":
        content["patents"] = _patents(fields, found)
    if not first(fields, "agree"):
        found.append(Complaint("agree", Term("请确认以上信息可以公开", "Confirm that this may be published")))
    return PostForm(content, texts["contact"], tuple(found))


def read_report(fields: Fields) -> PostForm:
    """What is wrong on a page, and, if its reader wants an answer, a contact."""
    found: list[Complaint] = []
    text = _text(fields, "text", NOTES["report"], found)
    contact = _text(fields, "contact", CONTACT, found) if first(fields, "contact") else ""
    return PostForm({"text": text}, contact, tuple(found))


def read_interest(fields: Fields) -> PostForm:
    """Who is interested in a listing and in what; the contact goes to the other side alone, and only with consent."""
    found: list[Complaint] = []
    content = {
        "text": _text(fields, "text", NOTES["interest"], found),
        "from": _text(fields, "organisation", TEXTS["organisation"], found),
        "credit_code": _credit_code(fields, found),
    }
    contact = _text(fields, "contact", CONTACT, found)
    if not first(fields, "agree"):
        found.append(Complaint("agree", Term("请确认可以转交对方单位", "Confirm that it may be passed on")))
    return PostForm(content, contact, tuple(found))


def first(fields: Fields, name: str) -> str:
    """The first value of a field, without blanks around it; empty when it was not sent."""
    return next(iter(fields.get(name, ())), "").strip()


def told(text: str) -> str:
    """One form for one text: composed, with plain ends of lines."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _text(fields: Fields, name: str, bounds: Bounds, found: list[Complaint]) -> str:
    text = told(first(fields, name))
    if wrong := about(text, bounds):
        found.append(Complaint(name, wrong))
    return text


def about(text: str, bounds: Bounds) -> Term | None:
    """What is wrong with a text."""
    if len(text) < bounds.least:
        return Term(f"至少 {bounds.least} 个字", f"At least {bounds.least} characters")
    if len(text) > bounds.most:
        return Term(
            f"不超过 {bounds.most} 个字（现有 {len(text)}）", f"At most {bounds.most} characters, not {len(text)}"
        )
    if CONTROL.search(text):
        return Term("含有不可见字符", "It holds characters that cannot be seen")
    if bounds.is_published and without_personal(text) != text:
        return Term(
            "含有电话、邮箱或证件号；联系方式只填在“联系渠道”，不公开",
            "It holds a telephone number, a mail address or an id; a contact belongs in its own field, which is not published",
        )
    return None


def _credit_code(fields: Fields, found: list[Complaint]) -> str:
    try:
        return read_credit_code(first(fields, "credit_code"))
    except Reject as reject:
        found.append(Complaint("credit_code", CREDIT_CODE[reject.reason]))
        return ""


def _choice(fields: Fields, name: str, known: Mapping[str, Term], found: list[Complaint]) -> str:
    chosen = first(fields, name)
    if chosen not in known:
        found.append(Complaint(name, Term("请选择一项", "Choose one")))
        return ""
    return chosen


def _price(fields: Fields, found: list[Complaint]) -> str:
    """As platforms print it: 面议, 免费, or an amount in 万元."""
    form = _choice(fields, "price_form", PRICE_FORMS, found)
    if form != "amount":
        return PRICE_FORMS[form].zh if form else ""
    written = unicodedata.normalize("NFKC", first(fields, "price")).replace(",", "")
    try:
        amount = Decimal(written) if re.fullmatch(r"\d{1,7}(\.\d{1,4})?", written) else Decimal(0)
    except InvalidOperation:
        amount = Decimal(0)
    if not 0 < amount <= MOST_PRICE:
        found.append(Complaint("price", Term("请填金额，单位万元，例如 12.5", "An amount in 万元, such as 12.5")))
        return ""
    return f"{amount.normalize():f}"


def _patents(fields: Fields, found: list[Complaint]) -> list[str]:
    written = [each for each in SEPARATORS.split(first(fields, "patents")) if each]
    if not 0 < len(written) <= MOST_PATENTS:
        text = Term(f"请填 1 至 {MOST_PATENTS} 个专利号", f"One patent number, {MOST_PATENTS} at most")
        found.append(Complaint("patents", text))
        return []
    return [number for each in written if (number := _read(read_number, each, "patents", found))]


def read_number(text: str) -> str:
    """A patent number in its one form. Raises Reject."""
    return read_patent_number(text).number


def _read(reader: Callable[[str], str], text: str, name: str, found: list[Complaint]) -> str:
    try:
        return reader(text)
    except Reject:
        term = Term(
            f"{text[:30]} 不是专利号，或校验位不符", f"{text[:30]} is no patent number, or its check digit is wrong"
        )
        found.append(Complaint(name, term))
        return ""
