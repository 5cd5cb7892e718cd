"""Credit code 统一社会信用代码 (GB 32100), the organisation code within (GB 11714), and personal ids, which never pass."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from schemas.errors import Reject
from schemas.fields.patent_number import plain

A31 = "0123456789ABCDEFGHJKLMNPQRTUWXY"
VALUE31 = {sign: value for value, sign in enumerate(A31)}
WEIGHTS31 = tuple(pow(3, place, 31) for place in range(17))
SHAPE = re.compile(rf"^[{A31}]{{18}}$")
ORGANISATION = re.compile(r"^([0-9A-Z]{8})([0-9X])$", re.ASCII)
PERSONAL = re.compile(r"^(?:[1-8]\d|99)\d{15}[\dX]$", re.ASCII)
PREFIX_TYPES = {
    "11": "public_body",
    "12": "public_body",
    "13": "public_body",
    "19": "public_body",
    "51": "public_body",
    "53": "public_body",
    "91": "enterprise",
    "92": "enterprise",
    "93": "enterprise",
}


@lru_cache(maxsize=32_768)
def read_credit_code(text: str) -> str:
    """18 characters whose check character fits.

    Raises ``Reject``: personal_id_dropped (a citizen's number: it must go no further; the message does not repeat it),
    credit_code_shape, credit_code_check_digit.
    """
    shown = plain(text, "credit_code_shape")
    if not SHAPE.match(shown):
        raise Reject("credit_code_shape", f"{shown[:2]}… is no credit code: 18 characters of {A31}")
    if credit_check(shown[:17]) == shown[17]:
        return shown
    if is_personal_id(shown):
        raise Reject("personal_id_dropped", "a personal id stands where a credit code should")
    raise Reject("credit_code_check_digit", f"{shown}: the check character should be {credit_check(shown[:17])}")


def read_organisation_code(text: str) -> str:
    """An old organisation code as ``59963405-X``. Raises organisation_code_shape, organisation_code_check_digit."""
    found = ORGANISATION.match(plain(text, "organisation_code_shape"))
    if not found:
        raise Reject("organisation_code_shape", f"{text!r} is no organisation code; accepted: 59963405-X")
    if org_check(found[1]) != found[2]:
        raise Reject("organisation_code_check_digit", f"{text!r}: the check character should be {org_check(found[1])}")
    return f"{found[1]}-{found[2]}"


def organisation_code_of(credit_code: str) -> str:
    """The organisation code within a credit code; the reverse cannot be derived."""
    return f"{credit_code[8:16]}-{credit_code[16]}"


def party_type_of(credit_code: str) -> str | None:
    """What the first two characters say; 事业单位 (12) may be a university too, so lists and names go first."""
    return PREFIX_TYPES.get(credit_code[:2])


def credit_check(b17: str) -> str:
    return A31[(31 - sum(VALUE31[sign] * weight for sign, weight in zip(b17, WEIGHTS31, strict=True)) % 31) % 31]


def org_check(b8: str) -> str:
    remainder = (
        11 - sum(int(sign, 36) * weight for sign, weight in zip(b8, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    )
    return "X" if remainder == 10 else "0" if remainder == 11 else str(remainder)


def id_check(b17: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[sum(int(sign) * weight for sign, weight in zip(b17, weights, strict=True)) % 11]


def is_personal_id(text: str) -> bool:
    """A citizen's number: a date of birth within and a check character that fits."""
    shown = text.strip().upper()
    if not PERSONAL.match(shown) or id_check(shown[:17]) != shown[17]:
        return False
    try:
        date(int(shown[6:10]), int(shown[10:12]), int(shown[12:14]))
    except ValueError:
        return False
    return True
