"""Every reader of source texts: a name, the reader, and what it gives back as text (to be read again)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from schemas.errors import Reject
from schemas.fields.amount import read_amount
from schemas.fields.credit_code import read_credit_code
from schemas.fields.date import read_date
from schemas.fields.industry import read_industry, read_trade
from schemas.fields.ipc import read_ipc, read_ipcs
from schemas.fields.name_list import split_parties
from schemas.fields.names import name_key
from schemas.fields.party import read_party
from schemas.fields.patent_number import read_patent_number
from schemas.fields.place import read_place
from schemas.fields.register_numbers import read_register_number
from schemas.fields.size import read_staff, sme_by_size
from schemas.fields.text import decode
from schemas.gazette.announcement import read_announcement
from schemas.gazette.wrapper import split_wrapper


class Target(NamedTuple):
    """``again``: the text of a result that, read once more, must give the same result; None where there is none."""

    name: str
    read: Callable[[str], Any]
    again: Callable[[Any], str] | None = None


def itself(result: Any) -> str:
    return str(result)


TARGETS = (
    Target("patent_number", read_patent_number, lambda reading: reading.number),
    Target("credit_code", read_credit_code, itself),
    Target("register_number", read_register_number, lambda reading: reading.number),
    Target("ipc", read_ipc, itself),
    Target("ipcs", read_ipcs, lambda classes: ";".join(classes.read)),
    Target("trade", read_trade, itself),
    Target("industry", read_industry, itself),
    Target("date", read_date, lambda date: date or ""),
    Target("amount", lambda text: read_amount(text, "万元", listing=True)),
    Target("place", read_place),
    Target("name_key", name_key, itself),
    Target("parties", split_parties, ";".join),
    Target("party", lambda text: read_party(text).name, itself),
    Target("charset", lambda text: decode(text.encode("utf-8", "surrogatepass")).text),
    Target("wrapper", split_wrapper),
    Target("announcement", read_announcement),
    Target("announcement_by_code", lambda text: read_announcement(text, code="TR01", title="C41")),
    Target("staff", read_staff, lambda staff: "" if staff is None else str(staff)),
    Target("size", lambda text: sme_by_size(text, staff=300, turnover=10**10)),
)


def check(target: Target, text: str) -> None:
    """Only ``Reject`` may leave a reader, and what it gave reads as itself."""
    try:
        first = target.read(text)
    except Reject as refused:
        assert refused.reason and refused.reason.replace("_", "").isalnum() and refused.reason.islower()
        return
    if target.again is not None:
        second = target.read(target.again(first))
        assert target.again(second) == target.again(first), f"{target.name}: {first!r} reads as {second!r}"
